"""Which platform and architecture a file is for, and whether it is a Node.js that can hold an application."""

from __future__ import annotations

import os
import platform
import struct
from pathlib import Path

import pytest

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.fuse import FUSE_OFF
from pkg_rules.core.binfmt.identify import check_node_executable, identify


def elf(machine: int, interpreter: bytes = b"", *, wide: bool = True, order: int = 1) -> bytes:
    if wide:
        header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02" + bytes([order]), 2, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
        segment = struct.pack("<IIQQQQQQ", 3 if interpreter else 1, 4, 120, 0, 0, len(interpreter), 0, 1)
    else:
        header = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01" + bytes([order]), 2, machine, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        segment = struct.pack("<IIIIIIII", 3 if interpreter else 1, 84, 0, 0, len(interpreter), 0, 4, 1)
    return header + segment + interpreter


def pe(machine: int, signature: bytes = b"PE\0\0") -> bytes:
    return b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + signature + struct.pack("<H", machine)


def macho(cpu: int) -> bytes:
    return struct.pack("<II", 0xFEEDFACF, cpu)


GLIBC, MUSL = b"/lib64/ld-linux-x86-64.so.2\0", b"/lib/ld-musl-x86_64.so.1\0"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (elf(62, GLIBC), "linux-x64"),
        (elf(183, b"/lib/ld-linux-aarch64.so.1\0"), "linux-arm64"),
        (elf(40, b"/lib/ld-linux-armhf.so.3\0", wide=False), "linux-armv7"),
        (elf(62, MUSL), "alpine-x64"),
        (elf(62), "linuxstatic-x64"),
        (pe(0x8664), "win-x64"),
        (pe(0xAA64), "win-arm64"),
        (macho(0x01000007), "macos-x64"),
        (macho(0x0100000C), "macos-arm64"),
    ],
)
def test_headers_tell_platform_and_architecture(tmp_path: Path, content: bytes, kind: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert str(identify(file)) == kind


@pytest.mark.skipif(platform.system() != "Linux", reason="looks at a program of Linux")
def test_a_program_of_this_machine() -> None:
    arch = {"x86_64": "x64", "aarch64": "arm64"}[platform.machine()]
    assert identify(Path(os.path.realpath("/bin/sh"))).arch == arch


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"#!/bin/sh\n", "is not an executable of a known format (ELF, PE, Mach-O): it begins with `#!/bin/sh\n`."),
        (b"", "is not an executable of a known format (ELF, PE, Mach-O): it begins with ``."),
        (b"\x7fELF\x02\x01", "begins like an executable but ends inside its headers: it is truncated."),
        (b"\x7fELF", "begins like an executable but ends inside its headers: it is truncated."),
        (elf(62, GLIBC)[:70], "begins like an executable but ends inside its headers: it is truncated."),
        (elf(62, GLIBC, order=2), "is a big-endian ELF file, for which there is no Node.js."),
        (elf(243, GLIBC), "is an executable (linux) for an architecture that is not known here: `0xf3`."),
        (b"MZ", "begins like an executable but ends inside its headers: it is truncated."),
        (pe(0x8664)[:66], "begins like an executable but ends inside its headers: it is truncated."),
        (pe(0x8664, b"NE\0\0"), "begins like a Windows executable but has no PE header."),
        (b"\xca\xfe\xba\xbe", "is a universal Mach-O file; take the one for a single architecture."),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(ExecutableFormatError) as error:
        identify(file)
    assert str(error.value) == f"`file` {message}"


NODE = elf(62, GLIBC) + b"..v24.21.0\0.." + FUSE_OFF + b"\0"


def check(tmp_path: Path, content: bytes, version: str = "24.21.0", arch: str = "x64") -> None:
    file = tmp_path / "node"
    file.write_bytes(content)
    check_node_executable(file, version=version, platform="linux", arch=arch)


def test_a_node_that_can_hold_an_application(tmp_path: Path) -> None:
    check(tmp_path, NODE)


def test_another_architecture(tmp_path: Path) -> None:
    with pytest.raises(ExecutableFormatError) as error:
        check(tmp_path, NODE, arch="arm64")
    assert str(error.value) == "`node` is an executable for `linux-x64`, not for `linux-arm64`."


def test_another_version(tmp_path: Path) -> None:
    with pytest.raises(ExecutableFormatError) as error:
        check(tmp_path, NODE, version="24.21.1")
    assert str(error.value) == "`node` does not hold the version text `v24.21.1`, so it is no Node.js 24.21.1."


@pytest.mark.parametrize(
    ("content", "found"), [(NODE.replace(FUSE_OFF, b""), "not at all"), (NODE + FUSE_OFF, "more than once")]
)
def test_the_switch_must_be_there_once(tmp_path: Path, content: bytes, found: str) -> None:
    with pytest.raises(ExecutableFormatError) as error:
        check(tmp_path, content)
    assert str(error.value) == (
        f"`node` holds the switch for single executable applications (`{FUSE_OFF.decode()}`) {found}, "
        "so nothing can be put into it: it is an old or a differently built Node.js, or already used."
    )
