#!/usr/bin/env bash
# Runs CoDA against the real agent CLIs, installed from npm at pinned versions and answered by a scripted model: no account is needed.
# They are kept in CODA_AGENTS_DIRECTORY (default ~/.cache/coda-agents, 1.2 GB). Arguments go to the test runner:
#   ./test-agents.sh -method "*inbox*"          some of the tests
set -euo pipefail
cd "$(dirname "$0")"
export CODA_AGENTS_DIRECTORY=${CODA_AGENTS_DIRECTORY:-$HOME/.cache/coda-agents}
lock=Coda.Core.Tests/RealAgents
mkdir -p "$CODA_AGENTS_DIRECTORY"
if ! cmp -s "$lock/package-lock.json" "$CODA_AGENTS_DIRECTORY/installed.json"; then
  cp "$lock/package.json" "$lock/package-lock.json" "$lock/.npmrc" "$CODA_AGENTS_DIRECTORY/"
  (cd "$CODA_AGENTS_DIRECTORY" && npm ci --loglevel=error)
  cp "$lock/package-lock.json" "$CODA_AGENTS_DIRECTORY/installed.json"
fi
dotnet build Coda.Core.Tests --nologo -v quiet
dotnet Coda.Core.Tests/bin/Debug/net10.0/Coda.Core.Tests.dll -noColor -explicit only -parallel none -trait "Category=RealAgents" "$@"
