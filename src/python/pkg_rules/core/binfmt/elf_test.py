"""Adds notes to real and to made-up ELF files; LIEF and the kernel judge the result."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.edit import apply_edit
from pkg_rules.core.binfmt.elf import plan_note
from pkg_rules.core.binfmt.elf_header import WIDE, ProgramHeader
from pkg_rules.core.binfmt.errors import ExecutableFormatError

SHELL = Path(os.path.realpath("/bin/sh"))
DATA = bytes(range(256)) * 300 + b"odd"


def made_up_elf(loads: list[tuple[int, int, int, int]], *, padding: int = 0) -> bytes:
    """Segments as (offset, address, size in the file, size in memory); with a table of program headers in front."""
    headers = [
        ProgramHeader(1, 4, offset, vaddr, vaddr, filesz, memsz, 0x1000)
        for offset, vaddr, filesz, memsz in loads
    ]
    base = loads[0][1] - loads[0][0] if loads else 0
    size = (len(headers) + 1) * 56
    table = ProgramHeader(6, 4, 64, base + 64, base + 64, size, size, 8)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0x1000, 64, 0, 0, 64, 56, len(headers) + 1, 0, 0, 0
    )
    content = header + WIDE.pack_program(table) + b"".join(map(WIDE.pack_program, headers))
    end = max([offset + filesz for offset, _, filesz, _ in loads], default=0)
    return content.ljust(end, b"\xcc") + b"\xdd" * padding


def with_note(source: Path, target: Path) -> Path:
    edit = plan_note(source, "NODE_SEA_BLOB", DATA)
    with open(target, "xb", buffering=0) as out:
        apply_edit(edit, source, out.fileno())
    target.chmod(0o755)
    assert target.read_bytes()[edit.data_offset : edit.data_offset + len(DATA)] == DATA
    return target


def test_a_position_independent_program_still_runs(tmp_path: Path) -> None:
    program = with_note(SHELL, tmp_path / "sh")
    result = subprocess.run([str(program), "-c", "echo $((6 * 7))"], capture_output=True, text=True)
    assert (result.stdout, result.returncode) == ("42\n", 0)


def test_another_parser_finds_the_note_and_nothing_else_changed(tmp_path: Path) -> None:
    program = with_note(SHELL, tmp_path / "sh")
    before, after = lief.ELF.parse(str(SHELL)), lief.ELF.parse(str(program))
    assert before is not None and after is not None
    note = [segment for segment in after.segments if segment.type == lief.ELF.Segment.TYPE.NOTE][-1]
    # The name is 13 characters and a zero byte, padded to 16; the data is padded to a multiple of 4.
    expected = struct.pack("<III", 14, len(DATA), 0) + b"NODE_SEA_BLOB".ljust(16, b"\0") + DATA + b"\0"
    assert bytes(note.content) == expected
    assert bytes(after.get_content_from_virtual_address(note.virtual_address, 12)) == expected[:12]
    assert len(after.segments) == len(before.segments) + 2
    assert len(before.sections) > 1 and len(after.sections) == 0
    assert after.entrypoint == before.entrypoint
    old, new = SHELL.read_bytes(), program.read_bytes()
    assert new[64 : len(old)] == old[64:]


@pytest.mark.parametrize("command", [("strip",), ("strip", "--strip-debug"), ("objcopy", "--remove-section=.comment")])
def test_tools_that_would_leave_the_note_out_refuse(tmp_path: Path, command: tuple[str, ...]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"there is no {command[0]} here; it is in the package binutils")
    program = with_note(SHELL, tmp_path / "sh")
    before = program.read_bytes()
    result = subprocess.run([*command, str(program)], capture_output=True, text=True)
    assert result.returncode != 0 and "has no sections" in result.stderr
    assert program.read_bytes() == before


@pytest.mark.parametrize(
    ("loads", "padding", "offset", "address"),
    [
        # Symbols behind the segments: the new one comes after them.
        ([(0, 0x400000, 0x2000, 0x2000)], 0x20000, 0x30000, 0x430000),
        # Memory that the file does not hold: the new segment must not overlap it.
        ([(0, 0x400000, 0x1000, 0x1000), (0x1000, 0x402000, 0x100, 0x50000)], 0, 0x60000, 0x460000),
        # Position-independent.
        ([(0, 0, 0x2000, 0x2000)], 0, 0x10000, 0x10000),
    ],
)
def test_the_new_segment_is_out_of_the_way(
    tmp_path: Path, loads: list, padding: int, offset: int, address: int
) -> None:
    source = tmp_path / "elf"
    source.write_bytes(made_up_elf(loads, padding=padding))
    result = lief.ELF.parse(str(with_note(source, tmp_path / "out")))
    assert result is not None
    segments = [segment for segment in result.segments if segment.type == lief.ELF.Segment.TYPE.LOAD]
    assert [segment.virtual_address for segment in segments] == [*(load[1] for load in loads), address]
    assert segments[-1].file_offset == offset
    (table,) = (s for s in result.segments if s.type == lief.ELF.Segment.TYPE.PHDR)
    # Older kernels compute the address of the table from the distance of the first segment.
    assert table.virtual_address - table.file_offset == loads[0][1] - loads[0][0]
    assert table.file_offset == result.header.program_header_offset == offset
    assert table.physical_size == (len(loads) + 3) * 56


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not a little-endian ELF file"),
        (b"\x7fELF\x01\x02".ljust(64, b"\0"), "is not a little-endian ELF file"),
        (b"\x7fELF\x01\x01".ljust(64, b"\0"), "has program headers of `0` bytes instead of `32`"),
        (b"MZ".ljust(64, b"\0"), "is not a little-endian ELF file"),
        (made_up_elf([(0, 0, 0x1000, 0x1000)])[:100], "ends inside its program headers"),
        (made_up_elf([]), "has no segment to load"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    source = tmp_path / "file"
    source.write_bytes(content)
    with pytest.raises(ExecutableFormatError, match=problem):
        plan_note(source, "NODE_SEA_BLOB", DATA)
