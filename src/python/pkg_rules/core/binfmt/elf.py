"""Adds a note to an ELF executable, as a new segment at its end.

The layout of the file is left alone: the program headers move to the end, where two more find room, and everything
else stays at its place. Nothing refers to the table of sections any more. The new segment lies at the same distance from
its address as the first one does, as older kernels compute the address of the program headers from that.

From the ELF specification: a note is `namesz`, `descsz`, `type` (4 bytes each), then the name with its zero byte and
then the descriptor, both padded to a multiple of 4 bytes. Node.js finds its application by walking the notes of all
PT_NOTE segments in memory, so the note must be loaded and needs no section.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path

from pkg_rules.core.binfmt.edit import Edit
from pkg_rules.core.binfmt.elf_header import (
    PHNUM,
    PHOFF,
    PT_LOAD,
    PT_NOTE,
    PT_PHDR,
    SHNUM,
    SHOFF,
    SHSTRNDX,
    ProgramHeader,
    read_elf,
)
from pkg_rules.core.binfmt.elf_libraries import system_names
from pkg_rules.core.binfmt.elf_symbols import size_without_symbols

_NHDR = struct.Struct("<III")
_PF_R = 4
# The largest page size of a kernel that may run the file (arm64 has 64 KiB pages).
_PAGE = 0x10000


def plan_note(path: Path, name: str, data: bytes, *, strip_symbols: bool = False) -> Edit:
    """Reads headers only. Raises ExecutableFormatError if the file is not a little-endian executable."""
    elf = read_elf(path)
    end = size_without_symbols(elf) if strip_symbols else elf.size
    loads = elf.loads()
    first = loads[0]
    bias = first.vaddr - first.offset
    memory_end = max(load.vaddr + load.memsz for load in loads)
    offset = _align(max(end, memory_end - bias), _PAGE)
    # Program headers must be sorted by address among those to load, and the new one has the highest.
    after_loads = len(elf.segments) - [
        segment.type for segment in reversed(elf.segments)
    ].index(PT_LOAD)
    table_size = (len(elf.segments) + 2) * elf.form.program.size
    encoded_name = name.encode() + b"\0"
    note = _NHDR.pack(len(encoded_name), len(data), 0) + _padded(encoded_name)
    note_offset = _align(table_size, 16)
    size = note_offset + len(note) + _align(len(data), 4)
    load = ProgramHeader(
        PT_LOAD, _PF_R, offset, offset + bias, offset + bias, size, size, _PAGE
    )
    in_note = ProgramHeader(
        PT_NOTE,
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
        if header.type == PT_PHDR
        else header
        for header in elf.segments
    ]
    headers[after_loads:after_loads] = [load]
    headers.append(in_note)
    packed = b"".join(map(elf.form.pack_program, headers))
    fields = list(elf.fields)
    fields[PHOFF], fields[PHNUM] = offset, len(headers)
    # The new segment is in no section, and tools that write a file anew from its sections would leave it out and what comes
    # behind it. Without a table of sections they refuse, see docs/decisions/0008.
    fields[SHOFF] = fields[SHNUM] = fields[SHSTRNDX] = 0
    segment = packed.ljust(note_offset, b"\0") + note + _padded(data)
    return Edit(
        keep=end,
        writes=(*system_names(elf), (offset, segment), (0, elf.form.file.pack(*fields))),
        data_offset=offset + note_offset + len(note),
        size=offset + len(segment),
    )


def _align(value: int, to: int) -> int:
    return -(-value // to) * to


def _padded(data: bytes) -> bytes:
    return data.ljust(_align(len(data), 4), b"\0")
