"""Makes the executable of a prepared base and a payload: copy, append, write the place into the locator, check."""

from __future__ import annotations

import os
from pathlib import Path

from pkg_rules.core.binfmt.branding import Branding, plan_branding
from pkg_rules.core.binfmt.copying import append_file, write_at
from pkg_rules.core.binfmt.edit import apply_edit
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.binfmt.macho_signature import Signing
from pkg_rules.core.sea.application import RESOURCE
from pkg_rules.core.sea.base_layout import BaseLayout
from pkg_rules.core.sea.errors import SeaError, written_whole
from pkg_rules.core.sea.finished import Expected, check_finished
from pkg_rules.core.sea.formats import format_of
from pkg_rules.core.sea.locator import EMPTY, MAGIC, SIZE, pack_place

# The payload can be mapped into memory as it lies there.
_PAGE = 4096


def assemble(
    base: Path,
    layout: BaseLayout,
    payload: Path,
    target: Path,
    *,
    branding: Branding | None = None,
    signing: Signing | None = Signing(),
    kind: str | None = None,
) -> None:
    """Writes `target`, whole or not at all; the inputs are not touched. `kind` is what the executable is for, e.g.
    `linux-x64`, if that is known beforehand.

    Windows executables only can be branded. Executables for macOS are signed ad hoc, unless `signing` is None.
    """
    _check_base(base, layout)
    form, base_kind = format_of(base), identify(base)
    with written_whole(target) as part:
        with open(part, "x+b", buffering=0) as out:
            if branding is None:
                size = append_file(base, out.fileno(), form.content_end(base))
            else:
                edit = plan_branding(base, branding, RESOURCE)
                apply_edit(edit, base, out.fileno())
                layout = layout.moved(edit.data_offset, edit.size)
                size = layout.size
            offset = -(-size // _PAGE) * _PAGE
            os.ftruncate(out.fileno(), offset)
            os.lseek(out.fileno(), offset, os.SEEK_SET)
            length = append_file(payload, out.fileno())
            write_at(
                out.fileno(), layout.locator_offset + len(MAGIC), pack_place(offset, length)
            )
            form.finish(base, out.fileno(), signing)
            os.fchmod(out.fileno(), 0o755)
        is_signed = base_kind.platform == "macos" and signing is not None
        check_finished(part, Expected(kind or str(base_kind), has_payload=True, is_signed=is_signed))


def _check_base(base: Path, layout: BaseLayout) -> None:
    if layout.locator_offset < 0:
        raise SeaError(
            f"`{base.name}` has no locator: it was prepared for a single script, and takes no payload."
        )
    with open(base, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        found = _read(file.fileno(), layout.locator_offset, SIZE)
    if size != layout.size or found != EMPTY:
        raise SeaError(
            f"`{base.name}` does not fit its description: it has {size:,} of {layout.size:,} bytes, or its locator is "
            "not empty. The two come from different builds."
        )


def _read(file: int, offset: int, length: int) -> bytes:
    return os.pread(file, length, offset)
