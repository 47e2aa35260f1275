"""Leaves the symbol tables and debugging information out of an ELF executable.

They are in sections that no segment loads, so nothing but debuggers reads them. They lie behind everything that is loaded, as
linkers write them; what is loaded stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pkg_rules.core.binfmt.elf_header import SHF_ALLOC, SHNUM, SHOFF, SHSTRNDX, ElfFile, SectionHeader

# `info` of a section is then the number of another one, as is `link` of all.
_SHF_INFO_LINK = 0x40
_SHT_STRTAB = 3
_SHSTRTAB = b".shstrtab\0"


@dataclass(frozen=True)
class Stripped:
    """The first `keep` bytes of the old executable, then `writes`. `elf` describes the result, but for its path."""

    elf: ElfFile
    keep: int
    writes: tuple[tuple[int, bytes], ...] = ()


def strip(elf: ElfFile) -> Stripped:
    """Leaves all in if something that is loaded lies behind it: tools that change finished executables add to their end,
    and then nothing of the file's size would be saved."""
    sections = elf.sections()
    dropped = [section.offset for section in sections[1:] if not section.flags & SHF_ALLOC]
    keep = max(segment.end for segment in elf.segments)
    if not dropped or keep > min(dropped):
        return Stripped(elf, elf.size)
    numbers = [
        number
        for number, section in enumerate(sections)
        if number == 0 or section.flags & SHF_ALLOC
    ]
    new_numbers = {old: new for new, old in enumerate(numbers)}
    kept = [sections[number] for number in numbers]
    names, places = _names(elf, sections, kept)
    names_at = _aligned(keep)
    table_at = _aligned(names_at + len(names))
    headers = [
        replace(
            section,
            name=place,
            link=new_numbers.get(section.link, 0),
            info=new_numbers.get(section.info, 0) if section.flags & _SHF_INFO_LINK else section.info,
        )
        for section, place in zip(kept, places)
    ]
    headers.append(
        SectionHeader(len(names) - len(_SHSTRTAB), _SHT_STRTAB, 0, 0, names_at, len(names), 0, 0, 1, 0)
    )
    table = b"".join(elf.form.section.pack(*vars(header).values()) for header in headers)
    fields = list(elf.fields)
    fields[SHOFF], fields[SHNUM], fields[SHSTRNDX] = table_at, len(headers), len(headers) - 1
    result = replace(elf, fields=tuple(fields), size=table_at + len(table))
    return Stripped(result, keep, ((names_at, names), (table_at, table)))


def size_of_symbols(elf: ElfFile) -> int:
    """Of all sections that are not loaded, wherever they are in the file, but for the names of sections themselves."""
    return sum(
        section.size
        for number, section in enumerate(elf.sections())
        if number not in (0, elf.fields[SHSTRNDX]) and not section.flags & SHF_ALLOC
    )


def _names(
    elf: ElfFile, sections: list[SectionHeader], kept: list[SectionHeader]
) -> tuple[bytes, list[int]]:
    """A new table of the names of sections, that of itself at its end, and where in it each name is."""
    old_table = sections[elf.fields[SHSTRNDX]]
    old = elf.read(old_table.offset, old_table.size)
    names, places = bytearray(b"\0"), []
    for section in kept:
        name = old[section.name : old.index(b"\0", section.name)]
        places.append(len(names) if name else 0)
        names += name + b"\0" if name else b""
    return bytes(names) + _SHSTRTAB, places


def _aligned(offset: int) -> int:
    return -(-offset // 8) * 8
