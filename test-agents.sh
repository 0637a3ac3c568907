#!/usr/bin/env bash
# Runs CoDA against the real agent CLIs, installed from npm at pinned versions and answered by a scripted model: no account is needed.
# They are kept in CODA_AGENTS_DIRECTORY (default ~/.cache/coda-agents, 1.2 GB). Arguments go to the test runner.
#   ./test-agents.sh          all of them
#   ./test-agents.sh codex    the one that installs fastest
set -euo pipefail
cd "$(dirname "$0")"
export CODA_AGENTS_DIRECTORY=${CODA_AGENTS_DIRECTORY:-$HOME/.cache/coda-agents}
omit=()
if [[ ${1:-} == codex ]]; then
  shift
  omit=(--omit=dev)
  export CODA_AGENTS_ONLY=codex
fi
source=Coda.Core.Tests/RealAgents
mkdir -p "$CODA_AGENTS_DIRECTORY"
{ cat "$source/package-lock.json"; echo "${omit[*]}"; } > "$CODA_AGENTS_DIRECTORY/wanted"
if ! cmp -s "$CODA_AGENTS_DIRECTORY/wanted" "$CODA_AGENTS_DIRECTORY/installed"; then
  cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$CODA_AGENTS_DIRECTORY/"
  # Not `npm ci`: it insists on the optional packages of every platform, which not every registry has.
  (cd "$CODA_AGENTS_DIRECTORY" && npm install --loglevel=error "${omit[@]}")
  mv "$CODA_AGENTS_DIRECTORY/wanted" "$CODA_AGENTS_DIRECTORY/installed"
fi
dotnet build Coda.sln --nologo -v quiet
failed=0
for project in Coda.Core.Tests Coda.Web.Tests; do
  dotnet "$project/bin/Debug/net10.0/$project.dll" -noColor -explicit only -parallel none -trait "Category=RealAgents" "$@" || failed=1
done
exit $failed
