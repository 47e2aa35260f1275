#!/usr/bin/env bash
# `unpack_debian_13.sh TARGET PACKAGE`: unpacks a package of Debian 13 for x64, with all libraries that it needs, into the new
# folder TARGET. Nothing is installed, so it takes no root, and the system may be an older Debian. Where it cannot be done it says
# why and fails.
set -euo pipefail
target=$1
package=$2
suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

give_up() {
  echo "$package was not unpacked: $1" >&2
  exit 1
}
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || give_up 'it is used only on Linux on x64.'
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && [ -e "$keyring" ] ||
  give_up "it takes apt-get, dpkg-deb and $keyring, as Debian has them."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work"/{lists,system-lists,cache/archives,etc}/partial "$(dirname "$target")"

# The mirror that this system uses, whatever its release.
find_mirror() {
  apt-get "$@" indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 'Created-By: Packages' | head -n 1
}
mirror=$(find_mirror)
if [ -z "$mirror" ]; then
  # Images of containers come without package lists.
  lists=(-o Dir::State::Lists="$work/system-lists" -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
  apt-get -q "${lists[@]}" -o Acquire::Languages=none update >"$work/log" 2>&1 || tail -n 20 "$work/log" >&2
  mirror=$(find_mirror "${lists[@]}")
fi
[ -n "$mirror" ] || give_up 'none of the package lists that apt-get knows is one of Debian.'

touch "$work/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/sources.list"
apt=(
  apt-get -q -y
  -o Dir::State="$work" -o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status"
  -o Dir::Cache="$work/cache" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=-
  -o Dir::Etc::preferencesparts=- -o Dir::Etc::preferences=- -o Debug::NoLocking=1
  -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Install-Recommends=false
  -o Acquire::Languages=none -o APT::Sandbox::User="$(id -un)"
)
echo "Unpacking $package into $target ..." >&2
if ! { "${apt[@]}" update && "${apt[@]}" install --download-only "$package"; } >"$work/log" 2>&1; then
  tail -n 20 "$work/log" >&2
  give_up 'its packages could not be fetched (the messages of apt-get are above).'
fi
rm -rf "$target"
mkdir "$target"
for file in "$work"/cache/archives/*.deb; do
  dpkg-deb --extract "$file" "$target"
done
