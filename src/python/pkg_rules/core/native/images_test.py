"""What native libraries ask for, read from files made here; for ELF also compared with what LIEF reads from real ones."""

from __future__ import annotations

import sys
from pathlib import Path

import lief
import pytest

from pkg_rules.core.native.elf import ElfFile
from pkg_rules.core.native.errors import NativeImageError
from pkg_rules.core.native.images import NativeImage, read_image
from pkg_rules.core.native.images_for_tests import elf, macho, pe, universal


def image_of(content: bytes) -> NativeImage:
    image = read_image(content, "a.node")
    assert image is not None
    return image


def test_elf_names_its_libraries_and_where_it_looks() -> None:
    image = image_of(elf(["libc.so.6", "libvips.so.42"], "$ORIGIN/../lib:/usr/lib"))
    assert image.libraries == ("libc.so.6", "libvips.so.42")
    assert image.search_paths == ("$ORIGIN/../lib", "/usr/lib")


def test_elf_without_dynamic_section() -> None:
    image = image_of(elf([], ""))
    assert (image.libraries, image.search_paths, image.glibc) == ((), (), "")


@pytest.mark.skipif(sys.platform != "linux", reason="real ELF files are those of Linux")
def test_elf_as_lief_reads_it() -> None:
    files = {
        Path(line.split()[-1])
        for line in Path("/proc/self/maps").read_text().splitlines()
        if ".so" in line
    }
    assert len(files) > 3
    for file in files:
        binary, found = lief.ELF.parse(str(file)), ElfFile(file.read_bytes())
        assert binary is not None
        assert list(found.libraries) == binary.libraries, file
        symbols = [symbol for symbol in binary.dynamic_symbols if symbol.name]
        assert set(found.offered_symbols) == {symbol.name for symbol in symbols if symbol.shndx}, file
        undefined = [symbol for symbol in symbols if not symbol.shndx]
        needed = {one.name for one in undefined if one.binding == lief.ELF.Symbol.BINDING.GLOBAL}
        assert set(found.needed_symbols) == needed, file
        versions = {
            version.name
            for requirement in binary.symbols_version_requirement
            for version in requirement.get_auxiliary_symbols()
        }
        assert not found.glibc or f"GLIBC_{found.glibc}" in versions, file
        assert found.glibc or not any(name.startswith("GLIBC_2") for name in versions), file


@pytest.mark.parametrize(
    ("libraries", "platforms"),
    [
        (["libm.so.6", "libc.so.6"], ("linux",)),
        (["libstdc++.so.6", "libc.so"], ("alpine",)),
        (["libc.musl-x86_64.so.1"], ("alpine",)),
        (["libc.so", "libdl.so"], ("android",)),
        (["libother.so"], ("linux", "alpine")),
    ],
)
def test_elf_is_for_whose_c_library_it_asks(libraries: list[str], platforms: tuple[str, ...]) -> None:
    assert image_of(elf(libraries, "")).platforms == platforms


def test_versions_of_glibc_that_are_those_of_libgcc_do_not_count() -> None:
    versions = [("libc.so.6", "GLIBC_2.17"), ("libc.so.6", "GLIBC_2.4"), ("libm.so.6", "GLIBC_2.27")]
    assert image_of(elf(["libm.so.6"], "", versions=versions)).glibc == "2.27"
    of_libgcc = image_of(elf(["libc.so", "libgcc_s.so.1"], "", versions=[("libgcc_s.so.1", "GLIBC_2.0")]))
    assert (of_libgcc.glibc, of_libgcc.platforms) == ("", ("alpine",))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (elf(["libc.so.6"], "", machine=183), "`linux-arm64`"),
        (elf(["libc.so.6"], "", machine=40), "`linux-armv7`"),
        (elf(["libc.so.6"], "", machine=22), "`linux-machine 22`"),
        (macho([], []), "`macos-arm64`"),
        (universal(macho([], [], cpu=0x01000007), macho([], [])), "`macos-x64` or `macos-arm64`"),
        (pe([], []), "`win-x64`"),
    ],
)
def test_what_it_is_for(content: bytes, kind: str) -> None:
    assert str(image_of(content)) == kind


def test_names_of_node() -> None:
    needs = ["napi_create_error", "_ZN2v87Isolate10GetCurrentEv", "_ZNK2v85Value6IsTrueEv", "uv_run", "malloc", "_ZNSt6vector"]
    assert set(image_of(elf(["libc.so.6"], "", needs=needs)).of_node) == set(needs[:4])
    image = image_of(pe(["KERNEL32.dll"], ["NODE.EXE"], needs=["napi_create_error", "?x@v8@@"]))
    assert image.of_node == ("?x@v8@@", "napi_create_error")
    assert not image.linked_to_host
    assert image_of(pe(["node.exe"], [])).linked_to_host


def test_macho_names_its_libraries_and_where_it_looks() -> None:
    image = image_of(
        macho(["@rpath/libvips.dylib", "/usr/lib/libSystem.B.dylib"], ["@loader_path/../lib"])
    )
    assert image.libraries == ("@rpath/libvips.dylib", "/usr/lib/libSystem.B.dylib")
    assert image.search_paths == ("@loader_path/../lib",)


def test_universal_macho_asks_for_what_any_architecture_asks_for() -> None:
    image = image_of(
        universal(macho(["@rpath/a.dylib"], ["@loader_path"]), macho(["@rpath/b.dylib"], []))
    )
    assert image.libraries == ("@rpath/a.dylib", "@rpath/b.dylib")
    assert image.search_paths == ("@loader_path",)


def test_pe_names_its_libraries_delayed_ones_too() -> None:
    image = image_of(pe(["KERNEL32.dll", "libvips-42.dll"], ["node.exe"]))
    assert image.libraries == ("KERNEL32.dll", "libvips-42.dll", "node.exe")


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
