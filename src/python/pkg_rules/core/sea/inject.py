"""Puts a Node.js application into a copy of a Node.js executable and turns its switch on."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

from pkg_rules.core.binfmt.copying import append_file, write_at
from pkg_rules.core.binfmt.elf import plan_note
from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.sea.base_layout import BaseLayout
from pkg_rules.core.sea.errors import SeaError, written_whole
from pkg_rules.core.sea.locator import EMPTY, MAGIC

RESOURCE = "NODE_SEA_BLOB"


def inject(executable: Path, application: bytes, target: Path) -> BaseLayout:
    """Writes `target`; the input is not touched. The same inputs make the same bytes everywhere."""
    kind = identify(executable)
    if kind.platform not in ("linux", "alpine", "linuxstatic"):
        raise SeaError(
            f"`{executable.name}` is an executable for `{kind}`. Applications can so far be put into executables for "
            "Linux only; choose such a target."
        )
    fuse = _fuse_offset(executable)
    locator = _locator_offset(application)
    patch = plan_note(executable, RESOURCE, application)
    with written_whole(target) as part, open(part, "xb", buffering=0) as out:
        append_file(executable, out.fileno())
        write_at(out.fileno(), patch.offset, patch.segment)
        write_at(out.fileno(), 0, patch.header)
        write_at(out.fileno(), fuse, FUSE_ON)
        os.fchmod(out.fileno(), 0o755)
    return BaseLayout(
        fuse_offset=fuse,
        application_offset=patch.data_offset,
        application_size=len(application),
        locator_offset=locator if locator < 0 else patch.data_offset + locator,
        size=patch.offset + len(patch.segment),
    )


def _fuse_offset(executable: Path) -> int:
    """Where the switch is; it must be there exactly once, and off."""
    with open(executable, "rb") as file, mmap.mmap(
        file.fileno(), 0, access=mmap.ACCESS_READ
    ) as content:
        first = content.find(FUSE_OFF)
        if first >= 0 and content.find(FUSE_OFF, first + 1) < 0:
            return first
        state = "more than once" if first >= 0 else "not at all"
        if first < 0 and content.find(FUSE_ON) >= 0:
            state = "turned on already, so an application is in it"
    raise SeaError(
        f"`{executable.name}` has the switch for single executable applications {state}; an official Node.js of "
        "version 20 or newer has it once."
    )


def _locator_offset(application: bytes) -> int:
    first = application.find(MAGIC)
    if first < 0:
        return -1
    if application.find(MAGIC, first + 1) >= 0 or not application.startswith(EMPTY, first):
        raise SeaError(
            f"The application holds `{MAGIC.decode()}` more than once, or not as an empty locator, so it is not known "
            "where to write the place of the payload. The loader must not hold this text in one piece."
        )
    return first
