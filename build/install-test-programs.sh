#!/usr/bin/env bash
# Installs what the tests need beside the SDK and Node, where it is missing: as root or with a sudo that asks no password;
# else it prints the command.
set -euo pipefail
declare -A packages=(
  [chromium]=chromium [vim]=vim [htop]=htop [less]=less [ps]=procps [script]=bsdutils [scriptreplay]=bsdutils
  [setpriv]=util-linux [prlimit]=util-linux [git]=git
)
missing=()
for program in "${!packages[@]}"; do
  command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

mapfile -t missing < <(printf '%s\n' "${missing[@]}" fonts-dejavu-core | sort -u)
command="apt-get install -y --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "The tests need these Debian packages, or what this system calls them: ${missing[*]}" >&2
  exit 1
fi
sudo=()
if [[ $(id -u) -ne 0 ]]; then
  sudo=(sudo -n)
  if ! sudo -n true 2>/dev/null; then
    printf 'The tests need some programs. Install them once, then run this again:\n  sudo sh -c "apt-get update && %s"\n' "$command" >&2
    exit 1
  fi
fi
echo "Installing what the tests need: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $command -qq >/dev/null
