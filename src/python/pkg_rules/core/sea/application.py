"""Checks a Node.js executable with an application in it: that its system would start it, and Node.js the application."""

from __future__ import annotations

from pathlib import Path

from pkg_rules.core.binfmt.fuse import count_switches
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.sea.errors import SeaError
from pkg_rules.core.sea.formats import format_of

# What Node.js calls its application: a note, a resource or a section.
RESOURCE = "NODE_SEA_BLOB"


def find_application(executable: Path) -> tuple[int, int]:
    """Offset in the file and size of the application, as its system would find it."""
    found = format_of(executable).find(executable, RESOURCE)
    if found is None:
        raise SeaError(f"The executable has no application: there is no `{RESOURCE}` where Node.js looks for it.")
    return found


def check_application(executable: Path, kind: str, end: int | None = None) -> None:
    """Raises SeaError or ExecutableFormatError. `kind` is platform and architecture, e.g. `linux-x64`; what lies behind
    `end` is no part of the Node.js, and may hold the text of the switch."""
    found = identify(executable)
    if str(found) != kind:
        raise SeaError(f"The executable is for `{found}`, not for `{kind}`.")
    format_of(executable).check(executable)
    offset, size = find_application(executable)
    with open(executable, "rb") as file:
        before = count_switches(file, 0, offset)
        after = count_switches(file, offset + size, executable.stat().st_size if end is None else end)
    on, off = before[0] + after[0], before[1] + after[1]
    if (on, off) != (1, 0):
        raise SeaError(
            "The executable would not start its application: the switch of Node.js has to be there once, and on, but it is "
            f"on {on} times and off {off} times."
        )
