"""Universal Mach-O files: executables for several architectures one after the other, behind a table of them.

From the format, big-endian: `fat_header` is a magic number and the number of parts; `fat_arch` is CPU type and subtype,
offset, size, and alignment as a power of two. Each part is a file as it would be alone, signature included.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Sequence

from pkg_rules.core.binfmt.copying import append_file, write_at
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho_header import read_header

_HEADER = struct.Struct(">II")
_PART = struct.Struct(">5I")
_MAGIC = 0xCAFEBABE
_ALIGNMENT_BITS = 14


def join(parts: Sequence[Path], out: int) -> None:
    """Writes them into an empty file, in the order of their CPU types, as tools do."""
    ordered = sorted((read_header(part).fields[1:3], part) for part in parts)
    if len({cpu for (cpu, _), _ in ordered}) < len(ordered):
        raise ExecutableFormatError("A universal executable has one part for each architecture, and two are for the same.")
    table = _HEADER.pack(_MAGIC, len(ordered))
    end = _HEADER.size + _PART.size * len(ordered)
    for (cpu, subtype), part in ordered:
        begin = -(-end // (1 << _ALIGNMENT_BITS)) << _ALIGNMENT_BITS
        os.ftruncate(out, begin)
        os.lseek(out, begin, os.SEEK_SET)
        size = append_file(part, out)
        end = begin + size
        if end >= 1 << 32:
            raise ExecutableFormatError(
                f"The universal executable would have {end:,} bytes or more, but there is room for {1 << 32:,}. Build one "
                "for each architecture."
            )
        table += _PART.pack(cpu, subtype, begin, size, _ALIGNMENT_BITS)
    write_at(out, 0, table)


def read_parts(path: Path) -> list[tuple[int, int]]:
    """Offset and size of each part."""
    with open(path, "rb") as file:
        magic, count = _HEADER.unpack(file.read(_HEADER.size).ljust(_HEADER.size, b"\0"))
        table = file.read(_PART.size * count) if magic == _MAGIC else b""
    if magic != _MAGIC or len(table) < _PART.size * count:
        raise ExecutableFormatError(f"`{path.name}` is not a universal Mach-O file.")
    return [(offset, size) for _, _, offset, size, _ in _PART.iter_unpack(table)]
