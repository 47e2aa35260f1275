"""The parts of an ELF file (System V gABI, chapters 4 and 5) that say what it needs and what it offers."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Iterator, Mapping

MAGIC = b"\x7fELF"

_MACHINES = {3: "ia32", 40: "armv7", 62: "x64", 183: "arm64"}
_FREEBSD = 9
_PT_LOAD, _PT_DYNAMIC = 1, 2
_DT_NEEDED, _DT_STRTAB, _DT_RPATH, _DT_RUNPATH = 1, 5, 15, 29
_DT_VERNEED, _DT_VERNEEDNUM = 0x6FFFFFFE, 0x6FFFFFFF
_SHT_DYNSYM = 11
_STB_GLOBAL, _SHN_UNDEF = 1, 0
_GLIBC_VERSION = re.compile(r"GLIBC_(\d+(?:\.\d+)+)")
# Some symbols of that have versions of glibc, whatever the C library is.
_LIBGCC = "libgcc_s.so.1"
# Libraries that only the C library of Android has under these names; musl has everything in `libc.so`.
_OF_ANDROID = frozenset(("libdl.so", "libm.so", "liblog.so"))


@dataclass(frozen=True)
class ElfFile:
    """Properties raise struct.error, IndexError or ValueError where the file is damaged."""

    content: bytes

    @property
    def architecture(self) -> str:
        (machine,) = self._unpack("H", 18)
        return _MACHINES.get(machine, f"machine {machine}")

    @property
    def platforms(self) -> tuple[str, ...]:
        """Those of `targets` whose C library it asks for, or another name; two if it asks for none."""
        libraries = set(self.libraries)
        if self.content[7] == _FREEBSD:
            return ("freebsd",)
        if "libc.so.6" in libraries:
            return ("linux",)
        if libraries & _OF_ANDROID:
            return ("android",)
        if any(name == "libc.so" or name.startswith("libc.musl-") for name in libraries):
            return ("alpine",)
        return ("linux",) if self.glibc else ("linux", "alpine")

    @property
    def libraries(self) -> tuple[str, ...]:
        return self._texts(_DT_NEEDED)

    @property
    def search_paths(self) -> tuple[str, ...]:
        # The loader ignores DT_RPATH where there is a DT_RUNPATH.
        found = self._texts(_DT_RUNPATH) or self._texts(_DT_RPATH)
        return tuple(path for paths in found for path in paths.split(":") if path)

    @cached_property
    def glibc(self) -> str:
        """The oldest glibc that has all it needs; empty if it needs none."""
        found = [match[1] for match in map(_GLIBC_VERSION.fullmatch, self._versions()) if match]
        return max(found, key=version_key, default="")

    @property
    def needed_symbols(self) -> Iterator[str]:
        return (name for name, binding, section in self._symbols() if (binding, section) == (_STB_GLOBAL, _SHN_UNDEF))

    @property
    def offered_symbols(self) -> Iterator[str]:
        return (name for name, _, section in self._symbols() if section != _SHN_UNDEF)

    @cached_property
    def _wide(self) -> bool:
        return self.content[4] == 2

    @cached_property
    def _order(self) -> str:
        return "<" if self.content[5] == 1 else ">"

    def _unpack(self, fields: str, offset: int) -> tuple[int, ...]:
        return struct.unpack_from(self._order + fields, self.content, offset)

    def _text(self, offset: int) -> str:
        return self.content[offset : self.content.index(b"\0", offset)].decode()

    def _texts(self, tag: int) -> tuple[str, ...]:
        return tuple(self._text(self._strings + offset) for offset in self._dynamic.get(tag, ()))

    @cached_property
    def _segments(self) -> tuple[tuple[int, int, int, int], ...]:
        """Kind, offset in the file, address and size in the file of each."""
        (table,) = self._unpack("Q", 32) if self._wide else self._unpack("I", 28)
        entry_size, count = self._unpack("HH", 54 if self._wide else 42)
        fields, chosen = ("IIQQQQ", (0, 2, 3, 5)) if self._wide else ("IIIII", (0, 1, 2, 4))
        found = []
        for at in range(table, table + entry_size * count, entry_size):
            values = self._unpack(fields, at)
            kind, offset, address, size = (values[index] for index in chosen)
            found.append((kind, offset, address, size))
        return tuple(found)

    @cached_property
    def _dynamic(self) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = {}
        size_of_entry, fields = (16, "qQ") if self._wide else (8, "iI")
        for kind, offset, _, size in self._segments:
            if kind == _PT_DYNAMIC:
                for at in range(offset, offset + size - size_of_entry + 1, size_of_entry):
                    tag, value = self._unpack(fields, at)
                    found.setdefault(tag, []).append(value)
        return found

    @cached_property
    def _strings(self) -> int:
        return self._offset_of(self._dynamic[_DT_STRTAB][0]) if _DT_STRTAB in self._dynamic else 0

    def _offset_of(self, address: int) -> int:
        for kind, offset, start, size in self._segments:
            if kind == _PT_LOAD and start <= address < start + size:
                return offset + address - start
        raise ValueError("an address outside of all segments")

    def _versions(self) -> Iterator[str]:
        if _DT_VERNEED not in self._dynamic:
            return
        at = self._offset_of(self._dynamic[_DT_VERNEED][0])
        for _ in range(self._dynamic[_DT_VERNEEDNUM][0]):
            _, count, library, first, following = self._unpack("HHIII", at)
            version = at + first
            for _ in range(count):
                _, _, _, name, next_version = self._unpack("IHHII", version)
                if self._text(self._strings + library) != _LIBGCC:
                    yield self._text(self._strings + name)
                version += next_version
            at += following

    def _symbols(self) -> Iterator[tuple[str, int, int]]:
        """Name, binding and section of each symbol for linking; nothing if the table of sections was taken out."""
        (table,) = self._unpack("Q", 40) if self._wide else self._unpack("I", 32)
        entry_size, count = self._unpack("HH", 58 if self._wide else 46)
        fields = "IIQQQQII" if self._wide else "IIIIIIII"
        sections = [self._unpack(fields, table + entry_size * number) for number in range(count)]
        for section in sections:
            if section[1] == _SHT_DYNSYM:
                strings = sections[section[6]][4]
                # Name, then kind with binding, then the section, with what is not looked at between them.
                layout = struct.Struct(self._order + ("IBxH16x" if self._wide else "I8xBxH"))
                end = section[4] + section[5] // layout.size * layout.size
                for name, info, index in layout.iter_unpack(self.content[section[4] : end]):
                    if name:
                        yield self._text(strings + name), info >> 4, index


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
