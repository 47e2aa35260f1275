"""Replaces the resources of made-up Windows executables; LIEF judges the result."""

from __future__ import annotations

import struct
from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.edit import apply_edit
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.pe import (
    find_resource,
    plan_resource,
    read_pe,
    write_checksum,
)
from pkg_rules.core.binfmt.pe_resources import Resource, ResourceKey, read_resources, write_resources

PE, OPTIONAL = 0x80, 0x98
SECTION_TABLE = OPTIONAL + 240
DATA = bytes(range(256)) * 300 + b"odd"
RESOURCES: dict[ResourceKey, Resource] = {
    (3, 1, 1033): Resource(b"icon"),
    (16, 1, 1033): Resource(b"version", 1252),
    ("OTHER", "Name", 0): Resource(b"text"),
}


def made_up_pe(*, code: bytes = b"\xcc" * 0x300, more: tuple[tuple[bytes, bytes], ...] = (), end: bytes = b"") -> bytes:
    """Sections for code, resources and relocations, then `more`; `end` comes after them, as a table of certificates."""
    resources, _ = write_resources(RESOURCES, 0x2000)
    # One block of relocations with one entry that means nothing, and its padding.
    relocations = struct.pack("<IIHH", 0x1000, 12, 0, 0)
    contents = [
        (b".text", code, 0x60000020),
        (b".rsrc", resources, 0x40000040),
        (b".reloc", relocations, 0x42000040),
        *((name, content, 0x40000040) for name, content in more),
    ]
    offset, rva, table, body = 0x400, 0x1000, b"", b""
    for name, content, flags in contents:
        size = -(-len(content) // 0x200) * 0x200
        table += struct.pack("<8sIIIIIIHHI", name, len(content), rva, size, offset, 0, 0, 0, 0, flags)
        body += content.ljust(size, b"\0")
        offset += size
        rva += -(-len(content) // 0x1000) * 0x1000
    directories = [(0, 0)] * 16
    directories[2] = (0x2000, len(resources))
    directories[5] = (0x3000, len(relocations))
    if end:
        directories[4] = (offset, len(end))
    optional = struct.pack(
        "<HBBIIIIIQIIHHHHHHIIIIHHQQQQII",
        *(0x20B, 14, 0, 0x400, 0x400, 0, 0x1000, 0x1000, 0x140000000, 0x1000, 0x200),
        *(6, 0, 0, 0, 6, 0, 0, rva, 0x400, 0x1234, 3, 0x8160, 0x100000, 0x1000, 0x100000, 0x1000, 0, 16),
    ) + b"".join(struct.pack("<II", *entry) for entry in directories)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, len(contents), 0, 0, 0, len(optional), 0x22)
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", PE)
    return (dos.ljust(PE, b"\0") + coff + optional + table).ljust(0x400, b"\0") + body + end


def changed(content: bytes, at: int, form: str, value: object) -> bytes:
    edited = bytearray(content)
    struct.pack_into(form, edited, at, value)
    return bytes(edited)


def with_resource(source: Path, target: Path, data: bytes = DATA) -> Path:
    edit = plan_resource(source, "NODE_SEA_BLOB", data)
    with open(target, "x+b", buffering=0) as out:
        apply_edit(edit, source, out.fileno())
        write_checksum(target.name, out.fileno())
    content = target.read_bytes()
    assert content[edit.data_offset : edit.data_offset + len(data)] == data
    assert len(content) == edit.size
    return target


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program.exe"
    file.write_bytes(made_up_pe(end=b"signature".ljust(24, b"\0")))
    return file


def test_another_parser_finds_the_resource_and_nothing_else_changed(program: Path, tmp_path: Path) -> None:
    made = with_resource(program, tmp_path / "made.exe")
    before, after = lief.PE.parse(str(program)), lief.PE.parse(str(made))
    assert before is not None and after is not None
    assert lief.PE.check_layout(before) == (True, "") and lief.PE.check_layout(after) == (True, "")
    assert after.optional_header.checksum == after.compute_checksum() != 0
    assert [section.name for section in after.sections] == [".text", ".rsrc", ".reloc"]
    for index in (0, 2):
        assert bytes(after.sections[index].content) == bytes(before.sections[index].content)
    # 77,000 bytes need 0x13 pages of memory.
    assert after.sections[2].virtual_address == after.relocation_dir.rva == 0x15000
    assert after.relocation_dir.size == before.relocation_dir.size
    assert after.optional_header.sizeof_image == 0x16000
    grown = after.sections[1].sizeof_raw_data - before.sections[1].sizeof_raw_data
    assert after.optional_header.sizeof_initialized_data == 0x400 + grown
    assert len(after.overlay) == 0 and after.data_directory(lief.PE.DataDirectory.TYPES.CERTIFICATE_TABLE).size == 0
    assert after.resources is not None
    (kind,) = (kind for kind in after.resources.childs if kind.id == 10)
    ((name,),) = ([*kind.childs],)
    assert name.name == "NODE_SEA_BLOB"
    (leaf,) = name.childs
    assert isinstance(leaf, lief.PE.ResourceData)
    assert (leaf.id, bytes(leaf.content)) == (1033, DATA)


def test_other_resources_stay(program: Path, tmp_path: Path) -> None:
    made = with_resource(program, tmp_path / "made.exe")
    with open(made, "rb") as file:
        section = read_pe(file, "made").sections[1]
        file.seek(section.offset)
        found = read_resources(file.read(section.size), section.rva)
    assert found == {**RESOURCES, (10, "NODE_SEA_BLOB", 1033): Resource(DATA)}


def test_the_resource_is_replaced_the_second_time(program: Path, tmp_path: Path) -> None:
    first = with_resource(program, tmp_path / "first.exe")
    second = with_resource(first, tmp_path / "second.exe", b"short")
    offset, size = find_resource(second, "NODE_SEA_BLOB")
    assert second.read_bytes()[offset : offset + size] == b"short"
    assert second.stat().st_size < first.stat().st_size


def test_an_odd_number_of_bytes_has_a_checksum(program: Path, tmp_path: Path) -> None:
    made = with_resource(program, tmp_path / "made.exe")
    with open(made, "ab", buffering=0) as out:
        out.write(b"payload")
    with open(made, "r+b", buffering=0) as out:
        write_checksum(made.name, out.fileno())
    parsed = lief.PE.parse(str(made))
    assert parsed is not None
    assert parsed.optional_header.checksum == parsed.compute_checksum()


SOUND = made_up_pe()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "ends inside its headers"),
        (b"MZ".ljust(64, b"\0"), "is not a Windows executable"),
        (SOUND[: OPTIONAL + 10], "ends inside its headers"),
        (SOUND[:-1], "ends inside its section `.reloc`: it is truncated"),
        (changed(SOUND, OPTIONAL, "<H", 0x10B), "is not a 64-bit Windows executable"),
        (changed(SOUND, OPTIONAL + 108, "<I", 3), "has 3 data directories instead of 16"),
        (changed(SOUND, PE + 12, "<I", 0x600), "has a table of symbols"),
        (changed(SOUND, OPTIONAL + 112 + 2 * 8 + 4, "<I", 0), "has no resources"),
        (changed(SOUND, OPTIONAL + 112 + 2 * 8, "<I", 0x9000), "has no resources"),
        (made_up_pe(more=((b".tail", b"x"),)), "has the sections `.reloc`, `.tail` behind its resources"),
        (changed(SOUND, OPTIONAL + 112 + 5 * 8, "<I", 0x1000), "has the sections `.reloc` behind its resources"),
        (changed(SOUND, SECTION_TABLE + 20, "<I", 0x600), "are not in the order of their addresses"),
        (SOUND + b"payload of another tool", "has 23 bytes behind its sections that are no signature"),
        (made_up_pe(end=b"signature") + b"more", "has 13 bytes behind its sections that are no signature"),
        # The resources: offsets of the tables that lead out of them, or are no tables.
        (changed(SOUND, 0x800 + 14, "<H", 0xFFFF), "The resources"),
        (changed(SOUND, 0x800 + 20, "<I", 0x80FFFFFF), "The resources end before the end of their tables"),
        (changed(SOUND, 0x800 + 20, "<I", 16), "are not a tree of type, name and language"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    source = tmp_path / "file"
    source.write_bytes(content)
    with pytest.raises(ExecutableFormatError, match=problem):
        plan_resource(source, "NODE_SEA_BLOB", DATA)


def test_data_of_a_resource_outside_of_its_section() -> None:
    content, places = write_resources({(10, 1, 0): Resource(b"data")}, 0x2000)
    leaf = content.index(struct.pack("<II", 0x2000 + places[10, 1, 0], 4))
    for rva in (0x1FFF, 0x2000 + len(content) - 3, 0xFFFFFFFF):
        with pytest.raises(ExecutableFormatError, match="The resource 10/1/0 lies outside of its section"):
            read_resources(changed(content, leaf, "<I", rva), 0x2000)


def test_resources_are_sorted_and_equal_whatever_their_order() -> None:
    keys: list[ResourceKey] = [(16, 1, 1033), (3, 2, 9), ("b", 1, 0), (3, "n", 0), ("A", 1, 0), (3, 1, 0)]
    resources = {key: Resource(str(key).encode()) for key in keys}
    written, places = write_resources(resources, 0)
    assert written == write_resources(dict(reversed(list(resources.items()))), 0)[0]
    assert list(read_resources(written, 0)) == [
        *(("A", 1, 0), ("b", 1, 0), (3, "n", 0), (3, 1, 0), (3, 2, 9), (16, 1, 1033)),
    ]
    assert all(written[places[key] :].startswith(str(key).encode()) for key in keys)
