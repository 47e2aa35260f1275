"""The header of a Mach-O executable and its load commands, which say where everything in the file is.

From the format: `mach_header_64`, then `ncmds` commands of together `sizeofcmds` bytes, each beginning with its kind
and size; then free room up to the first section. `segment_command_64` names a range of the file and of memory and is
followed by its sections; the other commands that matter here hold offsets into `__LINKEDIT`, the last segment.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Mapping

from pkg_rules.core.binfmt.errors import ExecutableFormatError

_HEADER = struct.Struct("<8I")
_COMMAND = struct.Struct("<II")
_SEGMENT = struct.Struct("<II16sQQQQiiII")
_SECTION = struct.Struct("<16s16sQQ8I")
_MAGIC, _EXECUTE = 0xFEEDFACF, 2
LINKEDIT = "__LINKEDIT"

LC_SEGMENT_64, LC_SYMTAB, LC_CODE_SIGNATURE = 0x19, 0x2, 0x1D
LC_DYLD_CHAINED_FIXUPS = 0x80000034
_LINKEDIT_DATA = (8,)
# Where in a command the offsets into `__LINKEDIT` are.
_OFFSETS: Mapping[int, tuple[int, ...]] = {
    LC_SYMTAB: (8, 16),
    0xB: (32, 40, 48, 56, 64, 72),  # LC_DYSYMTAB
    0x22: (8, 16, 24, 32, 40),  # LC_DYLD_INFO
    0x80000022: (8, 16, 24, 32, 40),  # LC_DYLD_INFO_ONLY
    LC_CODE_SIGNATURE: _LINKEDIT_DATA,
    0x1E: _LINKEDIT_DATA,  # LC_SEGMENT_SPLIT_INFO
    0x26: _LINKEDIT_DATA,  # LC_FUNCTION_STARTS
    0x29: _LINKEDIT_DATA,  # LC_DATA_IN_CODE
    0x2E: _LINKEDIT_DATA,  # LC_LINKER_OPTIMIZATION_HINT
    0x80000033: _LINKEDIT_DATA,  # LC_DYLD_EXPORTS_TRIE
    LC_DYLD_CHAINED_FIXUPS: _LINKEDIT_DATA,
}
# Commands that say nothing about `__LINKEDIT`: libraries and where they are looked for, the dynamic linker and its
# environment, UUID, versions, the entry point. What is not known could hold an offset, and is refused.
_WITHOUT_OFFSETS = frozenset(
    (0xC, 0x80000018, 0x8000001F, 0x20, 0x80000023, 0x8000001C, 0xE, 0x27, 0x1B, 0x24, 0x2A, 0x32, 0x2D, 0x80000028)
)


@dataclass(frozen=True)
class Segment:
    """`segment_command_64`, in the order of its fields after kind and size."""

    name: str
    vmaddr: int
    vmsize: int
    fileoff: int
    filesize: int
    maxprot: int
    initprot: int
    flags: int = 0
    sections: bytes = b""

    @classmethod
    def unpack(cls, command: bytes) -> Segment:
        _, _, name, *numbers, _, flags = _SEGMENT.unpack_from(command)
        return cls(_text(name), *numbers, flags, command[_SEGMENT.size :])

    def pack(self) -> bytes:
        return (
            _SEGMENT.pack(
                LC_SEGMENT_64,
                _SEGMENT.size + len(self.sections),
                self.name.encode(),
                self.vmaddr,
                self.vmsize,
                self.fileoff,
                self.filesize,
                self.maxprot,
                self.initprot,
                len(self.sections) // _SECTION.size,
                self.flags,
            )
            + self.sections
        )

    def find_section(self, name: str) -> tuple[int, int] | None:
        """Offset in the file and size."""
        for section in _SECTION.iter_unpack(self.sections):
            if _text(section[0]) == name:
                return section[4], section[3]
        return None


@dataclass(frozen=True)
class MachHeader:
    """`room` is where the first section begins: header and commands end before it."""

    file_name: str
    fields: tuple[int, ...]
    commands: tuple[bytes, ...]
    room: int

    @property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(Segment.unpack(command) for command in self.commands if kind(command) == LC_SEGMENT_64)

    @property
    def linkedit(self) -> Segment:
        return self.segments[-1]

    def find(self, wanted: int) -> bytes | None:
        return next((command for command in self.commands if kind(command) == wanted), None)

    def segment(self, name: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.name == name), None)

    def without(self, unwanted: int) -> MachHeader:
        return replace(self, commands=tuple(command for command in self.commands if kind(command) != unwanted))

    def with_linkedit(self, linkedit: Segment, before: bytes = b"") -> MachHeader:
        """With another last segment, and a command before it if one is given."""
        old = self.linkedit.pack()
        new = (*((before,) if before else ()), linkedit.pack())
        at = self.commands.index(old)
        return replace(self, commands=(*self.commands[:at], *new, *self.commands[at + 1 :]))

    def pack(self) -> bytes:
        """With zeros up to the first section, so that nothing is left of longer commands."""
        commands = b"".join(self.commands)
        fields = (*self.fields[:4], len(self.commands), len(commands), *self.fields[6:])
        if _HEADER.size + len(commands) > self.room:
            raise ExecutableFormatError(
                f"`{self.file_name}` has no room for another load command: {_HEADER.size + len(commands):,} bytes are "
                f"needed before the first section, which begins at {self.room:,}."
            )
        return (_HEADER.pack(*fields) + commands).ljust(self.room, b"\0")


def kind(command: bytes) -> int:
    found: int = _COMMAND.unpack_from(command)[0]
    return found


def data_range(command: bytes) -> tuple[int, int]:
    """Offset and size of a `linkedit_data_command`."""
    offset, size = _COMMAND.unpack_from(command, 8)
    return offset, size


def data_command(number: int, offset: int, size: int) -> bytes:
    return struct.pack("<IIII", number, 16, offset, size)


def section_of(segment: str, name: str, address: int, offset: int, size: int) -> bytes:
    """A plain section, aligned to 16 bytes."""
    return _SECTION.pack(name.encode(), segment.encode(), address, size, offset, 4, 0, 0, 0, 0, 0, 0)


def with_offsets(command: bytes, new_offset: Callable[[int], int]) -> bytes:
    """The command with its offsets into `__LINKEDIT` replaced; 0 stands for nothing and stays."""
    changed = bytearray(command)
    for at in _OFFSETS.get(kind(command), ()):
        (old,) = struct.unpack_from("<I", command, at)
        if old:
            struct.pack_into("<I", changed, at, new_offset(old))
    return bytes(changed)


def with_field(command: bytes, at: int, value: int) -> bytes:
    return command[:at] + struct.pack("<I", value) + command[at + 4 :]


def read_header(path: Path) -> MachHeader:
    """Raises ExecutableFormatError if the file is not a 64-bit executable whose last segment is `__LINKEDIT`."""
    with open(path, "rb") as file:
        return read_header_of(file.fileno(), path.name)


def read_header_of(file: int, name: str) -> MachHeader:
    fixed = os.pread(file, _HEADER.size, 0)
    fields = _HEADER.unpack(fixed.ljust(_HEADER.size, b"\0"))
    if (fields[0], fields[3]) != (_MAGIC, _EXECUTE):
        raise ExecutableFormatError(f"`{name}` is not a 64-bit Mach-O executable.")
    raw = os.pread(file, fields[5], _HEADER.size)
    if len(raw) < fields[5]:
        raise ExecutableFormatError(f"`{name}` ends inside its load commands: it is truncated.")
    commands = []
    at = 0
    for _ in range(fields[4]):
        size = _COMMAND.unpack_from(raw, at)[1] if at + _COMMAND.size <= len(raw) else 0
        if size < _COMMAND.size or at + size > len(raw):
            raise ExecutableFormatError(f"`{name}` has a load command of a size that cannot be, at {at:,}.")
        commands.append(raw[at : at + size])
        at += size
    header = MachHeader(name, fields, tuple(commands), 0)
    _check(header)
    begin = min(
        (section[4] for segment in header.segments for section in _SECTION.iter_unpack(segment.sections) if section[4]),
        default=0,
    )
    return replace(header, room=begin)


def _check(header: MachHeader) -> None:
    for command in header.commands:
        number = kind(command)
        if number != LC_SEGMENT_64 and number not in _OFFSETS and number not in _WITHOUT_OFFSETS:
            raise ExecutableFormatError(
                f"`{header.file_name}` has a load command that is not known here (`{number:#x}`). It could say where "
                "something is that has to be moved, so the file is left alone."
            )
    if not header.segments or header.linkedit.name != LINKEDIT or header.linkedit.sections:
        raise ExecutableFormatError(
            f"The last segment of `{header.file_name}` is not `{LINKEDIT}`, as in every executable that a linker made."
        )


def _text(padded: bytes) -> str:
    return padded.rstrip(b"\0").decode("ascii", "backslashreplace")
