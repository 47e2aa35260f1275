"""The resources of a Windows executable: a tree of type, name and language, read into a mapping and written again.

From the PE specification: a directory is 16 bytes (characteristics, time, version: all unused here) that end in the number of
entries with a name and with a number, each u16. An entry is u32 name and u32 offset; the highest bit of the name says
that it is the offset of a string, that of the offset says that it is one of a directory. Names come before numbers, both
sorted. A string is u16 length and UTF-16. A leaf is u32 RVA of the data, u32 size, u32 code page and u32 zero. Offsets count
from the start of the tree, RVAs from that of the image.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Dict, Iterator, Mapping, Tuple, Union

from pkg_rules.core.binfmt.errors import ExecutableFormatError

_DIRECTORY = struct.Struct("<IIHHHH")
_ENTRY = struct.Struct("<II")
_LEAF = struct.Struct("<IIII")
_FLAG = 0x80000000

RT_ICON, RT_RCDATA, RT_GROUP_ICON, RT_VERSION, RT_MANIFEST = 3, 10, 14, 16, 24
ENGLISH = 1033

Name = Union[int, str]
ResourceKey = Tuple[Name, Name, int]


@dataclass(frozen=True)
class Resource:
    data: bytes
    code_page: int = 0


Resources = Mapping[ResourceKey, Resource]


def read_resources(section: bytes, rva: int, root: int = 0) -> dict[ResourceKey, Resource]:
    """`section` is loaded at `rva`, and the tree begins `root` bytes into it."""
    return {
        key: Resource(section[offset : offset + size], code_page)
        for key, offset, size, code_page in _leaves(section, rva, root)
    }


def find_resources(
    section: bytes, rva: int, root: int, kind: Name, name: Name
) -> list[tuple[int, int]]:
    """Offset in the section and size of the resource of that type and name in each of its languages."""
    return [
        (offset, size)
        for key, offset, size, _ in _leaves(section, rva, root)
        if key[:2] == (kind, name)
    ]


def _leaves(section: bytes, rva: int, root: int) -> Iterator[tuple[ResourceKey, int, int, int]]:
    tree = memoryview(section)[root:]
    try:
        for kind, kind_at in _entries(tree, 0, directory=True):
            for name, name_at in _entries(tree, kind_at, directory=True):
                for language, leaf_at in _entries(tree, name_at, directory=False):
                    data_rva, size, code_page, _ = _LEAF.unpack_from(tree, leaf_at)
                    offset = data_rva - rva
                    if not 0 <= offset <= len(section) - size or not isinstance(language, int):
                        raise ExecutableFormatError(
                            f"The resource {kind}/{name}/{language} lies outside of its section."
                        )
                    yield (kind, name, language), offset, size, code_page
    except struct.error as error:
        raise ExecutableFormatError("The resources end before the end of their tables.") from error


def _entries(tree: memoryview, at: int, *, directory: bool) -> Iterator[tuple[Name, int]]:
    *_, named, numbered = _DIRECTORY.unpack_from(tree, at)
    for index in range(named + numbered):
        name, offset = _ENTRY.unpack_from(tree, at + _DIRECTORY.size + index * _ENTRY.size)
        if bool(offset & _FLAG) != directory:
            raise ExecutableFormatError("The resources are not a tree of type, name and language.")
        yield (_string(tree, name & ~_FLAG) if name & _FLAG else name), offset & ~_FLAG


def _string(tree: memoryview, at: int) -> str:
    (length,) = struct.unpack_from("<H", tree, at)
    return bytes(tree[at + 2 : at + 2 + 2 * length]).decode("utf-16-le", "surrogatepass")


def write_resources(resources: Resources, rva: int) -> tuple[bytes, dict[ResourceKey, int]]:
    """The section, to be loaded at `rva`, and where in it the data of each resource is. Equal resources, equal bytes."""
    keys = sorted(resources, key=lambda key: tuple(_order(part) for part in key))
    tree: Dict[Name, Dict[Name, list[ResourceKey]]] = {}
    for key in keys:
        tree.setdefault(key[0], {}).setdefault(key[1], []).append(key)

    names = [directory for by_name in tree.values() for directory in by_name.values()]
    # Tables level by level, then strings, then leaves, then data.
    at = _table_size(len(tree))
    kind_tables: dict[Name, int] = {}
    for kind, by_name in tree.items():
        kind_tables[kind] = at
        at += _table_size(len(by_name))
    name_tables: dict[tuple[Name, Name], int] = {}
    for directory in names:
        name_tables[directory[0][:2]] = at
        at += _table_size(len(directory))
    strings: dict[str, int] = {}
    for text in (part for key in keys for part in key[:2]):
        if isinstance(text, str) and text not in strings:
            strings[text] = at
            at += 2 + len(text.encode("utf-16-le", "surrogatepass"))
    leaves_at = _align(at, 4)
    places: dict[ResourceKey, int] = {}
    at = _align(leaves_at + _LEAF.size * len(keys), 8)
    for key in keys:
        places[key] = at
        at = _align(at + len(resources[key].data), 8)

    def name_field(name: Name) -> int:
        return strings[name] | _FLAG if isinstance(name, str) else name

    out = bytearray(at)

    def put(offset: int, data: bytes) -> None:
        out[offset : offset + len(data)] = data

    put(0, _table([(name_field(kind), table | _FLAG) for kind, table in kind_tables.items()]))
    for kind, by_name in tree.items():
        put(
            kind_tables[kind],
            _table([(name_field(name), name_tables[kind, name] | _FLAG) for name in by_name]),
        )
    leaf = leaves_at
    for directory in names:
        entries = []
        for key in directory:
            entries.append((key[2], leaf))
            put(leaf, _LEAF.pack(rva + places[key], len(resources[key].data), resources[key].code_page, 0))
            leaf += _LEAF.size
        put(name_tables[directory[0][:2]], _table(entries))
    for text, offset in strings.items():
        encoded = text.encode("utf-16-le", "surrogatepass")
        put(offset, struct.pack("<H", len(encoded) // 2) + encoded)
    for key in keys:
        put(places[key], resources[key].data)
    return bytes(out), places


def _order(name: Name) -> tuple[bool, str, int]:
    return (False, name.upper(), 0) if isinstance(name, str) else (True, "", name)


def _table(entries: list[tuple[int, int]]) -> bytes:
    named = sum(1 for name, _ in entries if name & _FLAG)
    head = _DIRECTORY.pack(0, 0, 0, 0, named, len(entries) - named)
    return head + b"".join(_ENTRY.pack(*entry) for entry in entries)


def _table_size(entries: int) -> int:
    return _DIRECTORY.size + entries * _ENTRY.size


def _align(value: int, to: int) -> int:
    return -(-value // to) * to
