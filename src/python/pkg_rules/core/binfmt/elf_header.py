"""The headers of an ELF executable, 32 or 64 bits wide (System V gABI, chapters 4 and 5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from pkg_rules.core.binfmt.errors import ExecutableFormatError

PT_LOAD, PT_DYNAMIC, PT_NOTE, PT_PHDR = 1, 2, 4, 6
SHF_ALLOC = 2


@dataclass(frozen=True)
class ProgramHeader:
    """`Elf64_Phdr`, in the order of its fields; that of 32 bits has the flags elsewhere."""

    type: int
    flags: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    align: int

    @property
    def end(self) -> int:
        return self.offset + self.filesz


@dataclass(frozen=True)
class SectionHeader:
    """`Elf64_Shdr` and `Elf32_Shdr`, in the order of their fields."""

    name: int
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int
    info: int
    addralign: int
    entsize: int


@dataclass(frozen=True)
class ElfClass:
    """How wide the fields are; `word` is that of an address."""

    ident: bytes
    file: struct.Struct
    program: struct.Struct
    section: struct.Struct
    word: str

    def pack_program(self, header: ProgramHeader) -> bytes:
        kind, flags, *rest = vars(header).values()
        if self is NARROW:
            return self.program.pack(kind, *rest[:-1], flags, rest[-1])
        return self.program.pack(kind, flags, *rest)

    def unpack_program(self, data: bytes) -> ProgramHeader:
        values = self.program.unpack(data)
        if self is NARROW:
            kind, *places, flags, align = values
            return ProgramHeader(kind, flags, *places, align)
        return ProgramHeader(*values)


_IDENT = b"\x7fELF"
WIDE = ElfClass(
    _IDENT + b"\x02\x01",
    struct.Struct("<16sHHIQQQIHHHHHH"),
    struct.Struct("<IIQQQQQQ"),
    struct.Struct("<IIQQQQIIQQ"),
    "Q",
)
NARROW = ElfClass(
    _IDENT + b"\x01\x01",
    struct.Struct("<16sHHIIIIIHHHHHH"),
    struct.Struct("<IIIIIIII"),
    struct.Struct("<IIIIIIIIII"),
    "I",
)
# Where fields of the file header are in the order of `Elf64_Ehdr`.
PHOFF, SHOFF, PHENTSIZE, PHNUM, SHENTSIZE, SHNUM, SHSTRNDX = 5, 6, 9, 10, 11, 12, 13


@dataclass(frozen=True)
class ElfFile:
    """`fields` are those of the file header; `size` is that of the file."""

    path: Path
    form: ElfClass
    fields: tuple[int, ...]
    segments: tuple[ProgramHeader, ...]
    size: int

    def loads(self) -> list[ProgramHeader]:
        return [segment for segment in self.segments if segment.type == PT_LOAD]

    def sections(self) -> list[SectionHeader]:
        """Nothing where a tool took their headers away."""
        count, form = self.fields[SHNUM], self.form.section
        if not count:
            return []
        if self.fields[SHENTSIZE] != form.size:
            raise ExecutableFormatError(
                f"`{self.path.name}` has section headers of `{self.fields[SHENTSIZE]}` bytes instead of `{form.size}`."
            )
        raw = self.read(self.fields[SHOFF], count * form.size)
        return [SectionHeader(*values) for values in form.iter_unpack(raw)]

    def file_offset(self, address: int) -> int:
        for load in self.loads():
            if load.vaddr <= address < load.vaddr + load.filesz:
                return address - load.vaddr + load.offset
        raise ExecutableFormatError(
            f"`{self.path.name}` speaks of the address `{address:#x}`, which none of its segments holds."
        )

    def read(self, offset: int, size: int) -> bytes:
        with open(self.path, "rb") as file:
            file.seek(offset)
            data = file.read(size)
        if len(data) < size:
            raise ExecutableFormatError(
                f"`{self.path.name}` ends inside something that its headers speak of: it is truncated."
            )
        return data


def read_elf(path: Path) -> ElfFile:
    """Reads headers only. Raises ExecutableFormatError if the file is not a little-endian executable."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        head = file.read(WIDE.file.size)
        form = next((form for form in (WIDE, NARROW) if head.startswith(form.ident)), None)
        if form is None or len(head) < form.file.size:
            raise ExecutableFormatError(
                f"`{path.name}` is not a little-endian ELF file, the only kind that a note can be added to."
            )
        fields = form.file.unpack(head[: form.file.size])
        if fields[PHENTSIZE] != form.program.size:
            raise ExecutableFormatError(
                f"`{path.name}` has program headers of `{fields[PHENTSIZE]}` bytes instead of `{form.program.size}`."
            )
        file.seek(fields[PHOFF])
        raw = file.read(fields[PHNUM] * form.program.size)
    if len(raw) < fields[PHNUM] * form.program.size:
        raise ExecutableFormatError(f"`{path.name}` ends inside its program headers: it is truncated.")
    segments = tuple(
        form.unpack_program(raw[at : at + form.program.size])
        for at in range(0, len(raw), form.program.size)
    )
    found = ElfFile(path, form, fields, segments, size)
    if not found.loads():
        raise ExecutableFormatError(f"`{path.name}` has no segment to load, so it is no executable.")
    return found
