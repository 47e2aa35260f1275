"""The programs that run a Node.js of another platform or C library in a build step, with what is found at run time.

Where a machine has its emulator, or musl, is not part of a step's key, as the step's results do not depend on it; so the launchers
look along lists that are the same everywhere. On a machine of the wanted architecture Node.js itself is run.
"""

from __future__ import annotations

import shlex
from typing import Iterable, Mapping

from pkg_rules.core.node_dist import LIBRARIES
from pkg_rules.core.sandbox_paths import HOST_NODE

# A launcher's exit code when a machine lacks what it needs: none that a program it runs would choose.
NO_EMULATOR = 93

_QEMU_LAUNCHER = """\
#!/bin/sh
# `node ARGUMENTS...`: runs the Node.js for Linux on arm64 among the inputs of a build step, at the root of its sandbox.
# `node --check`: says whether it could.
set -u
PATH=/usr/bin:/bin
export PKG_RULES_NODE="$0"
if [ "$(uname -sm)" = 'Linux aarch64' ]; then
  [ "$*" = --check ] && exit 0
  exec {node} "$@"
fi
emulator=
for directory in {directories}; do
  for name in {names}; do
    [ -z "$emulator" ] && [ -x "$directory/$name" ] && emulator=$directory/$name
  done
done
sysroot=
for directory in {sysroots}; do
  [ -z "$sysroot" ] && [ -e "$directory/lib/ld-linux-aarch64.so.1" ] && sysroot=$directory
done
if [ -n "$emulator" ] && [ -n "$sysroot" ]; then
  [ "$*" = --check ] && exit 0
  exec "$emulator" -L "$sysroot" {node} "$@"
fi
[ -n "$emulator" ] || echo 'No QEMU for arm64 was found: none of' {names} 'in' {directories}. >&2
[ -n "$sysroot" ] || echo 'No C library for arm64 was found: no lib/ld-linux-aarch64.so.1 in' {sysroots}. >&2
echo {advice} >&2
exit {failure}
"""

_MUSL_LAUNCHER = """\
#!/bin/sh
# `node ARGUMENTS...`: runs the Node.js for Alpine among the inputs of a build step, at the root of its sandbox, with the dynamic
# loader of musl. `node --check`: says whether it could.
set -u
PATH=/usr/bin:/bin
export PKG_RULES_NODE="$0"
loader=
for directory in {directories}; do
  [ -z "$loader" ] && [ -x "$directory/{loader}" ] && loader=$directory/{loader}
done
if [ -z "$loader" ]; then
  echo 'The C library musl was not found: no {loader} in' {directories}. >&2
  echo {advice} >&2
  exit {failure}
fi
if [ "$*" = --check ]; then
  "$loader" --library-path {libraries} {node} --version >/dev/null 2>&1 && exit 0
  echo "With the C library musl that is here, $loader, it does not run: it takes musl 1.2.4 or newer." >&2
  echo {advice} >&2
  exit {failure}
fi
exec "$loader" --library-path {libraries} {node} "$@"
"""
_MUSL_LOADERS: Mapping[str, str] = {"x64": "ld-musl-x86_64.so.1", "arm64": "ld-musl-aarch64.so.1"}

