"""Reads from a native addon or shared library which other libraries it asks for, and where it looks for them.

The formats: ELF (System V gABI, chapter 5), Mach-O (`mach-o/loader.h`), PE (Microsoft's "PE Format").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Iterator

from pkg_rules.core.native.errors import NativeImageError


@dataclass(frozen=True)
class NativeImage:
    """`libraries` as the image names them. `search_paths` are of ELF (`$ORIGIN`) and Mach-O (`@loader_path`); Windows
    looks beside the image."""

    format: str
    libraries: tuple[str, ...]
    search_paths: tuple[str, ...] = ()


def read_image(content: bytes, name: str) -> NativeImage | None:
    """None if the content is in none of the formats; `name` is for messages."""
    try:
        if content.startswith(b"\x7fELF"):
            return _read_elf(content)
        if content.startswith(b"MZ"):
            return _read_pe(content)
        if content.startswith((b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")):
            return _read_macho(content)
    except (struct.error, IndexError, ValueError) as error:
        raise NativeImageError(
            f"`{name}` begins like a native library, but its headers lead nowhere: it is damaged or truncated."
        ) from error
    return None


def _text(content: bytes, offset: int) -> str:
    return content[offset : content.index(b"\0", offset)].decode()


# ELF

_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NEEDED, _DT_STRTAB, _DT_RPATH, _DT_RUNPATH = 1, 5, 15, 29


def _read_elf(content: bytes) -> NativeImage:
    wide = content[4] == 2
    order = "<" if content[5] == 1 else ">"
    segments = list(_elf_segments(content, wide, order))
    loads = [(address, offset, size) for kind, offset, address, size in segments if kind == _PT_LOAD]
    tags: list[tuple[int, int]] = []
    for kind, offset, _, size in segments:
        if kind == _PT_DYNAMIC:
            entry = struct.Struct(order + ("qQ" if wide else "iI"))
            tags = [
                entry.unpack_from(content, at)
                for at in range(offset, offset + size - entry.size + 1, entry.size)
            ]
    strings = [value for tag, value in tags if tag == _DT_STRTAB]
    if not strings:
        return NativeImage("elf", ())
    table = next(
        offset + strings[0] - address
        for address, offset, size in [*loads, (strings[0], len(content), 1)]
        if address <= strings[0] < address + size
    )
    runpaths = [_text(content, table + value) for tag, value in tags if tag == _DT_RUNPATH]
    rpaths = [_text(content, table + value) for tag, value in tags if tag == _DT_RPATH]
    return NativeImage(
        "elf",
        tuple(_text(content, table + value) for tag, value in tags if tag == _DT_NEEDED),
        # The loader ignores DT_RPATH where there is a DT_RUNPATH.
        tuple(path for paths in runpaths or rpaths for path in paths.split(":") if path),
    )


def _elf_segments(content: bytes, wide: bool, order: str) -> Iterator[tuple[int, int, int, int]]:
    """Kind, offset in the file, address and size in the file of each segment."""
    if wide:
        (table,) = struct.unpack_from(order + "Q", content, 32)
        entry_size, count = struct.unpack_from(order + "HH", content, 54)
    else:
        (table,) = struct.unpack_from(order + "I", content, 28)
        entry_size, count = struct.unpack_from(order + "HH", content, 42)
    for at in range(table, table + entry_size * count, entry_size):
        if wide:
            kind, _, offset, address, _, size = struct.unpack_from(order + "IIQQQQ", content, at)
        else:
            kind, offset, address, _, size = struct.unpack_from(order + "IIIII", content, at)
        yield kind, offset, address, size


# Mach-O

_FAT = b"\xca\xfe\xba\xbe"
_LC_REQUIRED = 0x80000000
_LC_LOADS = frozenset((0xC, 0x18 | _LC_REQUIRED, 0x1F | _LC_REQUIRED, 0x23 | _LC_REQUIRED))
_LC_RPATH = 0x1C | _LC_REQUIRED


def _read_macho(content: bytes) -> NativeImage:
    """Of a universal file: what any of its architectures asks for."""
    libraries: dict[str, None] = {}
    search_paths: dict[str, None] = {}
    for start in _macho_slices(content):
        (commands,) = struct.unpack_from("<I", content, start + 16)
        at = start + 32
        for _ in range(commands):
            command, size = struct.unpack_from("<II", content, at)
            if command in _LC_LOADS or command == _LC_RPATH:
                (offset,) = struct.unpack_from("<I", content, at + 8)
                found = search_paths if command == _LC_RPATH else libraries
                found[_text(content, at + offset)] = None
            if size < 8:
                raise ValueError("a load command without a size")
            at += size
    return NativeImage("macho", tuple(libraries), tuple(search_paths))


def _macho_slices(content: bytes) -> Iterator[int]:
    if not content.startswith(_FAT):
        yield 0
        return
    (count,) = struct.unpack_from(">I", content, 4)
    for number in range(count):
        (offset,) = struct.unpack_from(">I", content, 8 + 20 * number + 8)
        yield offset


# PE

_IMPORTS, _DELAYED_IMPORTS = 1, 13


def _read_pe(content: bytes) -> NativeImage:
    (header,) = struct.unpack_from("<I", content, 60)
    if content[header : header + 4] != b"PE\0\0":
        raise ValueError("no PE header")
    (section_count,) = struct.unpack_from("<H", content, header + 6)
    (optional_size,) = struct.unpack_from("<H", content, header + 20)
    optional = header + 24
    (magic,) = struct.unpack_from("<H", content, optional)
    directories = optional + (112 if magic == 0x20B else 96)
    sections = [
        struct.unpack_from("<IIII", content, optional + optional_size + 40 * number + 8)
        for number in range(section_count)
    ]

    def offset_of(address: int) -> int:
        for virtual_size, start, raw_size, raw in sections:
            if start <= address < start + max(virtual_size, raw_size):
                return raw + address - start
        raise ValueError("an address outside of all sections")

    names: dict[str, None] = {}
    for directory, record_size, name_at in ((_IMPORTS, 20, 12), (_DELAYED_IMPORTS, 32, 4)):
        (address,) = struct.unpack_from("<I", content, directories + 8 * directory)
        if address:
            at = offset_of(address)
            while any(content[at : at + record_size]):
                (name,) = struct.unpack_from("<I", content, at + name_at)
                names[_text(content, offset_of(name))] = None
                at += record_size
    return NativeImage("pe", tuple(names))
