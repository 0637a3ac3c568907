#!/usr/bin/env bash
# Starts a published CoDA on Databricks Apps (see app.yaml). Publish first, and deploy the result with this directory:
#   dotnet publish Coda.Web -c Release -o publish
#
# Looks for a .NET runtime in this order: the app's own (a self-contained publish), DOTNET_ROOT, PATH, one fetched by an
# earlier start; else fetches one with Microsoft's install script into CODA_DOTNET_DIR (default ~/.dotnet). Where the
# network does not allow that, publish self-contained: add  -r linux-x64 --self-contained
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
publish="${CODA_PUBLISH_DIR:-$root/publish}"
fetched="${CODA_DOTNET_DIR:-$HOME/.dotnet}"
channel=10.0

export CODA_AUTH=databricks

if [[ ! -e "$publish/Coda.Web.dll" ]]; then
    echo "No published CoDA in $publish. Run: dotnet publish Coda.Web -c Release -o publish" >&2
    exit 1
fi

# exec throughout: the platform's SIGTERM must reach the server, not this script.
if [[ -x "$publish/Coda.Web" && -e "$publish/libcoreclr.so" ]]; then
    exec "$publish/Coda.Web" "$@"
fi

has_runtime() {
    [[ -n "$1" && -x "$1" ]] && "$1" --list-runtimes 2>/dev/null | grep -q "^Microsoft.AspNetCore.App $channel\."
}

for dotnet in "${DOTNET_ROOT:+$DOTNET_ROOT/dotnet}" "$(command -v dotnet || true)" "$fetched/dotnet"; do
    if has_runtime "$dotnet"; then
        exec "$dotnet" "$publish/Coda.Web.dll" "$@"
    fi
done

echo "No .NET $channel runtime found; fetching one into $fetched" >&2
script="$(mktemp)"
trap 'rm -f "$script"' EXIT
curl -fsSL --retry 3 https://dot.net/v1/dotnet-install.sh -o "$script"
bash "$script" --channel "$channel" --runtime aspnetcore --install-dir "$fetched" >&2
rm -f "$script"
export DOTNET_ROOT="$fetched"
exec "$fetched/dotnet" "$publish/Coda.Web.dll" "$@"
