"""The C library musl on this machine, as tests run executables for Alpine with it."""

from __future__ import annotations

import functools
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Mapping

from pkg_rules.testutil import pinned_tools
from pkg_rules.testutil.oracle import NAMESPACE

ALPINE = ("alpine", "x64")
_LIBRARIES = pinned_tools.REPOSITORY / ".venv" / "musl" / "usr" / "lib"
_LOADER = "ld-musl-x86_64.so.1"
# The loader must be found below `/lib`, and the libraries of C++ by the names that Alpine has them under. They are laid over
# the folder of this system. The arguments are the loader, the libraries that came with Node.js, and the program.
_WITH_MUSL = """
mount -t tmpfs none /mnt
mkdir /mnt/lib /mnt/work
cp "$1" "$2"/* /mnt/lib/
ln -s "$(basename "$2"/libstdc++-*)" /mnt/lib/libstdc++.so.6
ln -s "$(basename "$2"/libgcc_s-*)" /mnt/lib/libgcc_s.so.1
mount -t overlay -o lowerdir=/usr/lib,upperdir=/mnt/lib,workdir=/mnt/work none /usr/lib
shift 2
exec "$@"
"""


def alpine_node(major: int) -> Path:
    return pinned_tools.node(major, ALPINE)


def alpine_command(major: int) -> tuple[str, ...]:
    """What comes before an executable for Alpine."""
    libraries = alpine_node(major).parents[1] / "lib"
    loader = str(_LIBRARIES / _LOADER)
    return (*NAMESPACE, "sh", "-e", "-c", _WITH_MUSL, "sh", loader, str(libraries))


def build_environment() -> Mapping[str, str]:
    """With what Pants finds musl, so that the code of executables for Alpine is compiled ahead."""
    folders = json.dumps([str(_LIBRARIES)])
    return {**os.environ, "PANTS_NODE_EMULATORS_MUSL_SEARCH_PATH": folders}


@functools.lru_cache(maxsize=None)
def why_no_alpine() -> str:
    """Why this machine cannot run Node.js for Alpine; empty if it can."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return "executables for Alpine on x64 run on Linux on x64 only"
    if not (_LIBRARIES / _LOADER).exists():
        return "there is no musl here; ./build-support/install_musl.sh unpacks it"
    tried = subprocess.run(
        [*alpine_command(24), str(alpine_node(24)), "--version"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if tried.returncode:
        return f"Node.js for Alpine does not run here: {tried.stdout.decode(errors='replace').strip()[:500]}"
    return ""
