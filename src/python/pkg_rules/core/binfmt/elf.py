"""Adds a note to an ELF executable, as a new segment at its end.

The layout of the file is left alone: the program headers move to the end, where two more find room, and everything
else stays at its place. Nothing refers to the table of sections any more. The new segment lies at the same distance from its address as the first one does, as older
kernels compute the address of the program headers from that.

From the ELF specification: a note is `namesz`, `descsz`, `type` (4 bytes each), then the name with its zero byte and
then the descriptor, both padded to a multiple of 4 bytes. Node.js finds its application by walking the notes of all
PT_NOTE segments in memory, so the note must be loaded and needs no section.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path

from pkg_rules.core.binfmt.errors import ExecutableFormatError

_EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
_PHDR = struct.Struct("<IIQQQQQQ")
_NHDR = struct.Struct("<III")
_PT_LOAD, _PT_NOTE, _PT_PHDR = 1, 4, 6
_PF_R = 4
# The largest page size of a kernel that may run the file (arm64 has 64 KiB pages).
_PAGE = 0x10000


@dataclass(frozen=True)
class ProgramHeader:
    """`Elf64_Phdr`, in the order of its fields."""

    type: int
    flags: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    align: int

    def pack(self) -> bytes:
        return _PHDR.pack(*vars(self).values())


@dataclass(frozen=True)
class NotePatch:
    """What to write where to make the copy of an executable one that holds the note."""

    offset: int  # of `segment`; what lies between the end of the file and this is zero
    segment: bytes
    header: bytes  # the new ELF header, at the beginning of the file
    data_offset: int  # of the note's data, in the file


def plan_note(path: Path, name: str, data: bytes) -> NotePatch:
    """Reads headers only. Raises ExecutableFormatError if the file is not a 64-bit little-endian executable."""
    with open(path, "rb") as file:
        ident = file.read(_EHDR.size)
        if len(ident) < _EHDR.size or ident[:6] != b"\x7fELF\x02\x01":
            raise ExecutableFormatError(
                f"`{path.name}` is not a 64-bit little-endian ELF file, the only kind that a note can be added to."
            )
        fields = list(_EHDR.unpack(ident))
        table, entry_size, count = fields[5], fields[9], fields[10]
        if entry_size != _PHDR.size:
            raise ExecutableFormatError(
                f"`{path.name}` has program headers of `{entry_size}` bytes instead of `{_PHDR.size}`."
            )
        file.seek(table)
        raw = file.read(count * _PHDR.size)
        file.seek(0, 2)
        file_size = file.tell()
    if len(raw) < count * _PHDR.size:
        raise ExecutableFormatError(f"`{path.name}` ends inside its program headers: it is truncated.")
    headers = [ProgramHeader(*values) for values in _PHDR.iter_unpack(raw)]
    loads = [index for index, header in enumerate(headers) if header.type == _PT_LOAD]
    if not loads:
        raise ExecutableFormatError(f"`{path.name}` has no segment to load, so it is no executable.")

    first = headers[loads[0]]
    bias = first.vaddr - first.offset
    memory_end = max(headers[index].vaddr + headers[index].memsz for index in loads)
    offset = _align(max(file_size, memory_end - bias), _PAGE)
    # Program headers must be sorted by address among those to load, and the new one has the highest.
    after_loads = loads[-1] + 1
    table_size = (count + 2) * _PHDR.size
    encoded_name = name.encode() + b"\0"
    note = _NHDR.pack(len(encoded_name), len(data), 0) + _padded(encoded_name)
    note_offset = _align(table_size, 16)
    size = note_offset + len(note) + _align(len(data), 4)
    load = ProgramHeader(
        _PT_LOAD, _PF_R, offset, offset + bias, offset + bias, size, size, _PAGE
    )
    in_note = ProgramHeader(
        _PT_NOTE,
        _PF_R,
        offset + note_offset,
        offset + bias + note_offset,
        offset + bias + note_offset,
        size - note_offset,
        size - note_offset,
        4,
    )
    headers = [
        replace(
            header,
            offset=offset,
            vaddr=offset + bias,
            paddr=offset + bias,
            filesz=table_size,
            memsz=table_size,
        )
        if header.type == _PT_PHDR
        else header
        for header in headers
    ]
    headers[after_loads:after_loads] = [load]
    headers.append(in_note)
    packed = b"".join(header.pack() for header in headers)
    fields[5], fields[10] = offset, count + 2
    # The new segment is in no section, and tools that write a file anew from its sections would leave it out and what comes
    # behind it. Without a table of sections they refuse, see docs/decisions/0008.
    fields[6] = fields[12] = fields[13] = 0
    return NotePatch(
        offset=offset,
        segment=packed.ljust(note_offset, b"\0") + note + _padded(data),
        header=_EHDR.pack(*fields),
        data_offset=offset + note_offset + len(note),
    )


def _align(value: int, to: int) -> int:
    return -(-value // to) * to


def _padded(data: bytes) -> bytes:
    return data.ljust(_align(len(data), 4), b"\0")
