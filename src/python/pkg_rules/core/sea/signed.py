"""Checks an executable for macOS that another tool signed: of how it was made nothing is known any more."""

from __future__ import annotations

import mmap
from pathlib import Path

from pkg_rules.core.binfmt.fuse import FUSE_ON
from pkg_rules.core.binfmt.macho import find_section
from pkg_rules.core.binfmt.macho_check import check_executable
from pkg_rules.core.binfmt.macho_header import LC_CODE_SIGNATURE, read_header
from pkg_rules.core.sea.assemble import verify
from pkg_rules.core.sea.base_layout import BaseLayout
from pkg_rules.core.sea.errors import SeaError
from pkg_rules.core.sea.inject import RESOURCE
from pkg_rules.core.sea.locator import MAGIC


def verify_signed(executable: Path) -> None:
    """Raises SeaError or ExecutableFormatError unless it is signed, whole, and starts its application."""
    if read_header(executable).find(LC_CODE_SIGNATURE) is None:
        raise SeaError("It has no signature.")
    found = find_section(executable, RESOURCE)
    with open(executable, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        fuse = content.find(FUSE_ON)
        if found is None or fuse < 0:
            raise SeaError("Its application is no longer there, or its switch is off.")
        offset, size = found
        locator = content.find(MAGIC, offset, offset + size)
        layout = BaseLayout(fuse, offset, size, locator, len(content))
    if locator < 0:
        # A single script, without a payload.
        check_executable(executable)
    else:
        verify(executable, layout)
