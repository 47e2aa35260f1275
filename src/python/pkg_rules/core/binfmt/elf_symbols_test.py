"""Strips real and made-up ELF files; LIEF and the kernel judge the result."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import astuple
from pathlib import Path
from typing import Optional

import lief
import pytest

from pkg_rules.core.binfmt.edit import apply_edit
from pkg_rules.core.binfmt.elf import plan_note
from pkg_rules.core.binfmt.elf_header import (
    NARROW,
    SHNUM,
    SHOFF,
    WIDE,
    ElfClass,
    ProgramHeader,
    SectionHeader,
    read_elf,
)
from pkg_rules.core.binfmt.elf_symbols import size_without_symbols

CODE = b"\x90" * 0x800
NAMES = b"\0.text\0.symtab\0.strtab\0.shstrtab\0"


def with_symbols(form: ElfClass = WIDE, *, behind: int = 0) -> bytes:
    """Code that is loaded, then symbols of 0x300 bytes, then (with `behind`) something that is loaded as well."""
    start = 0x200
    segments = [ProgramHeader(1, 5, 0, 0x10000, 0x10000, start + len(CODE), start + len(CODE), 0x1000)]
    symbols = start + len(CODE)
    names = symbols + 0x300
    table = names + len(NAMES) + behind
    if behind:
        place = names + len(NAMES)
        segments.append(ProgramHeader(1, 4, place, 0x20000 + place, 0x20000 + place, behind, behind, 0x1000))
    sections = [
        SectionHeader(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        SectionHeader(1, 1, 6, 0x10000 + start, start, len(CODE), 0, 0, 16, 0),
        SectionHeader(7, 2, 0, 0, symbols, 0x200, 3, 1, 8, 24),
        SectionHeader(15, 3, 0, 0, symbols + 0x200, 0x100, 0, 0, 1, 0),
        SectionHeader(23, 3, 0, 0, names, len(NAMES), 0, 0, 1, 0),
    ]
    machine = 62 if form is WIDE else 40
    header = form.file.pack(
        form.ident, 2, machine, 1, 0x10000 + start, form.file.size, table, 0,
        form.file.size, form.program.size, len(segments), form.section.size, len(sections), 4,
    )  # fmt: skip
    content = (header + b"".join(map(form.pack_program, segments))).ljust(start, b"\0") + CODE
    content += b"\x11" * 0x200 + b"\x22" * 0x100 + NAMES + b"\x33" * behind
    return content + b"".join(form.section.pack(*astuple(section)) for section in sections)


def injected(source: Path, target: Path, *, strip_symbols: bool) -> Path:
    edit = plan_note(source, "NOTE", b"data", strip_symbols=strip_symbols)
    with open(target, "xb", buffering=0) as out:
        apply_edit(edit, source, out.fileno())
    target.chmod(0o755)
    return target


def parsed(file: Path) -> lief.ELF.Binary:
    found: Optional[lief.ELF.Binary] = lief.ELF.parse(str(file))
    assert found is not None
    return found


@pytest.mark.parametrize("form", [WIDE, NARROW], ids=["64 bits", "32 bits"])
def test_only_what_is_loaded_is_left(tmp_path: Path, form: ElfClass) -> None:
    source = tmp_path / "elf"
    source.write_bytes(with_symbols(form))
    assert size_without_symbols(read_elf(source)) == 0x200 + len(CODE) < source.stat().st_size
    result = injected(source, tmp_path / "out", strip_symbols=True)
    binary = parsed(result)
    content = result.read_bytes()
    assert content[0x200 : 0x200 + len(CODE)] == CODE
    assert b"\x11" * 16 not in content and b"\x22" * 16 not in content
    assert binary.entrypoint == 0x10200 and len(binary.segments) == 3
    (note,) = (segment for segment in binary.segments if segment.type == lief.ELF.Segment.TYPE.NOTE)
    assert bytes(note.content) == struct.pack("<III", 5, 4, 0) + b"NOTE\0\0\0\0data"


def test_symbols_before_something_that_is_loaded_stay(tmp_path: Path) -> None:
    source = tmp_path / "elf"
    source.write_bytes(with_symbols(behind=0x40))
    with_them = injected(source, tmp_path / "with", strip_symbols=False)
    assert injected(source, tmp_path / "without", strip_symbols=True).read_bytes() == with_them.read_bytes()


def test_an_executable_without_section_headers(tmp_path: Path) -> None:
    source = tmp_path / "elf"
    header = list(WIDE.file.unpack(with_symbols()[: WIDE.file.size]))
    header[SHOFF] = header[SHNUM] = 0
    source.write_bytes(WIDE.file.pack(*header) + with_symbols()[WIDE.file.size :])
    injected(source, tmp_path / "out", strip_symbols=True)
    assert size_without_symbols(read_elf(source)) == source.stat().st_size


@pytest.mark.parametrize("position", ["-pie", "-no-pie"])
def test_a_program_runs_as_before(tmp_path: Path, position: str) -> None:
    (tmp_path / "main.c").write_text('#include <stdio.h>\nint main(void) { printf("%d\\n", 6 * 7); return 3; }\n')
    built = subprocess.run(
        ["cc", "-g", position, "-o", "program", "main.c"], cwd=tmp_path, capture_output=True, text=True
    )
    if built.returncode:
        pytest.skip(f"no program can be compiled here: {built.stderr}")
    source = tmp_path / "program"
    assert (parsed(source).header.file_type == lief.ELF.Header.FILE_TYPE.DYN) == (position == "-pie")
    result = injected(source, tmp_path / "out", strip_symbols=True)
    ran = subprocess.run([str(result)], capture_output=True, text=True)
    assert (ran.stdout, ran.returncode) == ("42\n", 3)
    assert b"main.c" in source.read_bytes() and b"main.c" not in result.read_bytes()
