#!/usr/bin/env bash
# Unpacks Wine 10 of Debian 13 into a folder (default: .venv/wine), with all libraries it needs, for the tests of executables for
# Windows. Nothing is installed, so it takes no root, and the system may be an older Debian. About 1 GB and a minute.
# Where it cannot be done it says why; the tests then use the Wine of the system, or are skipped and say so too.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
target=${1:-$here/../.venv/wine}

# The last thing to be there.
[ -e "$target/complete" ] && exit 0
"$here/unpack_debian_13.sh" "$target.unfinished" wine64 || exit 0
rm -rf "$target.unfinished"/usr/share/{doc,locale,man}
# What the package does when it is installed: zlib comes from elsewhere, and Wine knows its own libraries by these words.
libraries=$target.unfinished/usr/lib/x86_64-linux-gnu/wine/x86_64-windows
cp "$target.unfinished/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$libraries/"
printf 'Wine builtin DLL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' |
  dd of="$libraries/zlib1.dll" bs=1 seek=64 conv=notrunc status=none
touch "$target.unfinished/complete"
rm -rf "$target"
mv "$target.unfinished" "$target"
