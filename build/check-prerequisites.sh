#!/usr/bin/env bash
# Says clearly what is missing before a build fails for it.
set -euo pipefail
missing=0
need() { # name, found version (empty = none), wanted major version, hint
  if [[ -z "$2" || "${2%%.*}" -lt "$3" ]]; then
    echo "CoDA needs $1 $3 or later; found: ${2:-none}. $4" >&2
    missing=1
  fi
}
need "the .NET SDK" "$(dotnet --version 2>/dev/null || true)" 10 "See https://dotnet.microsoft.com/download."
node=$(node --version 2>/dev/null || true)
need "Node.js" "${node#v}" 20 "See https://nodejs.org (Debian 13 and later: apt-get install nodejs npm)."
need "npm" "$(npm --version 2>/dev/null || true)" 9 "It comes with Node.js."
exit "$missing"
