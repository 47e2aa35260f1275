"""What a native addon or shared library is made for, which others it asks for, and where it looks for them."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Iterable

from pkg_rules.core.native import elf, macho, pe
from pkg_rules.core.native.elf import ElfFile
from pkg_rules.core.native.errors import NativeImageError
from pkg_rules.core.native.macho import MachoFile
from pkg_rules.core.native.pe import PeFile

HOST_PROGRAM = "node.exe"
MAGICS = (elf.MAGIC, pe.MAGIC, *macho.MAGICS)
MAGIC_SIZE = max(map(len, MAGICS))
# Node-API, libuv, V8 and Node.js itself, in C and as C++ compilers write their namespaces. On Windows an addon says itself what
# it takes from Node.js.
_OF_NODE = re.compile(r"napi_|node_api_|node_module_register$|uv_|_Z(?:T[CISV])?NK?(?:2v8|4node)")


@dataclass(frozen=True)
class NativeImage:
    """`libraries` as the image names them. `search_paths` are of ELF (`$ORIGIN`) and Mach-O (`@loader_path`); Windows
    looks beside the image.

    `platforms` are as in `targets`, or what else there is; those that it may be for are more than one where nothing in it
    tells. `glibc` is the oldest version that it runs with, if it needs any. `of_node` are names that it takes from the Node.js
    which loads it, `offered` names of that kind that it has itself; `linked_to_host` says that it wants that Node.js to be
    called `node.exe`.
    """

    format: str
    libraries: tuple[str, ...]
    search_paths: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    glibc: str = ""
    of_node: tuple[str, ...] = ()
    offered: frozenset[str] = frozenset()
    linked_to_host: bool = False

    def fits(self, platform: str, arch: str) -> bool:
        return platform in self.platforms and arch in self.architectures

    def __str__(self) -> str:
        return " or ".join(f"`{one}-{arch}`" for one in self.platforms for arch in self.architectures)


def read_image(content: bytes, name: str) -> NativeImage | None:
    """None if the content is in none of the formats; `name` is for messages."""
    try:
        if content.startswith(elf.MAGIC):
            return _elf_image(ElfFile(content))
        if content.startswith(pe.MAGIC):
            return _pe_image(PeFile(content))
        if content.startswith(macho.MAGICS):
            return _macho_image(MachoFile(content))
    except (struct.error, IndexError, ValueError) as error:
        raise NativeImageError(
            f"`{name}` begins like a native library, but its headers lead nowhere: it is damaged or truncated."
        ) from error
    return None


def _elf_image(file: ElfFile) -> NativeImage:
    return NativeImage(
        "elf",
        file.libraries,
        file.search_paths,
        platforms=file.platforms,
        architectures=(file.architecture,),
        glibc=file.glibc,
        of_node=names_of_node(file.needed_symbols),
        offered=frozenset(names_of_node(file.offered_symbols)),
    )


def _pe_image(file: PeFile) -> NativeImage:
    linked, delayed = file.linked, file.delayed
    return NativeImage(
        "pe",
        tuple(dict.fromkeys((*linked, *delayed))),
        platforms=("win",),
        architectures=(file.architecture,),
        of_node=tuple(sorted(set(file.symbols_of(HOST_PROGRAM)))),
        linked_to_host=HOST_PROGRAM in map(str.lower, linked),
    )


def _macho_image(file: MachoFile) -> NativeImage:
    return NativeImage(
        "macho",
        file.libraries,
        file.search_paths,
        platforms=("macos",),
        architectures=file.architectures,
        of_node=names_of_node(file.needed_symbols),
        offered=frozenset(names_of_node(file.offered_symbols)),
    )


def names_of_node(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if _OF_NODE.match(name)}))
