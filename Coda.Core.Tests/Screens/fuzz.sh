#!/usr/bin/env bash
# Looks further than the tests do: makes so many cases of each kind, from a seed that it prints on, and shows the first that differ.
#   fuzz.sh [cases] [seed]
set -euo pipefail
cd "$(dirname "$0")/../.."
export CODA_SCREEN_FUZZ=${1:-20000} CODA_SCREEN_FUZZ_SEED=${2:-}
dotnet build Coda.Core.Tests --nologo -v quiet
dotnet Coda.Core.Tests/bin/Debug/net10.0/Coda.Core.Tests.dll -noColor -explicit only -class "*ScreenFuzzTests" -showLiveOutput
