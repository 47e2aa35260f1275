"""Puts a Node.js application into a copy of a Node.js executable and turns its switch on."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

from pkg_rules.core.binfmt.branding import Branding, plan_branding
from pkg_rules.core.binfmt.copying import write_at
from pkg_rules.core.binfmt.edit import apply_edit
from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.binfmt.macho_signature import Signing
from pkg_rules.core.sea.application import RESOURCE, check_application
from pkg_rules.core.sea.base_layout import BaseLayout
from pkg_rules.core.sea.errors import SeaError, written_whole
from pkg_rules.core.sea.formats import format_of
from pkg_rules.core.sea.locator import EMPTY, MAGIC


def inject(
    executable: Path,
    application: bytes,
    target: Path,
    *,
    branding: Branding | None = None,
    signing: Signing | None = Signing(),
    strip_symbols: bool = False,
    kind: str | None = None,
) -> BaseLayout:
    """Writes `target`; the input is not touched. The same inputs make the same bytes everywhere. `kind` is what the
    executable is for, e.g. `linux-x64`, if that is known beforehand.

    Windows executables only can be branded. Executables for macOS are signed ad hoc, unless `signing` is None. Symbols are
    left out of executables for Linux only; of others `strip_symbols` means nothing.
    """
    form = format_of(executable)
    fuse = _fuse_offset(executable)
    locator = _locator_offset(application)
    if branding is None:
        plan = form.plan_stripped if strip_symbols and form.plan_stripped else form.plan
        edit = plan(executable, RESOURCE, application)
    else:
        edit = plan_branding(executable, branding, RESOURCE, application)
    with written_whole(target) as part:
        with open(part, "x+b", buffering=0) as out:
            apply_edit(edit, executable, out.fileno())
            write_at(out.fileno(), fuse, FUSE_ON)
            form.finish(executable, out.fileno(), signing)
            size = os.fstat(out.fileno()).st_size
            os.fchmod(out.fileno(), 0o755)
        check_application(part, kind or str(identify(executable)))
    return BaseLayout(
        fuse_offset=fuse,
        application_offset=edit.data_offset,
        application_size=len(application),
        locator_offset=locator if locator < 0 else edit.data_offset + locator,
        size=size,
    )


def size_of_symbols(executable: Path) -> int:
    """By how many bytes `strip_symbols` makes what is injected into smaller."""
    form = format_of(executable)
    if form.plan_stripped is None:
        return 0
    return form.plan(executable, RESOURCE, b"").size - form.plan_stripped(executable, RESOURCE, b"").size


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
