"""How an executable becomes another one: what is kept of it and what is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pkg_rules.core.binfmt.copying import append_file, write_at


@dataclass(frozen=True)
class Edit:
    """The first `keep` bytes of the executable stay, `writes` are pairs of offset and bytes, and all else is zero.

    `data_offset` is where the application lies in the result, which has `size` bytes.
    """

    keep: int
    writes: tuple[tuple[int, bytes], ...]
    data_offset: int
    size: int


def apply_edit(edit: Edit, source: Path, out: int) -> None:
    """Writes the result into an empty file, and leaves the position of the file descriptor at its end."""
    append_file(source, out, edit.keep)
    for offset, data in edit.writes:
        write_at(out, offset, data)
    os.ftruncate(out, edit.size)
    os.lseek(out, edit.size, os.SEEK_SET)
