#!/usr/bin/env bash
# Packs CoDA for Databricks Apps: a directory with app.yaml, start.sh and the published server, its .NET runtime included, as one
# archive in parts. A Databricks App's files may have 10 MiB each.
#   build/pack-databricks.sh [directory]      default: deploy/, which git does not ignore: the upload leaves out what git ignores
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
deploy="$(realpath -m "${1:-$root/deploy}")"
cd "$root"
build/check-prerequisites.sh
if [[ -e "$deploy" && ! -e "$deploy/contents.sha256" && -n "$(ls -A "$deploy")" ]]; then
  echo "$deploy holds something else; give an empty directory or none." >&2
  exit 1
fi

published="$(mktemp -d)"
trap 'rm -rf "$published"' EXIT
echo "Publishing for linux-x64, with the .NET runtime"
dotnet publish Coda.Web -c Release -r linux-x64 --self-contained -o "$published" --nologo -v quiet

echo "Packing"
rm -rf "$deploy"
mkdir -p "$deploy"
cp app.yaml build/start.sh "$deploy/"
(cd "$published" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) > "$deploy/contents.sha256"
# The same files give the same archive, whoever packs them when.
tar -C "$published" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -cf - . | gzip -9n |
  split -b 9MiB -d -a 2 - "$deploy/coda.tar.gz."
number="$(dotnet msbuild Coda.Web -getProperty:Version)"
echo "$number-$(sha256sum "$deploy/contents.sha256" | cut -c1-12)" > "$deploy/version"
# Not app.yaml: it may be changed where it is deployed.
(cd "$deploy" && sha256sum coda.tar.gz.* contents.sha256 start.sh version) > "$deploy/SHA256SUMS"

echo "$deploy: CoDA $(<"$deploy/version"), $(du -sh "$deploy" | cut -f1) in $(find "$deploy" -type f | wc -l) files"
if grep -A1 'APP_OWNER_EMAIL' "$deploy/app.yaml" | grep -q 'value: ""'; then
  echo "APP_OWNER_EMAIL in app.yaml is empty: deployed like this, it admits no one."
fi
