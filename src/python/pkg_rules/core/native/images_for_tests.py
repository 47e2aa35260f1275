"""Makes small native libraries that have what `images.py` reads, and nothing else."""

from __future__ import annotations

import struct
from typing import Sequence

_BASE = 0x10000


def elf(
    libraries: Sequence[str],
    runpath: str,
    *,
    machine: int = 62,
    needs: Sequence[str] = (),
    versions: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A 64-bit shared object; without libraries it has no dynamic section. `needs` are names that it takes from others,
    `versions` those of symbols that it wants from libraries."""
    strings = b"\0"
    tags: list[tuple[int, int]] = []
    for tag, names in ((1, libraries), (29, [runpath] if runpath else [])):
        for name in names:
            tags.append((tag, len(strings)))
            strings += name.encode() + b"\0"
    needed_versions = b""
    for number, (library, version) in enumerate(versions, 1):
        file, name = len(strings), len(strings) + len(library) + 1
        strings += library.encode() + b"\0" + version.encode() + b"\0"
        following = 0 if number == len(versions) else 32
        needed_versions += struct.pack("<HHIIIIHHII", 1, 1, file, 16, following, 0, 0, 2, name, 0)
    header_size, segment_size = 64, 56
    segments = 2 if libraries else 1
    table_at = header_size + segments * segment_size
    versions_at = table_at + len(strings)
    dynamic_at = versions_at + len(needed_versions)
    if versions:
        tags += [(0x6FFFFFFE, _BASE + versions_at), (0x6FFFFFFF, len(versions))]
    tags += [(5, _BASE + table_at), (0, 0)]
    strings += needed_versions
    dynamic = b"".join(struct.pack("<qQ", *tag) for tag in tags)
    size = dynamic_at + len(dynamic)
    headers = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 4096)
    if libraries:
        headers += struct.pack(
            "<IIQQQQQQ", 2, 6, dynamic_at, _BASE + dynamic_at, 0, len(dynamic), len(dynamic), 8
        )
    symbols, names = bytes(24), b"\0"
    for name in needs:
        symbols += struct.pack("<IBBHQQ", len(names), 0x12, 0, 0, 0, 0)
        names += name.encode() + b"\0"
    sections = (
        struct.pack("<IIQQQQIIQQ", 0, 11, 0, 0, size, len(symbols), 1, 0, 8, 24),
        struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, size + len(symbols), len(names), 0, 0, 1, 0),
    )
    sections_at = size + len(symbols) + len(names)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    fields = (3, machine, 1, 0, header_size, sections_at, 0, header_size, segment_size, segments, 64, 2, 0)
    body = ident + struct.pack("<HHIQQQIHHHHHH", *fields) + headers + strings + dynamic
    return body + symbols + names + b"".join(sections)


def macho(libraries: Sequence[str], search_paths: Sequence[str], *, cpu: int = 0x0100000C) -> bytes:
    commands = [
        *(_macho_command(0xC, 24, name) for name in libraries),
        *(_macho_command(0x8000001C, 12, path) for path in search_paths),
    ]
    body = b"".join(commands)
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, cpu, 0, 8, len(commands), len(body), 0, 0)
    return header + body


def _macho_command(command: int, text_at: int, text: str) -> bytes:
    content = text.encode() + b"\0"
    size = -(-(text_at + len(content)) // 8) * 8
    head = struct.pack("<III", command, size, text_at).ljust(text_at, b"\0")
    return (head + content).ljust(size, b"\0")


def universal(*slices: bytes) -> bytes:
    at = 4096
    header = struct.pack(">II", 0xCAFEBABE, len(slices))
    body = b""
    for number, content in enumerate(slices):
        header += struct.pack(">IIIII", 0x01000007 + number, 0, at + len(body), len(content), 12)
        body += content.ljust(-(-len(content) // 4096) * 4096, b"\0")
    return header.ljust(at, b"\0") + body


def pe(libraries: Sequence[str], delayed: Sequence[str], *, needs: Sequence[str] = ()) -> bytes:
    """A 64-bit DLL with one section, which is at 0x1000 in memory and at 512 in the file. `needs` are names that it takes
    from each of the delayed libraries."""
    section_address, section_at = 0x1000, 512
    tables_size = 20 * (len(libraries) + 1) + 32 * (len(delayed) + 1)
    names = bytes(8 * (len(needs) + 1))
    thunks = section_address + tables_size
    for number, name in enumerate(needs):
        at = struct.pack("<Q", section_address + tables_size + len(names))
        names = names[: 8 * number] + at + names[8 * number + 8 :] + b"\0\0" + name.encode() + b"\0"
    imports = b""
    for name in libraries:
        address = section_address + tables_size + len(names)
        imports += struct.pack("<IIIII", 0, 0, 0, address, 1)
        names += name.encode() + b"\0"
    imports += bytes(20)
    delayed_imports = b""
    for name in delayed:
        address = section_address + tables_size + len(names)
        delayed_imports += struct.pack("<IIIIIIII", 1, address, 0, 0, thunks, 0, 0, 0)
        names += name.encode() + b"\0"
    delayed_imports += bytes(32)
    section = imports + delayed_imports + names
    directories = [(0, 0)] * 16
    directories[1] = (section_address, len(imports))
    directories[13] = (section_address + len(imports), len(delayed_imports))
    optional = struct.pack("<H", 0x20B).ljust(112, b"\0")
    optional += b"".join(struct.pack("<II", *directory) for directory in directories)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, len(optional), 0x2022)
    table = struct.pack(
        "<8sIIIIIIHHI", b".rdata", len(section), section_address, len(section), section_at, 0, 0, 0, 0, 0
    )
    stub = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    return (stub + coff + optional + table).ljust(section_at, b"\0") + section
