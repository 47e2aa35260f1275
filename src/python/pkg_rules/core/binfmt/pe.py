"""Reads Windows executables (PE32+) and replaces their resources.

The resources are a section of their own, and in what linkers make only the relocations come after it. So everything
before it stays where it is, the section is written anew, and the relocations move behind it: no code refers to either
by address. The number and order of the sections stay the same, as the load configuration counts them. The signature of the
publisher, which is at the end of the file, is left out: it would not be valid any more, and others can sign the result.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Callable

from pkg_rules.core.binfmt.copying import write_at
from pkg_rules.core.binfmt.edit import Edit
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.pe_checksum import checksum
from pkg_rules.core.binfmt.pe_resources import (
    ENGLISH,
    RT_RCDATA,
    Resource,
    ResourceKey,
    find_resources,
    read_resources,
    write_resources,
)

_SECTION = struct.Struct("<8sIIIIIIHHI")
_DIRECTORY_ENTRY = struct.Struct("<II")
_RESOURCES, _CERTIFICATES, _RELOCATIONS = 2, 4, 5
_DIRECTORIES = 16

# Offsets of fields from the start of the PE header, and from that of the optional header.
_COFF, _OPTIONAL = 4, 24
_PE32_PLUS = 0x20B
_INITIALIZED_SIZE, _SECTION_ALIGNMENT, _FILE_ALIGNMENT, _IMAGE_SIZE = 8, 32, 36, 56
_CHECKSUM, _SUBSYSTEM, _DIRECTORY_COUNT, _DIRECTORY_TABLE = 64, 68, 108, 112


@dataclass(frozen=True)
class Section:
    """`IMAGE_SECTION_HEADER`, in the order of its fields."""

    name: bytes
    virtual_size: int
    rva: int
    size: int
    offset: int
    relocations: int
    line_numbers: int
    relocation_count: int
    line_number_count: int
    flags: int

    def pack(self) -> bytes:
        return _SECTION.pack(*vars(self).values())


@dataclass(frozen=True)
class PortableExecutable:
    """`headers` are the bytes before the first section; `optional` is where in them the optional header is."""

    name: str
    headers: bytes
    optional: int
    sections: tuple[Section, ...]
    file_size: int

    def number(self, field: int, form: str = "<I") -> int:
        (value,) = struct.unpack_from(form, self.headers, self.optional + field)
        return int(value)

    def directory(self, index: int) -> tuple[int, int]:
        """RVA (of the certificates: offset) and size."""
        at = self.optional + _DIRECTORY_TABLE + index * _DIRECTORY_ENTRY.size
        rva, size = _DIRECTORY_ENTRY.unpack_from(self.headers, at)
        return rva, size

    @property
    def section_table(self) -> int:
        (optional_size,) = struct.unpack_from("<H", self.headers, self.optional - 4)
        return self.optional + int(optional_size)

    @property
    def checksum_offset(self) -> int:
        return self.optional + _CHECKSUM

    @property
    def certificates_entry(self) -> int:
        """Offset of the entry of the certificate table among the directories."""
        return self.optional + _DIRECTORY_TABLE + _CERTIFICATES * _DIRECTORY_ENTRY.size

    @property
    def certificates(self) -> tuple[int, int]:
        """Offset and size; zeros without a signature."""
        return self.directory(_CERTIFICATES)

    @property
    def sections_end(self) -> int:
        return max(section.offset + section.size for section in self.sections)

    def section_of(self, rva: int) -> int | None:
        for index, section in enumerate(self.sections):
            if section.rva <= rva < section.rva + max(section.virtual_size, section.size):
                return index
        return None


def read_pe(file: BinaryIO, name: str) -> PortableExecutable:
    """Reads headers only. Raises ExecutableFormatError if it is not a whole 64-bit Windows executable."""
    try:
        size = file.seek(0, 2)
        head = _read(file, 0, 64)
        (start,) = struct.unpack_from("<I", head, 60)
        coff = _read(file, start, _OPTIONAL)
        if head[:2] != b"MZ" or coff[:4] != b"PE\0\0":
            raise ExecutableFormatError(f"`{name}` is not a Windows executable (PE).")
        _, count, _, symbols, _, optional_size, _ = struct.unpack_from("<HHIIIHH", coff, _COFF)
        optional = start + _OPTIONAL
        table = optional + optional_size
        header_end = table + count * _SECTION.size
        headers = _read(file, 0, header_end)
        (magic,) = struct.unpack_from("<H", headers, optional)
        if magic != _PE32_PLUS or optional_size < _DIRECTORY_TABLE + _DIRECTORIES * _DIRECTORY_ENTRY.size:
            raise ExecutableFormatError(f"`{name}` is not a 64-bit Windows executable (PE32+).")
        (directories,) = struct.unpack_from("<I", headers, optional + _DIRECTORY_COUNT)
    except (struct.error, EOFError) as error:
        raise ExecutableFormatError(f"`{name}` ends inside its headers: it is truncated.") from error
    if directories < _DIRECTORIES:
        raise ExecutableFormatError(f"`{name}` has {directories} data directories instead of {_DIRECTORIES}.")
    if symbols:
        raise ExecutableFormatError(
            f"`{name}` has a table of symbols for debuggers behind its sections, which cannot be kept; strip it."
        )
    sections = tuple(Section(*values) for values in _SECTION.iter_unpack(headers[table:header_end]))
    for section in sections:
        if section.offset + section.size > size:
            raise ExecutableFormatError(
                f"`{name}` ends inside its section `{_text(section.name)}`: it is truncated."
            )
    return PortableExecutable(name, headers, optional, sections, size)


def plan_resource(path: Path, name: str, data: bytes) -> Edit:
    """Adds the resource by which Node.js finds its application."""
    key: ResourceKey = (RT_RCDATA, name, ENGLISH)
    return plan_resources(path, lambda resources: {**resources, key: Resource(data)}, key)


def plan_resources(
    path: Path,
    change: Callable[[dict[ResourceKey, Resource]], dict[ResourceKey, Resource]],
    application: ResourceKey,
    subsystem: int | None = None,
) -> Edit:
    """Replaces the resources by what `change` makes of them; `application` is the one whose place is wanted."""
    with open(path, "rb") as file:
        pe = read_pe(file, path.name)
        index = _resource_section(pe)
        old, after = pe.sections[index], pe.sections[index + 1 :]
        _check_end(pe)
        resources = read_resources(
            _read(file, old.offset, old.size), old.rva, pe.directory(_RESOURCES)[0] - old.rva
        )
        relocations = [_read(file, section.offset, section.size) for section in after]
    content, places = write_resources(change(resources), old.rva)

    file_alignment, section_alignment = pe.number(_FILE_ALIGNMENT), pe.number(_SECTION_ALIGNMENT)
    contents = [content, *relocations]
    moved = []
    rva, offset = old.rva, old.offset
    for section, data in zip((old, *after), contents):
        virtual_size = len(data) if section is old else section.virtual_size
        size = _align(len(data), file_alignment)
        moved.append(
            replace(section, virtual_size=virtual_size, rva=rva, size=size, offset=offset)
        )
        rva = _align(rva + max(virtual_size, 1), section_alignment)
        offset += size
    tail = b"".join(data.ljust(section.size, b"\0") for section, data in zip(moved, contents))

    headers = bytearray(pe.headers)
    sections = (*pe.sections[:index], *moved)
    struct.pack_into(
        f"{len(sections) * _SECTION.size}s",
        headers,
        pe.section_table,
        b"".join(section.pack() for section in sections),
    )

    def put_directory(number: int, directory_rva: int, size: int) -> None:
        at = pe.optional + _DIRECTORY_TABLE + number * _DIRECTORY_ENTRY.size
        _DIRECTORY_ENTRY.pack_into(headers, at, directory_rva, size)

    def put_number(field: int, value: int, form: str = "<I") -> None:
        struct.pack_into(form, headers, pe.optional + field, value)

    put_directory(_RESOURCES, old.rva, len(content))
    put_directory(_CERTIFICATES, 0, 0)
    if after:
        put_directory(_RELOCATIONS, moved[-1].rva, pe.directory(_RELOCATIONS)[1])
    put_number(_INITIALIZED_SIZE, pe.number(_INITIALIZED_SIZE) + moved[0].size - old.size)
    put_number(_IMAGE_SIZE, rva)
    put_number(_CHECKSUM, 0)
    if subsystem is not None:
        put_number(_SUBSYSTEM, subsystem, "<H")
    return Edit(
        keep=old.offset,
        writes=((old.offset, tail), (0, bytes(headers))),
        data_offset=old.offset + places[application],
        size=offset,
    )


def write_checksum(name: str, out: int) -> None:
    """To be called when all else is written. `out` is open for reading and writing; `name` is for errors."""
    with open(out, "rb", closefd=False) as file:
        at = read_pe(file, name).checksum_offset
        write_at(out, at, struct.pack("<I", checksum(file, at)))


def content_end(path: Path) -> int:
    """Where the file ends without its signature."""
    with open(path, "rb") as file:
        pe = read_pe(file, path.name)
    return pe.certificates[0] or pe.file_size


def find_resource(path: Path, name: str) -> tuple[int, int]:
    """Offset in the file and size of the data of an application, as Windows would find it."""
    with open(path, "rb") as file:
        pe = read_pe(file, path.name)
        section = pe.sections[_resource_section(pe)]
        content = _read(file, section.offset, section.size)
    root = pe.directory(_RESOURCES)[0] - section.rva
    found = find_resources(content, section.rva, root, RT_RCDATA, name)
    if len(found) != 1:
        raise ExecutableFormatError(
            f"`{path.name}` has {len(found)} resources `{name}` instead of one."
        )
    offset, size = found[0]
    return section.offset + offset, size


def _resource_section(pe: PortableExecutable) -> int:
    """The section of the resources, if nothing but the relocations comes after it."""
    rva, size = pe.directory(_RESOURCES)
    index = pe.section_of(rva) if size else None
    if index is None:
        raise ExecutableFormatError(f"`{pe.name}` has no resources, and each official Node.js has some.")
    relocations, relocations_size = pe.directory(_RELOCATIONS)
    own, before, after = pe.sections[index], pe.sections[:index], pe.sections[index + 1 :]
    if any(section.offset + section.size > own.offset for section in before) or any(
        section.offset < own.offset + own.size for section in after
    ):
        raise ExecutableFormatError(f"The sections of `{pe.name}` are not in the order of their addresses.")
    if len(after) > 1 or any(not relocations_size or section.rva != relocations for section in after):
        names = ", ".join(f"`{_text(section.name)}`" for section in after)
        raise ExecutableFormatError(
            f"`{pe.name}` has the sections {names} behind its resources, which cannot be moved. In an official Node.js "
            "only the relocations come there."
        )
    return index


def _check_end(pe: PortableExecutable) -> None:
    """Behind the sections there may be a signature, which is left out, and nothing else."""
    end = pe.sections_end
    offset, size = pe.certificates
    if size and offset >= end and offset + size == pe.file_size and offset - end < 8:
        return
    if pe.file_size > end:
        raise ExecutableFormatError(
            f"`{pe.name}` has {pe.file_size - end:,} bytes behind its sections that are no signature, so something was "
            "added to it already; take the Node.js as it is published."
        )


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _align(value: int, to: int) -> int:
    return -(-value // to) * to


def _text(name: bytes) -> str:
    return name.rstrip(b"\0").decode("ascii", "backslashreplace")
