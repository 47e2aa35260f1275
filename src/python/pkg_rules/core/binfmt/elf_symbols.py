"""How much of an ELF executable is needed without its symbol tables and debugging information.

They are in sections that no segment loads, so nothing but debuggers reads them. They lie behind everything that is loaded, as
linkers write them; what is loaded stays where it is.
"""

from __future__ import annotations

from pkg_rules.core.binfmt.elf_header import SHF_ALLOC, ElfFile


def size_without_symbols(elf: ElfFile) -> int:
    """The size of the file if something that is loaded lies behind them: tools that change finished executables add to
    their end, and then nothing of it would be saved."""
    dropped = [section.offset for section in elf.sections()[1:] if not section.flags & SHF_ALLOC]
    end = max(segment.end for segment in elf.segments)
    return end if dropped and end <= min(dropped) else elf.size