# A prefix (Wine's registry and drives) as Wine makes it takes 15 seconds and 770 MB. Node.js needs next to nothing of it:
# - `WINEBOOTSTRAPMODE` lets Wine take libraries from where it is installed, as it does while it makes a prefix, and
#   `.update-timestamp` keeps it from making one;
# - the registry says Windows 10, without which Node.js does not start, and which library has random numbers.
# So each step has a new one in its sandbox, and no step sees what another one did. (Measured: Wine's part of a step is half
# a second.)
#
# - Node.js fails under Wine when its output is a pipe, so it goes through files.
# - The server is started here, as it would wait for further programs otherwise, and is waited for, as it writes the
#   registry when it ends. Its folder in /tmp is Debian's doing; with TMPDIR that Wine crashes.
# - Wine takes the encoding of file names from the locale.
# - Services, and the libraries that Wine offers to download, are of no use.
_WINE_LAUNCHER = r"""#!/bin/sh
# `node ARGUMENTS...`: runs the Node.js for Windows among the inputs of a build step, at the root of its sandbox.
# `node --check`: says whether it could.
set -u
PATH=/usr/bin:/bin
wine=
for directory in {directories}; do
  for name in {names}; do
    [ -z "$wine" ] && [ -x "$directory/$name" ] && wine=$directory/$name
  done
done
if [ -z "$wine" ]; then
  echo 'No Wine was found: none of' {names} 'in' {directories}. >&2
  echo {advice} >&2
  exit {failure}
fi
server=
for directory in "$(dirname "$wine")" {directories}; do
  for name in wineserver64 wineserver; do
    [ -z "$server" ] && [ -x "$directory/$name" ] && server=$directory/$name
  done
done
if [ -z "$server" ]; then
  echo "Wine is incomplete: there is no wineserver64 or wineserver beside $wine, nor in" {directories}. >&2
  echo {advice} >&2
  exit {failure}
fi
version=$("$wine" --version 2>&1 </dev/null)
number=$(expr "$version" : 'wine-\([0-9][0-9]*\)')
if [ "${{number:-0}}" -lt {oldest} ]; then
  echo "$wine is too old for Node.js {major}, which takes Wine {oldest}: it says that it is \`$version\`." >&2
  echo {advice} >&2
  exit {failure}
fi
[ "$*" = --check ] && exit 0

prefix=$PWD/{prefix}
mkdir -p "$prefix/dosdevices" "$prefix/drive_c/windows/system32" "$prefix/drive_c/windows/temp" || exit 1
ln -s ../drive_c "$prefix/dosdevices/c:"
ln -s / "$prefix/dosdevices/z:"
echo disable >"$prefix/.update-timestamp"
cat >"$prefix/system.reg" <<'END'
WINE REGISTRY Version 2
;; All keys relative to REGISTRY\\Machine

#arch=win64

[Software\\Microsoft\\Cryptography\\Defaults\\Provider\\Microsoft Strong Cryptographic Provider]
"Image Path"="rsaenh.dll"
"Signature"=hex:00
"Type"=dword:00000001

[Software\\Microsoft\\Cryptography\\Defaults\\Provider Types\\Type 001]
"Name"="Microsoft Strong Cryptographic Provider"
END
cat >"$prefix/user.reg" <<'END'
WINE REGISTRY Version 2
;; All keys relative to REGISTRY\\User\\S-1-5-21-0-0-0-1000

#arch=win64

[Software\\Wine]
"Version"="win10"
END
unset TMPDIR
export LC_ALL=C.UTF-8 HOME="$prefix" WINEPREFIX="$prefix" WINEBOOTSTRAPMODE=1 WINEDEBUG=-all
export WINEDLLOVERRIDES='services.exe,mscoree,mshtml='
stop() {{
  "$server" "$1"
  name=$(cat "$prefix/wineserver" 2>/dev/null)
  case $name in wine-*) rm -rf "/tmp/$name" ;; esac
}}
trap 'stop -k; exit 143' INT TERM
"$server" -p0
"$wine" {node} "$@" </dev/null >"$prefix/out" 2>"$prefix/err"
code=$?
stop -w
cat "$prefix/out"
cat "$prefix/err" >&2
exit $code
"""

_PREFIX = "__wine"

_OTHER_PLACES = "other places can be named in `[node-emulators]`."
_QEMU_ADVICE = (
    "In Debian and Ubuntu these are the packages `qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross "
    f"libatomic1-arm64-cross`; {_OTHER_PLACES}"
)
_MUSL_ADVICE = (
    "In Debian 13 and Ubuntu 24.04 it is the package `musl`; other places can be named in "
    "`[node-emulators].musl_search_path`."
)
_WINE_ADVICE = (
    "In Debian and Ubuntu it is the package `wine64`, which in Debian 13 is Wine 10; "
    f"{_OTHER_PLACES}"
)
# Tried: Wine 8 runs Node.js 22 and no newer one, Wine 10 all.
_OLDEST_WINE = 8
_NEWEST_NODE_OF_OLDEST_WINE = 22
_OLDEST_WINE_OF_NEWER_NODE = 10


def render_qemu_launcher(
    node: str, directories: Iterable[str], names: Iterable[str], sysroots: Iterable[str]
) -> str:
    """A POSIX shell script; `node` is the path of the executable among the step's inputs for Node.js."""
    return _QEMU_LAUNCHER.format(
        node=shlex.quote(f"{HOST_NODE}/{node}"),
        directories=_words(directories),
        names=_words(names),
        sysroots=_words(sysroots),
        advice=shlex.quote(_QEMU_ADVICE),
        failure=NO_EMULATOR,
    )


def render_musl_launcher(node: str, arch: str, directories: Iterable[str]) -> str:
    """A POSIX shell script; `node` is as in `render_qemu_launcher`. Libraries that came with it are taken before others."""
    return _MUSL_LAUNCHER.format(
        node=shlex.quote(f"{HOST_NODE}/{node}"),
        libraries=shlex.quote(f"{HOST_NODE}/{LIBRARIES}"),
        loader=_MUSL_LOADERS[arch],
        directories=_words(directories),
        advice=shlex.quote(_MUSL_ADVICE),
        failure=NO_EMULATOR,
    )


def render_wine_launcher(
    node: str, version: str, directories: Iterable[str], names: Iterable[str]
) -> str:
    """A POSIX shell script; `node` is the path of the executable among the step's inputs for Node.js."""
    major = int(version.split(".")[0])
    return _WINE_LAUNCHER.format(
        node=shlex.quote(f"{HOST_NODE}/{node}"),
        major=major,
        oldest=_OLDEST_WINE if major <= _NEWEST_NODE_OF_OLDEST_WINE else _OLDEST_WINE_OF_NEWER_NODE,
        directories=_words(directories),
        names=_words(names),
        prefix=_PREFIX,
        advice=shlex.quote(_WINE_ADVICE),
        failure=NO_EMULATOR,
    )


def _words(values: Iterable[str]) -> str:
    return " ".join(map(shlex.quote, values)) or "''"
