#!/usr/bin/env bash
# Records the programs and agents in /tmp/demo once more, into the .gz files here. Needs root (processes of their own), the programs that
# RecordCorpora.cs names, and for the agents CODA_AGENTS_DIRECTORY as ./test-agents.sh fills it. Arguments go to the test runner:
#   record.sh                                      all
#   record.sh -method "*A_program"                 no agents
set -euo pipefail
cd "$(dirname "$0")/../../.."
dotnet build Coda.Core.Tests --nologo -v quiet
dotnet Coda.Core.Tests/bin/Debug/net10.0/Coda.Core.Tests.dll -noColor -explicit only -parallel none -trait "Category=RecordCorpora" "$@"
