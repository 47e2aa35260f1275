"""The parts of a Mach-O file (`mach-o/loader.h`) that say what it needs and what it offers."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Iterator

_FAT = b"\xca\xfe\xba\xbe"
MAGICS = (b"\xcf\xfa\xed\xfe", _FAT)

_CPUS = {0x01000007: "x64", 0x0100000C: "arm64"}
_LC_REQUIRED = 0x80000000
_LC_LOADS = frozenset((0xC, 0x18 | _LC_REQUIRED, 0x1F | _LC_REQUIRED, 0x23 | _LC_REQUIRED))
_LC_RPATH = 0x1C | _LC_REQUIRED
_LC_SYMTAB = 2
# Offset of the name, kind, description, with what is not looked at between them.
_SYMBOL = struct.Struct("<IBxH8x")
_N_STAB, _N_TYPE, _N_SECT, _N_EXT = 0xE0, 0x0E, 0x0E, 0x01
# Instead of the number of a library: whoever has it, or the program itself.
_FROM_ANYWHERE, _FROM_PROGRAM = 0xFE, 0xFF
_WEAK_REFERENCE = 0x40


@dataclass(frozen=True)
class MachoFile:
    """Of a universal file: what any of its architectures has. Properties raise struct.error, IndexError or ValueError
    where the file is damaged."""

    content: bytes

    @property
    def architectures(self) -> tuple[str, ...]:
        cpus = [struct.unpack_from("<I", self.content, start + 4)[0] for start in self._slices]
        return tuple(_CPUS.get(cpu, f"CPU {cpu:#x}") for cpu in cpus)

    @property
    def libraries(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for command, name in self._names if command in _LC_LOADS))

    @property
    def search_paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for command, name in self._names if command == _LC_RPATH))

    @property
    def needed_symbols(self) -> Iterator[str]:
        """Those that the program which loads it has to have."""
        for name, kind, description in self._symbols():
            is_undefined = kind & (_N_TYPE | _N_EXT) == _N_EXT
            if is_undefined and description >> 8 in (_FROM_ANYWHERE, _FROM_PROGRAM):
                if not description & _WEAK_REFERENCE:
                    yield name

    @property
    def offered_symbols(self) -> Iterator[str]:
        for name, kind, _ in self._symbols():
            if kind & (_N_TYPE | _N_EXT) == _N_SECT | _N_EXT:
                yield name

    @cached_property
    def _slices(self) -> tuple[int, ...]:
        if not self.content.startswith(_FAT):
            return (0,)
        (count,) = struct.unpack_from(">I", self.content, 4)
        return tuple(
            struct.unpack_from(">I", self.content, 8 + 20 * number + 8)[0] for number in range(count)
        )

    def _commands(self, start: int) -> Iterator[tuple[int, int]]:
        """The number and the offset of each load command of the architecture that begins there."""
        (count,) = struct.unpack_from("<I", self.content, start + 16)
        at = start + 32
        for _ in range(count):
            command, size = struct.unpack_from("<II", self.content, at)
            if size < 8:
                raise ValueError("a load command without a size")
            yield command, at
            at += size

    @cached_property
    def _names(self) -> tuple[tuple[int, str], ...]:
        found = []
        for start in self._slices:
            for command, at in self._commands(start):
                if command in _LC_LOADS or command == _LC_RPATH:
                    (offset,) = struct.unpack_from("<I", self.content, at + 8)
                    found.append((command, self._text(at + offset)))
        return tuple(found)

    def _symbols(self) -> Iterator[tuple[str, int, int]]:
        """Name, without the underscore that C puts before it, kind and description of each symbol."""
        for start in self._slices:
            for command, at in self._commands(start):
                if command == _LC_SYMTAB:
                    table, count, strings, _ = struct.unpack_from("<IIII", self.content, at + 8)
                    first = start + table
                    symbols = self.content[first : first + _SYMBOL.size * count]
                    for name, kind, description in _SYMBOL.iter_unpack(symbols):
                        if kind & _N_EXT and not kind & _N_STAB:
                            text = self._text(start + strings + name)
                            yield text[1:] if text.startswith("_") else text, kind, description

    def _text(self, offset: int) -> str:
        return self.content[offset : self.content.index(b"\0", offset)].decode()
