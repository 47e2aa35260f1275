"""What native libraries ask for, read from files made here; for ELF also compared with what LIEF reads from real ones."""

from __future__ import annotations

import sys
from pathlib import Path

import lief
import pytest

from pkg_rules.core.native.errors import NativeImageError
from pkg_rules.core.native.images import NativeImage, read_image
from pkg_rules.core.native.images_for_tests import elf, macho, pe, universal


def test_elf_names_its_libraries_and_where_it_looks() -> None:
    content = elf(["libc.so.6", "libvips.so.42"], "$ORIGIN/../lib:/usr/lib")
    expected = NativeImage("elf", ("libc.so.6", "libvips.so.42"), ("$ORIGIN/../lib", "/usr/lib"))
    assert read_image(content, "a.node") == expected


def test_elf_without_dynamic_section() -> None:
    assert read_image(elf([], ""), "a.node") == NativeImage("elf", (), ())


@pytest.mark.skipif(sys.platform != "linux", reason="real ELF files are those of Linux")
def test_elf_as_lief_reads_it() -> None:
    files = {
        Path(line.split()[-1])
        for line in Path("/proc/self/maps").read_text().splitlines()
        if ".so" in line
    }
    assert len(files) > 3
    for file in files:
        binary = lief.ELF.parse(str(file))
        found = read_image(file.read_bytes(), file.name)
        assert found is not None and list(found.libraries) == binary.libraries, file


def test_macho_names_its_libraries_and_where_it_looks() -> None:
    content = macho(["@rpath/libvips.dylib", "/usr/lib/libSystem.B.dylib"], ["@loader_path/../lib"])
    expected = NativeImage(
        "macho", ("@rpath/libvips.dylib", "/usr/lib/libSystem.B.dylib"), ("@loader_path/../lib",)
    )
    assert read_image(content, "a.node") == expected


def test_universal_macho_asks_for_what_any_architecture_asks_for() -> None:
    content = universal(macho(["@rpath/a.dylib"], ["@loader_path"]), macho(["@rpath/b.dylib"], []))
    expected = NativeImage("macho", ("@rpath/a.dylib", "@rpath/b.dylib"), ("@loader_path",))
    assert read_image(content, "a.node") == expected


def test_pe_names_its_libraries_delayed_ones_too() -> None:
    content = pe(["KERNEL32.dll", "libvips-42.dll"], ["node.exe"])
    expected = NativeImage("pe", ("KERNEL32.dll", "libvips-42.dll", "node.exe"))
    assert read_image(content, "a.node") == expected


def test_anything_else_is_none() -> None:
    assert read_image(b"#!/bin/sh\n", "a.node") is None
    assert read_image(b"", "a.node") is None


@pytest.mark.parametrize(
    "content",
    [
        elf(["libc.so.6"], "")[:100],
        macho(["@rpath/a.dylib"], [])[:40],
        pe(["KERNEL32.dll"], [])[:300],
        b"\x7fELF",
        b"MZ",
    ],
    ids=["elf", "macho", "pe", "elf magic", "pe magic"],
)
def test_a_truncated_one_is_named(content: bytes) -> None:
    with pytest.raises(NativeImageError, match="`a.node` begins like a native library"):
        read_image(content, "a.node")
