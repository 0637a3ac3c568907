#!/usr/bin/env bash
# Installs what the tests need, builds, runs every test project and the client's tests, and ends with one line: N passed, N failed.
set -uo pipefail
cd "$(dirname "$0")"
build/check-prerequisites.sh || exit 1
build/install-test-programs.sh || exit 1

dotnet build Coda.sln --nologo -v quiet || exit 1
(cd client && npx --no-install tsc --noEmit && npx --no-install tsc --noEmit -p oracle) || exit 1

passed=0
failed=0
failures=$(mktemp)
results=$(mktemp)
trap 'rm -f "$failures" "$results"' EXIT
for project in Coda.Core.Tests Coda.Web.Tests; do
  : > "$results"
  dotnet "$project/bin/Debug/net10.0/$project.dll" -noColor -ctrf "$results" "$@"
  code=$?
  # Pending are those that run only when asked for: test-agents.sh.
  read -r good bad < <(node build/test-summary.mjs "$results" "$failures")
  # A runner that died, or a project in which nothing ran, is a failure too.
  if [[ $code -ne 0 && $bad -eq 0 ]]; then
    bad=1
    echo "FAILED: $project: the test runner ended with $code." >> "$failures"
  fi
  if [[ $good -eq 0 && $bad -eq 0 && $# -eq 0 ]]; then
    bad=1
    echo "FAILED: $project: no test ran." >> "$failures"
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
done
client=$(cd client && node test.mjs "$failures") || true
read -r good bad < <(tail -n 1 <<< "$client")
# A runner that died is a failure too.
[[ "$good" =~ ^[0-9]+$ ]] || { good=0; bad=1; echo "FAILED: client: the test runner ended early." >> "$failures"; }
passed=$((passed + good))
failed=$((failed + bad))
# Last, so that whoever sees only the end of a long output sees what failed and why.
cat "$failures"
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
