"""Puts a section into a Mach-O executable and finishes it: what is appended belongs to it, and a signature is last.

The section gets a segment of its own before `__LINKEDIT`, which has to stay the last one, so `__LINKEDIT` moves up in
the file and in memory. Nothing in memory points into it, only load commands do, by offsets into the file.

Bytes that are appended become part of `__LINKEDIT`, as the end of the table of strings. Apple's tools want what the
load commands name to fill that segment without a gap, and only then sign the file again.
"""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Callable

from pkg_rules.core.binfmt.copying import write_at
from pkg_rules.core.binfmt.edit import Edit
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho_fixups import GROWTH, with_segment
from pkg_rules.core.binfmt.macho_header import (
    LC_CODE_SIGNATURE,
    LC_DYLD_CHAINED_FIXUPS,
    LC_SYMTAB,
    MachHeader,
    Segment,
    data_command,
    data_range,
    read_header,
    read_header_of,
    section_of,
    with_field,
    with_offsets,
)
from pkg_rules.core.binfmt.macho_signature import Signing, read_signing, sign, signature_size

# Node.js asks for this segment, and for the section `__NODE_SEA_BLOB` in it.
_SEGMENT = "NODE_SEA"
# The largest page of memory: those of arm64, where programs for x64 run as well.
_PAGE = 0x4000
_READ = 1
SIGNATURE_ALIGNMENT = 16
# Offsets of load commands are 4 bytes.
_LIMIT = 1 << 32


def plan_section(path: Path, name: str, data: bytes) -> Edit:
    """The result has no signature; a signature that was there would no longer fit.

    Raises ExecutableFormatError if the file is not an executable as linkers make it, or has the section already.
    """
    header = read_header(path)
    if header.segment(_SEGMENT) is not None:
        raise ExecutableFormatError(f"`{path.name}` has a segment `{_SEGMENT}` already, so an application is in it.")
    begin, end = header.linkedit.fileoff, content_end(path)
    with open(path, "rb") as file:
        file.seek(begin)
        content = file.read(end - begin)
    unsigned = header.without(LC_CODE_SIGNATURE)
    distance = _align(len(data), _PAGE)
    moved, content = _move_linkedit(unsigned, distance, content)
    old = header.linkedit
    segment = Segment(
        _SEGMENT,
        old.vmaddr,
        distance,
        begin,
        distance,
        _READ,
        _READ,
        sections=section_of(_SEGMENT, _section_name(name), old.vmaddr, begin, len(data)),
    )
    linkedit = _of_size(
        replace(old, vmaddr=old.vmaddr + distance, fileoff=begin + distance), len(content)
    )
    result = moved.with_linkedit(linkedit, before=segment.pack())
    return Edit(
        keep=begin,
        writes=((0, result.pack()), (begin, data), (linkedit.fileoff, content)),
        data_offset=begin,
        size=linkedit.fileoff + len(content),
    )


def find_section(path: Path, name: str) -> tuple[int, int] | None:
    """Offset in the file and size."""
    segment = read_header(path).segment(_SEGMENT)
    return segment.find_section(_section_name(name)) if segment else None


def content_end(path: Path) -> int:
    """Where the file ends without its signature."""
    header = read_header(path)
    linkedit = header.linkedit
    end = linkedit.fileoff + linkedit.filesize
    if end != path.stat().st_size:
        raise ExecutableFormatError(
            f"`{path.name}` has {path.stat().st_size:,} bytes, but its last segment ends at {end:,}: it is truncated, or "
            "something was appended to it."
        )
    signature = header.find(LC_CODE_SIGNATURE)
    if signature is None:
        return end
    offset, size = data_range(signature)
    if offset + size != end:
        raise ExecutableFormatError(f"The signature of `{path.name}` is not at its end.")
    return offset


def finish(source: Path, out: int, signing: Signing | None) -> None:
    """Makes all that the file holds part of its last segment, and signs it ad hoc.

    `out` is made of `source` and is open for reading and writing. What `signing` leaves open is taken from the signature
    of `source`. Without `signing` the file has no signature, and macOS does not start it on arm64 before it gets one.
    """
    end = _align(os.fstat(out).st_size, SIGNATURE_ALIGNMENT)
    os.ftruncate(out, end)
    header = read_header_of(out, source.name).without(LC_CODE_SIGNATURE)
    header = _with_strings_up_to(header, end)
    linkedit = header.linkedit
    if signing is None:
        size = 0
    else:
        signing = signing.completed(read_signing(source))
        size = signature_size(signing, end)
        header = replace(
            header, commands=(*header.commands, data_command(LC_CODE_SIGNATURE, end, size))
        )
    if end + size >= _LIMIT:
        raise ExecutableFormatError(
            f"The executable would have {end + size:,} bytes, but Mach-O has room for {_LIMIT:,}. Put less into it, or "
            "ship large files beside it."
        )
    header = header.with_linkedit(_of_size(linkedit, end + size - linkedit.fileoff))
    write_at(out, 0, header.pack())
    if signing is not None:
        text = header.segment("__TEXT")
        assert text is not None, "every executable has code"
        write_at(out, end, sign(out, end, signing, text.fileoff, text.filesize))


def _move_linkedit(header: MachHeader, distance: int, content: bytes) -> tuple[MachHeader, bytes]:
    begin = header.linkedit.fileoff
    fixups = header.find(LC_DYLD_CHAINED_FIXUPS)
    if fixups is None:
        return _moved(header, lambda offset: offset + distance), content
    offset, size = data_range(fixups)
    grown = with_segment(content[offset - begin :][:size], len(header.segments))
    content = content[: offset - begin] + grown + content[offset - begin + size :]
    moved = _moved(header, lambda old: old + distance + (GROWTH if old > offset else 0))
    commands = tuple(
        data_command(LC_DYLD_CHAINED_FIXUPS, offset + distance, len(grown)) if old == fixups else new
        for old, new in zip(header.commands, moved.commands)
    )
    return replace(moved, commands=commands), content


def _moved(header: MachHeader, new_offset: Callable[[int], int]) -> MachHeader:
    return replace(
        header, commands=tuple(with_offsets(command, new_offset) for command in header.commands)
    )


def _with_strings_up_to(header: MachHeader, end: int) -> MachHeader:
    symbols = header.find(LC_SYMTAB)
    if symbols is None:
        raise ExecutableFormatError(f"`{header.file_name}` has no table of symbols, which could be extended.")
    (strings,) = struct.unpack_from("<I", symbols, 16)
    extended = with_field(symbols, 20, end - strings)
    return replace(
        header,
        commands=tuple(extended if command == symbols else command for command in header.commands),
    )


def _of_size(linkedit: Segment, size: int) -> Segment:
    return replace(linkedit, filesize=size, vmsize=_align(size, _PAGE))


def _section_name(name: str) -> str:
    return f"__{name}"


def _align(value: int, to: int) -> int:
    return -(-value // to) * to
