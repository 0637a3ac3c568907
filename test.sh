#!/usr/bin/env bash
# Builds, runs every test project, and ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")"
build/check-prerequisites.sh || exit 1
missing=0
for program in bash vim htop less ps script scriptreplay setpriv prlimit git chromium; do
  command -v "$program" >/dev/null || { echo "The tests need '$program'." >&2; missing=1; }
done
if [[ $missing -ne 0 ]]; then
  echo "On Debian and Ubuntu: apt-get install chromium vim htop less procps bsdutils util-linux git" >&2
  exit 1
fi

dotnet build Coda.sln --nologo -v quiet || exit 1
(cd client && npx --no-install tsc --noEmit) || exit 1

passed=0
failed=0
for project in Coda.Core.Tests Coda.Web.Tests; do
  results=$(mktemp)
  dotnet "$project/bin/Debug/net10.0/$project.dll" -noColor -ctrf "$results" "$@"
  code=$?
  # Pending are those that run only when asked for: test-agents.sh.
  read -r good bad < <(node -e '
    try { const s = JSON.parse(require("fs").readFileSync(process.argv[1])).results.summary; console.log(s.passed, s.tests - s.passed - s.pending); }
    catch { console.log(0, 1); }' "$results")
  rm -f "$results"
  # A runner that died, or a project in which nothing ran, is a failure too.
  [[ $code -ne 0 && $bad -eq 0 ]] && bad=1
  [[ $good -eq 0 && $bad -eq 0 && $# -eq 0 ]] && bad=1
  passed=$((passed + good))
  failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
