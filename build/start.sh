#!/usr/bin/env bash
# Starts CoDA on Databricks Apps: checks the files beside this script, unpacks it once per version into ~/.coda-app, and becomes
# the server. Needs what every Ubuntu has (bash, coreutils, findutils, tar, gzip); fetches nothing, needs no .NET.
# build/pack-databricks.sh puts it into deploy/.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
apps="${HOME:?must name a directory to unpack into}/.coda-app"
target="$apps/$(<"$here/version")"

(cd "$here" && sha256sum --quiet --strict -c SHA256SUMS) ||
  { echo "CoDA cannot start: files in $here are missing or damaged. Pack and deploy again." >&2; exit 1; }

# Agents run as this user and could have written there: every file must be as it was packed, and none besides.
intact() (
  [[ -d "$1" && ! -L "$1" && -x "$1/Coda.Web" ]] && cd "$1" &&
    cmp -s <(find . ! -type d | LC_ALL=C sort) <(cut -c67- "$here/contents.sha256") &&
    sha256sum --status --strict -c "$here/contents.sha256"
)

mkdir -p "$apps"
rm -rf "$apps"/.unpacking.*
if ! intact "$target"; then
  echo "Unpacking CoDA into $target"
  fresh="$(mktemp -d "$apps/.unpacking.XXXXXX")"
  # The parts by name: an earlier, larger version may have left one more behind.
  (cd "$here" && cut -c67- SHA256SUMS | grep -F coda.tar.gz. | xargs cat) | tar -xzf - -C "$fresh"
  intact "$fresh" || { echo "CoDA cannot start: $fresh is not what was packed (is the disk full?)." >&2; exit 1; }
  rm -rf "$target"
  mv -T "$fresh" "$target"
fi

# Of the older ones only the newest stays, for a way back.
touch "$target"
find "$apps" -mindepth 1 -maxdepth 1 ! -path "$target" -printf '%T@ %p\0' | sort -zrn | tail -zn +2 | cut -zd' ' -f2- | xargs -0r rm -rf

# exec: the platform's SIGTERM must reach the server, and no parent may keep the platform's variables.
export CODA_AUTH=databricks
exec "$target/Coda.Web" "$@"
