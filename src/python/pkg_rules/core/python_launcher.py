"""The programs that start a Python script in a build step, with an interpreter found at run time.

Which interpreter a machine has is not part of a step's key, as the steps' results do not depend on it; so the launcher
looks for one itself, along a list that is the same everywhere.
"""

from __future__ import annotations

import shlex
from typing import Iterable

from pkg_rules.core.sandbox_paths import LIBRARIES

LAUNCHER = """\
#!/bin/sh
# Starts `boot.py MODULE ARGUMENTS...` with the first suitable Python.
set -u
here=${{0%/*}}
names={names}
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT ENV CDPATH
PATH=/usr/bin:/bin
home=$(eval "echo ~$(id -un)")
path=
tried=
for pattern in {directories}; do
  case $pattern in '~'/*) pattern=$home${{pattern#'~'}} ;; esac
  # Unquoted, so that `*` is expanded.
  for directory in $pattern; do
    [ -d "$directory" ] && path=${{path:+$path:}}$directory
  done
done
IFS=:
for directory in $path; do
  IFS=' '
  for name in $names; do
    candidate=$directory/$name
    [ -x "$candidate" ] || continue
    # It is run, not only found: a launcher of a version manager may exist and yet start nothing.
    if reason=$(PATH=$path "$candidate" -s -S "$here/boot.py" --check {libraries} 2>&1); then
      PATH=$path exec "$candidate" -s -S "$here/boot.py" {libraries} "$@"
    fi
    tried="$tried
  * $candidate: ${{reason##*
}}"
  done
  IFS=:
done
IFS=' '
cat >&2 <<EOM
No suitable Python was found for a build step, which needs CPython 3.9 or newer{needs}.
Looked for$(printf ' `%s`' $names) in:
  {shown}
Tried:${{tried:- nothing was there}}
Install one there, or name other folders in \\`[python-tools].search_path\\` and \\`[python-tools].names\\`.
EOM
exit 1
"""

BOOT = """\
# `boot.py [--check] LIBRARIES [MODULE ARGUMENTS...]`: LIBRARIES is `-` or the folder with one folder for each ABI.
import os
import runpy
import sys


def library_folder(root):
    running = sys.version_info[:2]
    candidates = []
    for tag in os.listdir(root):
        version, _, stable = tag.partition("-")
        needed = (int(version[2]), int(version[3:]))
        if needed == running or (stable and needed <= running and "t" not in sys.abiflags):
            candidates.append((needed, tag))
    if not candidates:
        sys.exit("there is no pinned library for CPython %d.%d" % running)
    return os.path.join(root, max(candidates)[1])


arguments = sys.argv[1:]
check = arguments[:1] == ["--check"]
if check:
    del arguments[0]
if sys.version_info < (3, 9) or sys.implementation.name != "cpython":
    sys.exit("it is %s %d.%d" % ((sys.implementation.name,) + tuple(sys.version_info[:2])))
here = os.path.dirname(os.path.abspath(__file__))
sys.path[0] = os.path.join(here, "lib")
if arguments[0] != "-":
    sys.path.insert(1, os.path.abspath(library_folder(arguments[0])))
if not check:
    sys.argv = arguments[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def render_launcher(directories: Iterable[str], names: Iterable[str], *, libraries: bool) -> str:
    """A POSIX shell script. `directories` may begin with `~/` and hold `*`."""
    directories = list(directories)
    return LAUNCHER.format(
        names=shlex.quote(" ".join(names)),
        directories=" ".join(shlex.quote(directory) for directory in directories),
        libraries=LIBRARIES if libraries else "-",
        needs=" that the pinned libraries are made for" if libraries else "",
        shown="\n  ".join(directories),
    )
