#!/usr/bin/env bash
# Cuts the connection of a page 1,000 times at random moments, while someone types into vim and during a flood of colours, and compares the
# page with one that was never cut. Takes 7 minutes; the tests do the same with a tenth of it.
set -euo pipefail
cd "$(dirname "$0")"
build/check-prerequisites.sh
build/install-test-programs.sh
dotnet build Coda.sln --nologo -v quiet
CODA_TEST_CUTS=500 dotnet Coda.Web.Tests/bin/Debug/net10.0/Coda.Web.Tests.dll -noColor -class "*.ConnectionTests" "$@"
