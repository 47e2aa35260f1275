"""The parts of a Windows library or program (Microsoft's "PE Format") that say what it needs and what it offers."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Iterator

MAGIC = b"MZ"

_MACHINES = {0x14C: "ia32", 0x8664: "x64", 0xAA64: "arm64"}
_EXPORTS, _IMPORTS, _DELAYED_IMPORTS = 0, 1, 13
_WIDE = 0x20B


@dataclass(frozen=True)
class PeFile:
    """Properties raise struct.error, IndexError or ValueError where the file is damaged."""

    content: bytes

    @property
    def architecture(self) -> str:
        (machine,) = self._unpack("H", self._header + 4)
        return _MACHINES.get(machine, f"machine {machine:#x}")

    @property
    def linked(self) -> tuple[str, ...]:
        """Libraries that have to be there when it is loaded."""
        return tuple(self._name(name) for name, _ in self._imports(_IMPORTS, 20, 12, 0))

    @property
    def delayed(self) -> tuple[str, ...]:
        """Libraries that are looked for when something of them is used."""
        return tuple(self._name(name) for name, _ in self._imports(_DELAYED_IMPORTS, 32, 4, 16))

    def symbols_of(self, library: str) -> Iterator[str]:
        """The names that it takes from a library, whose own name has no case."""
        tables = (*self._imports(_IMPORTS, 20, 12, 0), *self._imports(_DELAYED_IMPORTS, 32, 4, 16))
        for name, thunks in tables:
            if self._name(name).lower() == library and thunks:
                yield from self._thunks(self._offset_of(thunks))

    @property
    def offered_symbols(self) -> Iterator[str]:
        (address,) = self._unpack("I", self._directories + 8 * _EXPORTS)
        if address:
            table = self._offset_of(address)
            (count,) = self._unpack("I", table + 24)
            (names,) = self._unpack("I", table + 32)
            at = self._offset_of(names) if count else 0
            for name in self._unpack(f"{count}I", at):
                yield self._name(name)

    def _unpack(self, fields: str, offset: int) -> tuple[int, ...]:
        return struct.unpack_from("<" + fields, self.content, offset)

    @cached_property
    def _header(self) -> int:
        (header,) = self._unpack("I", 60)
        if self.content[header : header + 4] != b"PE\0\0":
            raise ValueError("no PE header")
        return header

    @cached_property
    def _is_wide(self) -> bool:
        return self._unpack("H", self._header + 24) == (_WIDE,)

    @cached_property
    def _directories(self) -> int:
        return self._header + 24 + (112 if self._is_wide else 96)

    @cached_property
    def _sections(self) -> tuple[tuple[int, ...], ...]:
        """Size and address in memory, size and offset in the file of each."""
        (count,) = self._unpack("H", self._header + 6)
        (optional_size,) = self._unpack("H", self._header + 20)
        first = self._header + 24 + optional_size
        return tuple(self._unpack("IIII", first + 40 * number + 8) for number in range(count))

    def _offset_of(self, address: int) -> int:
        for virtual_size, start, raw_size, raw in self._sections:
            if start <= address < start + max(virtual_size, raw_size):
                return raw + address - start
        raise ValueError("an address outside of all sections")

    def _name(self, address: int) -> str:
        offset = self._offset_of(address)
        return self.content[offset : self.content.index(b"\0", offset)].decode()

    def _imports(
        self, directory: int, size: int, name_at: int, thunks_at: int
    ) -> Iterator[tuple[int, int]]:
        """The addresses of name and thunks of each library in one of the two tables of imports."""
        (address,) = self._unpack("I", self._directories + 8 * directory)
        if address:
            at = self._offset_of(address)
            while any(self.content[at : at + size]):
                yield self._unpack("I", at + name_at)[0], self._unpack("I", at + thunks_at)[0]
                at += size

    def _thunks(self, at: int) -> Iterator[str]:
        size, fields = (8, "Q") if self._is_wide else (4, "I")
        while True:
            (thunk,) = self._unpack(fields, at)
            if not thunk:
                return
            # The highest bit stands for a number in the place of a name.
            if not thunk >> (8 * size - 1):
                yield self._name(thunk + 2)
            at += size
