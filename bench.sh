#!/usr/bin/env bash
# Measures what docs/benchmarks.md reports; exits non-zero when a target is missed. --tiny only shows that it works;
# names, such as McpLoad, Browser or Browser.Echo, pick single ones or a group.
set -euo pipefail
cd "$(dirname "$0")"
build/check-prerequisites.sh
published=$(mktemp -d)
trap 'rm -rf "$published"' EXIT
dotnet publish Coda.Web -c Release -o "$published" --nologo -v quiet >&2
dotnet build Coda.Benchmarks -c Release --nologo -v quiet >&2
dotnet Coda.Benchmarks/bin/Release/net10.0/Coda.Benchmarks.dll --server="$published/Coda.Web.dll" "$@"
