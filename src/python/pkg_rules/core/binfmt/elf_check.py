"""Reads a finished ELF executable as the kernel and Node.js do, and looks whether everything fits together.

This is a second reader on purpose: it shares no code with what writes notes (`elf.py`). Node.js walks the notes of all PT_NOTE
segments in memory, so these must lie in a segment that is loaded.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Iterator

from pkg_rules.core.binfmt.errors import ExecutableFormatError

_LOAD, _NOTE, _TABLE = 1, 4, 6


@dataclass(frozen=True)
class _Segment:
    type: int
    offset: int
    address: int
    size: int
    memory: int

    def holds(self, other: _Segment) -> bool:
        """In the file and, at the same distance, in memory."""
        return (
            self.offset <= other.offset
            and other.offset + other.size <= self.offset + self.size
            and other.address - self.address == other.offset - self.offset
        )


def check_elf(path: Path) -> None:
    """Raises ExecutableFormatError if the kernel would refuse it, or load something else than what is described."""
    with open(path, "rb") as file:
        _segments(file, path.name)


def find_note(path: Path, name: str) -> tuple[int, int] | None:
    """Offset in the file and size of the data of the first note of that name, which is the one that Node.js takes."""
    with open(path, "rb") as file:
        for segment in _segments(file, path.name):
            if segment.type == _NOTE:
                file.seek(segment.offset)
                for found, offset, size in _notes(file.read(segment.size), path.name):
                    if found == name.encode():
                        return segment.offset + offset, size
    return None


def _segments(file: BinaryIO, name: str) -> list[_Segment]:
    size = file.seek(0, 2)
    file.seek(0)
    header = file.read(64)
    if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
        raise ExecutableFormatError(f"`{name}` is not a 64-bit little-endian ELF file.")
    (table,) = struct.unpack_from("<Q", header, 32)
    entry_size, count = struct.unpack_from("<HH", header, 54)
    if entry_size != 56 or table + 56 * count > size:
        raise ExecutableFormatError(f"`{name}` ends inside its program headers: it is truncated.")
    file.seek(table)
    segments = [
        _Segment(kind, offset, address, length, memory)
        for kind, _, offset, address, _, length, memory, _ in struct.iter_unpack("<IIQQQQQQ", file.read(56 * count))
    ]
    problem = _problem(segments, _Segment(_TABLE, table, 0, 56 * count, 56 * count), size)
    if problem:
        raise ExecutableFormatError(f"`{name}` is not an ELF executable that Linux would start: {problem}.")
    return segments


def _problem(segments: list[_Segment], table: _Segment, file_size: int) -> str:
    loaded = [segment for segment in segments if segment.type == _LOAD]
    if not loaded:
        return "it has no segment to load"
    for number, segment in enumerate(segments):
        if segment.type in (_LOAD, _NOTE, _TABLE) and segment.offset + segment.size > file_size:
            return f"its segment {number} ends behind the end of the file, at {segment.offset + segment.size:,}"
        if segment.type in (_NOTE, _TABLE) and not any(one.holds(segment) for one in loaded):
            return f"its segment {number} is in no segment that is loaded"
        if segment.type == _TABLE and (segment.offset, segment.size) != (table.offset, table.size):
            return "its segment of the program headers is elsewhere than they are"
    for one, other in zip(loaded, loaded[1:]):
        if one.size > one.memory or one.address + one.memory > other.address:
            return f"what is loaded at {one.address:#x} and {other.address:#x} overlaps or is out of order"
    return ""


def _notes(data: bytes, name: str) -> Iterator[tuple[bytes, int, int]]:
    """Name, offset and size of the data of each. All is padded to four bytes, as Node.js takes it, too."""
    at = 0
    while at + 12 <= len(data):
        name_size, size, _ = struct.unpack_from("<III", data, at)
        begin = at + 12 + -(-name_size // 4) * 4
        if begin + size > len(data):
            raise ExecutableFormatError(f"`{name}` has a note that ends behind its segment.")
        yield data[at + 12 : at + 12 + name_size].rstrip(b"\0"), begin, size
        at = begin + -(-size // 4) * 4
