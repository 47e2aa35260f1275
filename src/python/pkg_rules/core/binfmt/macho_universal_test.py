"""Joins made-up executables; LIEF takes them apart again."""

from __future__ import annotations

from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho_test import ARM64, X64, injected, made_up_macho
from pkg_rules.core.binfmt.macho_universal import join, read_parts


def part(folder: Path, cpu: int) -> Path:
    return injected(folder, made_up_macho(cpu=cpu), name=f"part-{cpu}")


def joined(folder: Path, *parts: Path) -> Path:
    with open(folder / "universal", "xb", buffering=0) as out:
        join(parts, out.fileno())
    return folder / "universal"


def test_parts_stay_as_they_are(tmp_path: Path) -> None:
    arm64, x64 = part(tmp_path, ARM64), part(tmp_path, X64)
    universal = joined(tmp_path, arm64, x64)
    content = universal.read_bytes()
    found = read_parts(universal)
    assert [offset % 0x4000 for offset, _ in found] == [0, 0]
    assert [content[offset:][:size] for offset, size in found] == [x64.read_bytes(), arm64.read_bytes()]
    assert len(content) == sum(found[-1])
    binaries = lief.MachO.parse(str(universal))
    assert binaries is not None
    assert [binary.header.cpu_type.name for binary in binaries] == ["X86_64", "ARM64"]
    assert [binary.fat_offset for binary in binaries] == [offset for offset, _ in found]
    assert all(lief.MachO.check_layout(binary) == (True, "") for binary in binaries)


def test_one_part_for_each_architecture(tmp_path: Path) -> None:
    x64 = part(tmp_path, X64)
    with pytest.raises(ExecutableFormatError, match="two are for the same"):
        joined(tmp_path, x64, x64)


@pytest.mark.parametrize("content", [b"", b"\xcf\xfa\xed\xfe" * 8, b"\xca\xfe\xba\xbe\0\0\0\2" + b"\0" * 30])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ExecutableFormatError, match="is not a universal Mach-O file"):
        read_parts(tmp_path / "file")
