"""Tells from its headers which platform and architecture an executable file is for, and whether it is a Node.js."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.fuse import FUSE_OFF

# e_machine of ELF, Machine of the COFF header, cputype of Mach-O.
_ELF_MACHINES = {62: "x64", 183: "arm64", 40: "armv7"}
_PE_MACHINES = {0x8664: "x64", 0xAA64: "arm64"}
_MACHO_CPUS = {0x01000007: "x64", 0x0100000C: "arm64"}
_PT_INTERP = 3


@dataclass(frozen=True)
class ExecutableKind:
    platform: str
    arch: str

    def __str__(self) -> str:
        return f"{self.platform}-{self.arch}"


def identify(path: Path) -> ExecutableKind:
    with open(path, "rb") as file:
        head = file.read(4096)
    try:
        if head.startswith(b"\x7fELF"):
            return _identify_elf(head, path)
        if head.startswith(b"MZ"):
            return _identify_pe(head, path)
        if head.startswith(b"\xcf\xfa\xed\xfe"):
            (cpu,) = struct.unpack_from("<I", head, 4)
            return _known("macos", _MACHO_CPUS, cpu, path)
    except (struct.error, IndexError) as error:
        raise ExecutableFormatError(
            f"`{path.name}` begins like an executable but ends inside its headers: it is truncated."
        ) from error
    if head.startswith(b"\xca\xfe\xba\xbe"):
        raise ExecutableFormatError(
            f"`{path.name}` is a universal Mach-O file; take the one for a single architecture."
        )
    shown = head[:16].decode("ascii", "backslashreplace")
    raise ExecutableFormatError(
        f"`{path.name}` is not an executable of a known format (ELF, PE, Mach-O): it begins with `{shown}`."
    )


def check_node_executable(path: Path, *, version: str, platform: str, arch: str) -> None:
    """Raises ExecutableFormatError unless the file is that Node.js and can become a single executable application."""
    kind = identify(path)
    if (kind.platform, kind.arch) != (platform, arch):
        raise ExecutableFormatError(
            f"`{path.name}` is an executable for `{kind}`, not for `{platform}-{arch}`."
        )
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(f"v{version}\0".encode()) < 0:
            raise ExecutableFormatError(
                f"`{path.name}` does not hold the version text `v{version}`, so it is no Node.js {version}."
            )
        first = content.find(FUSE_OFF)
        if first < 0 or content.find(FUSE_OFF, first + 1) >= 0:
            found = "more than once" if first >= 0 else "not at all"
            raise ExecutableFormatError(
                f"`{path.name}` holds the switch for single executable applications (`{FUSE_OFF.decode()}`) {found}, "
                "so nothing can be put into it: it is an old or a differently built Node.js, or already used."
            )


def _identify_elf(head: bytes, path: Path) -> ExecutableKind:
    wide, little = head[4] == 2, head[5] == 1
    if not little:
        raise ExecutableFormatError(f"`{path.name}` is a big-endian ELF file, for which there is no Node.js.")
    (machine,) = struct.unpack_from("<H", head, 18)
    if wide:
        (table,) = struct.unpack_from("<Q", head, 32)
        entry_size, count = struct.unpack_from("<HH", head, 54)
    else:
        (table,) = struct.unpack_from("<I", head, 28)
        entry_size, count = struct.unpack_from("<HH", head, 42)
    # The loader that the file asks for tells musl (Alpine) from glibc; a static file asks for none.
    platform = "linuxstatic"
    headers = _read(path, table, count * entry_size)
    for at in range(0, count * entry_size, entry_size):
        if struct.unpack_from("<I", headers, at) == (_PT_INTERP,):
            offset, size = (
                (struct.unpack_from("<Q", headers, at + 8)[0], struct.unpack_from("<Q", headers, at + 32)[0])
                if wide
                else (struct.unpack_from("<I", headers, at + 4)[0], struct.unpack_from("<I", headers, at + 16)[0])
            )
            platform = "alpine" if b"/ld-musl" in _read(path, offset, size) else "linux"
    return _known(platform, _ELF_MACHINES, machine, path)


def _identify_pe(head: bytes, path: Path) -> ExecutableKind:
    (offset,) = struct.unpack_from("<I", head, 60)
    signature, machine = struct.unpack("<4sH", _read(path, offset, 6))
    if signature != b"PE\0\0":
        raise ExecutableFormatError(f"`{path.name}` begins like a Windows executable but has no PE header.")
    return _known("win", _PE_MACHINES, machine, path)


def _read(path: Path, offset: int, size: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(offset)
        return file.read(size)


def _known(platform: str, machines: dict[int, str], machine: int, path: Path) -> ExecutableKind:
    if machine not in machines:
        raise ExecutableFormatError(
            f"`{path.name}` is an executable ({platform}) for an architecture that is not known here: `{machine:#x}`."
        )
    return ExecutableKind(platform, machines[machine])
