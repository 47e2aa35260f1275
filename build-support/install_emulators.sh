#!/usr/bin/env bash
# Installs what runs Node.js for other architectures in builds and tests, and what signs executables in tests, on Debian and
# Ubuntu, if it is not there yet and this user may. Elsewhere it says what is missing; the tests that need it are then skipped
# and say so too.
set -euo pipefail

packages=()
command -v qemu-aarch64-static >/dev/null || command -v qemu-aarch64 >/dev/null || packages+=(qemu-user-static)
if ! [ -e /usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1 ]; then
  packages+=(libc6-arm64-cross libgcc-s1-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross)
fi
# Signs executables for Windows; they run under Wine, see install_wine.sh.
command -v osslsigncode >/dev/null || packages+=(osslsigncode)
[ ${#packages[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo -n)
  sudo -n true 2>/dev/null || as_root=(false)
fi
if ! command -v apt-get >/dev/null || [ "${as_root[*]}" = false ]; then
  echo "Not installed, as this takes apt-get and root: ${packages[*]}" >&2
  exit 0
fi
echo "Installing ${packages[*]} ..." >&2
log=$(mktemp)
# Lists may be missing or outdated; where one of several servers does not answer, what is there may still do.
if ! {
  "${as_root[@]}" apt-get update -q || echo 'The package lists could not all be updated.'
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
} >"$log" 2>&1; then
  echo 'They could not be installed:' >&2
  tail -n 20 "$log" >&2
fi
rm -f "$log"
