"""Reads a finished Mach-O executable as a Mac does and compares everything that must fit together.

This is a second reader on purpose: it shares no code with what writes executables (`macho.py`, `macho_signature.py`),
so that a misunderstanding there is not repeated here. What it demands is what the dynamic linker, the kernel and
`codesign --strict` check, see `docs/reference/macos.md`.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho_signature_check import check_signature


@dataclass(frozen=True)
class _Segment:
    name: str
    address: int
    memory: int
    offset: int
    size: int
    protection: int


@dataclass(frozen=True)
class _Piece:
    """A part of `__LINKEDIT` that a load command names."""

    name: str
    offset: int
    size: int
    alignment: int


# Of commands that hold pairs of offset and size: the name of the part, where the pair is, what the size counts in bytes.
_PAIRS: Mapping[int, tuple[tuple[str, int, int], ...]] = {
    0x02: (("symbols", 8, 16), ("strings", 16, 1)),
    0x0B: (("indirect symbols", 56, 4), ("external relocations", 64, 8), ("local relocations", 72, 8)),
    0x80000022: (
        ("rebase opcodes", 8, 1),
        ("bind opcodes", 16, 1),
        ("weak bind opcodes", 24, 1),
        ("lazy bind opcodes", 32, 1),
        ("exports", 40, 1),
    ),
    0x1D: (("signature", 8, 1),),
    0x1E: (("split info", 8, 1),),
    0x26: (("function starts", 8, 1),),
    0x29: (("data in code", 8, 1),),
    0x80000033: (("exports", 8, 1),),
    0x80000034: (("chained fixups", 8, 1),),
}
_ALIGNMENT = {"strings": 1, "indirect symbols": 4, "signature": 16}
_ZERO_FILLED = (1, 12, 18)  # types of sections without bytes in the file


def check_executable(path: Path) -> None:
    """Raises ExecutableFormatError if something does not fit; a signature need not be there."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            problem = _problem(content)
        except (struct.error, IndexError, ValueError) as error:
            problem = f"it ends inside what its headers describe ({error})"
    if problem:
        raise ExecutableFormatError(f"`{path.name}` is not a Mach-O executable that macOS would start: {problem}.")


def _problem(content: mmap.mmap) -> str:
    magic, cpu, _, kind, count, size = struct.unpack_from("<6I", content)
    if (magic, kind) != (0xFEEDFACF, 2):
        return "its header is not that of a 64-bit executable"
    commands = []
    at = 32
    for number in range(count):
        command, length = struct.unpack_from("<II", content, at)
        if length < 8 or length % 8 or at + length > 32 + size:
            return f"load command {number} has a wrong size ({length})"
        commands.append((command, content[at : at + length]))
        at += length
    if at != 32 + size:
        return f"its load commands have {at - 32} bytes instead of {size}"
    segments = [_segment(body) for command, body in commands if command == 0x19]
    page = 0x4000 if cpu == 0x0100000C else 0x1000
    return (
        _segment_problem(segments, len(content), page)
        or _section_problem([body for command, body in commands if command == 0x19], at)
        or _linkedit_problem(commands, segments[-1])
        or _fixups_problem(content, commands, len(segments))
        or check_signature(content, commands, next(one for one in segments if one.name == "__TEXT"))
    )


def _segment(body: bytes) -> _Segment:
    name, address, memory, offset, size, _, protection = struct.unpack_from("<16s4Qii", body, 8)
    return _Segment(name.rstrip(b"\0").decode("ascii"), address, memory, offset, size, protection)


def _segment_problem(segments: list[_Segment], file_size: int, page: int) -> str:
    names = [segment.name for segment in segments]
    if len(set(names)) < len(names) or names[-1:] != ["__LINKEDIT"] or "__TEXT" not in names:
        return f"it has the segments {names}"
    for segment in segments:
        if segment.size > segment.memory or segment.address % page or segment.offset % page or segment.memory % page:
            return f"the segment `{segment.name}` has a size or place that cannot be"
    for one, other in zip(segments, segments[1:]):
        if one.address + one.memory > other.address or one.offset + one.size > other.offset:
            return f"the segments `{one.name}` and `{other.name}` overlap or are out of order"
    last = segments[-1]
    if last.protection != 1:
        return "its last segment can be written to"
    if last.offset + last.size != file_size:
        return f"its last segment ends at {last.offset + last.size:,}, but it has {file_size:,} bytes"
    return ""


