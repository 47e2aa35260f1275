"""Gives libraries that an ELF executable asks for the names that systems have them under.

Wheels for Python bring copies of shared libraries, under names with a hash (`libstdc++-5d72f927.so.6.0.33`), and the
executable looks for them at a place relative to its own. A finished executable is one file and lies anywhere, so it asks for
the libraries of the system.
"""

from __future__ import annotations

import re
import struct
from typing import Iterator, Mapping

from pkg_rules.core.binfmt.elf_header import PT_DYNAMIC, ElfFile
from pkg_rules.core.binfmt.errors import ExecutableFormatError

_DT_NEEDED, _DT_STRTAB, _DT_RPATH, _DT_RUNPATH = 1, 5, 15, 29
_COPY = re.compile(r"(?P<name>[\w+.-]+)-[0-9a-f]{8}\.so(?:\.\d+)*")
_LONGEST = 4096
# Those that a Node.js needs beside the C library.
_OF_SYSTEM: Mapping[str, str] = {
    "libstdc++": "libstdc++.so.6",
    "libgcc_s": "libgcc_s.so.1",
    "libatomic": "libatomic.so.1",
}


def system_names(elf: ElfFile) -> Iterator[tuple[int, bytes]]:
    """What to write at which offsets of the file, if it asks for copies of libraries; nothing otherwise."""
    entries = list(_dynamic(elf))
    strings = [value for tag, value in entries if tag == _DT_STRTAB]
    if not strings:
        return
    table = elf.file_offset(strings[0])
    renamed = False
    for tag, value in entries:
        if tag != _DT_NEEDED:
            continue
        asked = _text(elf, table + value)
        copy = _COPY.fullmatch(asked)
        if copy is None:
            continue
        if copy["name"] not in _OF_SYSTEM:
            raise ExecutableFormatError(
                f"`{elf.path.name}` asks for `{asked}`, a copy of a library that came with it, and nothing tells what "
                "systems call that. Take a Node.js that asks for libraries of the system."
            )
        renamed = True
        yield table + value, _OF_SYSTEM[copy["name"]].encode().ljust(len(asked) + 1, b"\0")
    for tag, value in entries:
        if renamed and tag in (_DT_RPATH, _DT_RUNPATH):
            # Where the copies were.
            yield table + value, bytes(len(_text(elf, table + value)) + 1)


def _dynamic(elf: ElfFile) -> Iterator[tuple[int, int]]:
    form = struct.Struct(f"<{elf.form.word * 2}")
    for segment in elf.segments:
        if segment.type == PT_DYNAMIC:
            data = elf.read(segment.offset, segment.filesz)
            yield from form.iter_unpack(data[: len(data) // form.size * form.size])


def _text(elf: ElfFile, offset: int) -> str:
    data = elf.read(offset, min(_LONGEST, elf.size - offset))
    return data[: data.index(b"\0")].decode()
