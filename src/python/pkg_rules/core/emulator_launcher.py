"""The programs that run a Node.js of another architecture or C library in a build step, with what is found at run time.

Where a machine has its emulator, or musl, is not part of a step's key, as the step's results do not depend on it; so the launcher
looks along lists that are the same everywhere. On a machine of the wanted architecture it runs Node.js itself.
"""

from __future__ import annotations

import shlex
from typing import Iterable, Mapping

from pkg_rules.core.node_dist import LIBRARIES
from pkg_rules.core.sandbox_paths import HOST_NODE

# The launcher's exit code when a machine lacks what it needs: none that a program it runs would choose.
NO_EMULATOR = 93

_LAUNCHER = """\
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
  exit {failure}
fi
if [ "$*" = --check ]; then
  "$loader" --library-path {libraries} {node} --version >/dev/null 2>&1 && exit 0
  echo "With the C library musl that is here, $loader, it does not run: it takes musl 1.2.4 or newer." >&2
  exit {failure}
fi
exec "$loader" --library-path {libraries} {node} "$@"
"""
_MUSL_LOADERS: Mapping[str, str] = {"x64": "ld-musl-x86_64.so.1", "arm64": "ld-musl-aarch64.so.1"}

DEBIAN_PACKAGES = (
    "qemu-user-static",
    "libc6-arm64-cross",
    "libstdc++6-arm64-cross",
    "libatomic1-arm64-cross",
)


def render_qemu_launcher(
    node: str, directories: Iterable[str], names: Iterable[str], sysroots: Iterable[str]
) -> str:
    """A POSIX shell script; `node` is the path of the executable among the step's inputs for Node.js."""
    return _LAUNCHER.format(
        node=shlex.quote(f"{HOST_NODE}/{node}"),
        directories=_words(directories),
        names=_words(names),
        sysroots=_words(sysroots),
        failure=NO_EMULATOR,
    )


def render_musl_launcher(node: str, arch: str, directories: Iterable[str]) -> str:
    """A POSIX shell script; `node` is as in `render_qemu_launcher`. Libraries that came with it are taken before others."""
    return _MUSL_LAUNCHER.format(
        node=shlex.quote(f"{HOST_NODE}/{node}"),
        libraries=shlex.quote(f"{HOST_NODE}/{LIBRARIES}"),
        loader=_MUSL_LOADERS[arch],
        directories=_words(directories),
        failure=NO_EMULATOR,
    )


def _words(values: Iterable[str]) -> str:
    return " ".join(map(shlex.quote, values)) or "''"
