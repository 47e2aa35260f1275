"""Names of libraries in made-up ELF files; LIEF reads the result."""

from __future__ import annotations

import struct
from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.elf_header import WIDE, ProgramHeader, read_elf
from pkg_rules.core.binfmt.elf_libraries import system_names
from pkg_rules.core.binfmt.elf_symbols_test import injected
from pkg_rules.core.binfmt.errors import ExecutableFormatError

_NEEDED, _STRTAB, _STRSZ, _RPATH, _RUNPATH = 1, 5, 10, 15, 29


def asking_for(*libraries: str, path: str = "", path_tag: int = _RPATH) -> bytes:
    strings, entries = b"\0", []
    for tag, text in [*((_NEEDED, library) for library in libraries), (path_tag, path)]:
        if text:
            entries.append((tag, len(strings)))
            strings += text.encode() + b"\0"
    start, bias = 0x200, 0x400000
    entries += [(_STRTAB, bias + 0x100), (_STRSZ, len(strings)), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *entry) for entry in entries)
    size = start + len(dynamic)
    segments = [
        ProgramHeader(1, 6, 0, bias, bias, size, size, 0x1000),
        ProgramHeader(2, 6, start, bias + start, bias + start, len(dynamic), len(dynamic), 8),
    ]
    header = WIDE.file.pack(
        WIDE.ident, 3, 62, 1, bias, 64, 0, 0, 64, WIDE.program.size, len(segments), 64, 0, 0
    )
    head = header + b"".join(map(WIDE.pack_program, segments))
    return (head.ljust(0x100, b"\0") + strings).ljust(start, b"\0") + dynamic


@pytest.mark.parametrize("path_tag", [_RPATH, _RUNPATH])
def test_copies_get_the_names_of_the_system(tmp_path: Path, path_tag: int) -> None:
    source = tmp_path / "node"
    source.write_bytes(
        asking_for(
            "libstdc++-5d72f927.so.6.0.33",
            "libgcc_s-0cd532bd.so.1",
            "libc.musl-x86_64.so.1",
            path="$ORIGIN/../../copies.libs",
            path_tag=path_tag,
        )
    )
    binary = lief.ELF.parse(str(injected(source, tmp_path / "out", strip_symbols=False)))
    assert binary is not None
    assert list(binary.libraries) == ["libstdc++.so.6", "libgcc_s.so.1", "libc.musl-x86_64.so.1"]
    assert b"copies" not in (tmp_path / "out").read_bytes()


def test_what_asks_for_libraries_of_the_system_is_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "node"
    source.write_bytes(asking_for("libdl.so.2", "libgcc_s-1.so.1", path="/opt/lib"))
    assert list(system_names(read_elf(source))) == []


def test_a_copy_that_systems_may_not_have(tmp_path: Path) -> None:
    source = tmp_path / "node"
    source.write_bytes(asking_for("libicuuc-01234567.so.72.1"))
    with pytest.raises(ExecutableFormatError) as error:
        list(system_names(read_elf(source)))
    assert str(error.value) == (
        "`node` asks for `libicuuc-01234567.so.72.1`, a copy of a library that came with it, and nothing tells what systems "
        "call that. Take a Node.js that asks for libraries of the system."
    )