def _section_problem(bodies: list[bytes], commands_end: int) -> str:
    for body in bodies:
        segment = _segment(body)
        (count,) = struct.unpack_from("<I", body, 64)
        if len(body) != 72 + 80 * count:
            return f"the segment `{segment.name}` has not the {count} sections it speaks of"
        for number in range(count):
            name, owner, address, size, offset = struct.unpack_from("<16s16sQQI", body, 72 + 80 * number)
            (flags,) = struct.unpack_from("<I", body, 72 + 80 * number + 64)
            inside = segment.address <= address and address + size <= segment.address + segment.memory
            if flags & 0xFF not in _ZERO_FILLED and size:
                inside = inside and offset - segment.offset == address - segment.address and offset >= commands_end
                inside = inside and offset + size <= segment.offset + segment.size
            if not inside or owner.rstrip(b"\0").decode("ascii") != segment.name:
                return f"the section `{name.rstrip(bytes(1)).decode('ascii')}` is not inside its segment `{segment.name}`"
    return ""


def _linkedit_problem(commands: list[tuple[int, bytes]], linkedit: _Segment) -> str:
    """All parts must follow each other without overlap, with the strings and the signature last, and no gap there."""
    pieces = []
    for command, body in commands:
        for name, at, unit in _PAIRS.get(command, ()):
            offset, count = struct.unpack_from("<II", body, at)
            if count:
                pieces.append(_Piece(name, offset, count * unit, _ALIGNMENT.get(name, 8)))
    pieces.sort(key=lambda piece: piece.offset)
    end, before = linkedit.offset, "the beginning of the segment"
    for piece in pieces:
        if piece.offset < end:
            return f"{piece.name} and {before} overlap in `{linkedit.name}`"
        if piece.offset % piece.alignment:
            return f"{piece.name} in `{linkedit.name}` are not aligned"
        # The signature begins at the next multiple of its alignment.
        if piece.name == "signature" and piece.offset - end >= piece.alignment:
            return f"there are {piece.offset - end:,} bytes between {before} and signature"
        end, before = piece.offset + piece.size, piece.name
    if [piece.name for piece in pieces if piece.name in ("strings", "signature")] != [
        piece.name for piece in pieces[-2 if before == "signature" else -1 :]
    ]:
        return f"{before} are at the end of `{linkedit.name}`"
    if end != linkedit.offset + linkedit.size:
        return f"{before} in `{linkedit.name}` end at {end:,}, but the segment at {linkedit.offset + linkedit.size:,}"
    return ""


def _fixups_problem(content: mmap.mmap, commands: list[tuple[int, bytes]], segment_count: int) -> str:
    for command, body in commands:
        if command != 0x80000034:
            continue
        offset, size = struct.unpack_from("<II", body, 8)
        fixups = content[offset : offset + size]
        version, starts, imports, symbols, import_count, import_format, _ = struct.unpack_from("<7I", fixups)
        (count,) = struct.unpack_from("<I", fixups, starts)
        if version or count != segment_count:
            return f"its chained fixups are for {count} segments instead of {segment_count}"
        for number, place in enumerate(struct.unpack_from(f"<{count}I", fixups, starts + 4)):
            if not place:
                continue
            at = starts + place
            length, page_size, _, _, _, pages = struct.unpack_from("<IHHQIH", fixups, at)
            if place < 4 + 4 * count or at % 4 or at + length > imports or 22 + 2 * pages > length:
                return f"the chained fixups of segment {number} are out of place"
            if page_size not in (0x1000, 0x4000):
                return f"the chained fixups of segment {number} are for pages of {page_size} bytes"
        if imports + import_count * {1: 4, 2: 8, 3: 16}[import_format] > symbols or symbols > size:
            return "the imports of its chained fixups are out of place"
    return ""
