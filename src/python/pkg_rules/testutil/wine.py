"""Wine on this machine, as tests run executables for Windows with it and let it compile for them."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping

from pkg_rules.testutil import pinned_tools
from pkg_rules.testutil.oracle import NAMESPACE, can_hide_folders

WINDOWS_X64 = ("win", "x64")
_UNPACKED = pinned_tools.REPOSITORY / ".venv" / "wine"
_FOR_BUILDS = pinned_tools.REPOSITORY / "build-support" / "unpacked_wine"
_PROGRAMS = "/usr/lib/wine"
# Node.js under Wine fails when its output is a pipe, so it goes through files. The first argument is the folder that holds
# Wine's registry and drives; then come folders to cover by empty ones; after `--` comes the program.
_OUTPUT_BY_FILES = """
files=$(mktemp -d)
cat >"$files/in"
"$@" <"$files/in" >"$files/out" 2>"$files/err"
code=$?
cat "$files/out"
cat "$files/err" >&2
rm -r "$files"
exit $code
"""
# Its libraries are found below /usr only, and are those of another release of the system than the tests run on.
_WITH_UNPACKED = """
mount --bind "$1" /mnt; shift
usr=$1; shift
while [ "$1" != -- ]; do hidden="$hidden $1"; shift; done; shift
exec 3<"$usr"
for folder in $hidden; do mount -t tmpfs none "$folder"; done
mount --bind /proc/self/fd/3 /usr
exec 3<&-
exec "$@"
"""


@dataclass(frozen=True)
class Wine:
    """`prefix` is the folder of Wine's registry and drives, which is made at the first use."""

    program: str
    prefix: Path
    is_unpacked: bool

    def command(self, hidden: Iterable[Path] = ()) -> tuple[str, ...]:
        """What comes before an executable; `hidden` folders are out of its reach, where this machine lets us."""
        if not self.is_unpacked:
            return ("sh", "-c", _OUTPUT_BY_FILES, "sh", self.program)
        folders = [str(folder) for folder in hidden]
        return (
            *("sh", "-c", _OUTPUT_BY_FILES, "sh"),
            *(*NAMESPACE, "sh", "-e", "-c", _WITH_UNPACKED, "sh"),
            *(str(self.prefix), str(_UNPACKED / "usr"), *folders, "--", self.program),
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "WINEPREFIX": "/mnt" if self.is_unpacked else str(self.prefix),
            "WINESERVER": f"{_PROGRAMS}/wineserver64",
            "WINEDEBUG": "-all",
            # Offers to download what programs of .NET and web pages would need.
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "XDG_RUNTIME_DIR": "/tmp",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.command(), *arguments],
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.prefix), **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=180,
        )

    def prepare(self) -> None:
        self.prefix.mkdir(parents=True, exist_ok=True)
        self.run("wineboot", "--init")
        if not self.is_unpacked:
            # Older ones are Windows 7 by default, where Node.js does not start.
            self.run("winecfg", "-v", "win10")


def _can_use_unpacked() -> bool:
    return (_UNPACKED / "complete").exists() and can_hide_folders()


def find_wine(prefix: Path) -> Wine | None:
    if _can_use_unpacked():
        return Wine(f"{_PROGRAMS}/wine64", prefix, is_unpacked=True)
    program = f"{_PROGRAMS}/wine64"
    if os.path.exists(program) and shutil.which("sh"):
        return Wine(program, prefix, is_unpacked=False)
    return None


def build_options() -> Mapping[str, str]:
    """Environment variables by which Pants lets the unpacked Wine compile; none where this machine has no such Wine."""
    if not _can_use_unpacked():
        return {}
    return {
        "PANTS_NODE_EMULATORS_WINE": "required",
        "PANTS_NODE_EMULATORS_WINE_SEARCH_PATH": str([str(_FOR_BUILDS)]),
    }


WHY_NONE = "there is no Wine here; ./build-support/install_wine.sh unpacks one on Debian"


def windows_node(major: int) -> Path:
    return pinned_tools.node(major, WINDOWS_X64)


@functools.lru_cache(maxsize=None)
def why_not(wine: Wine, major: int) -> str:
    """Why that Node.js does not run under this Wine; empty if it does."""
    tried = wine.run(str(windows_node(major)), "--version")
    said = tried.stdout.decode(errors="replace").strip()
    if tried.returncode == 0 and said.startswith(f"v{major}."):
        return ""
    return f"Node.js {major} for Windows does not run under this Wine: exit code {tried.returncode}, {said[-200:]!r}"


def with_windows_paths(text: str, folder: Path, shown: str) -> str:
    """The text with the folder, in all forms in which a program on Windows shows a path, moved to `shown`."""
    there = "Z:" + str(folder)
    for old, new in (
        (f"file:///{there}", "file:///" + shown.replace("\\", "/")),
        (there.replace("/", "\\\\"), shown.replace("\\", "\\\\")),
        (there.replace("/", "\\"), shown),
        (there, shown.replace("\\", "/")),
    ):
        text = text.replace(old, new)
    return text
