#!/usr/bin/env bash
# Unpacks the C library musl of Debian 13 into a folder (default: .venv/musl), for builds and tests of executables for Alpine; that of
# Debian 12 is too old for the Node.js in them. Where it cannot be done the tests are skipped and say so.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
target=${1:-$here/../.venv/musl}

[ -e "$target" ] && exit 0
"$here/unpack_debian_13.sh" "$target.unfinished" musl || exit 0
mv "$target.unfinished" "$target"
