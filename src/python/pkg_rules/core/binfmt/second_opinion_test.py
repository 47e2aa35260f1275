from __future__ import annotations

import shutil
import struct
import sys
from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.second_opinion import check_with_lief


@pytest.fixture
def running_python(tmp_path: Path) -> Path:
    return Path(shutil.copyfile(Path(sys.executable).resolve(), tmp_path / "node"))


@pytest.mark.skipif(sys.platform != "linux", reason="the example is the running Python, an ELF file")
def test_agrees_with_a_right_file_and_not_with_a_wrong_claim(running_python: Path) -> None:
    (machine,) = struct.unpack_from("<H", running_python.read_bytes(), 18)
    right, wrong = ("x64", "arm64") if machine == 62 else ("arm64", "x64")
    check_with_lief(lief, running_python, platform="linux", arch=right)
    with pytest.raises(ExecutableFormatError, match=f"not for `{wrong}`"):
        check_with_lief(lief, running_python, platform="linux", arch=wrong)
    with pytest.raises(ExecutableFormatError, match="does not read `node` as PE"):
        check_with_lief(lief, running_python, platform="win", arch=right)


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF", b"MZ"])
def test_refuses_what_is_no_executable(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "node"
    path.write_bytes(content)
    for platform in ("linux", "win", "macos"):
        with pytest.raises(ExecutableFormatError, match="LIEF"):
            check_with_lief(lief, path, platform=platform, arch="x64")
