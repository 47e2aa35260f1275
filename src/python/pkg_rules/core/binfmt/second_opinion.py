"""What LIEF says about an executable, before its hash is written into the lock file.

Builds trust that hash and look at the headers themselves (`identify.py`), which needs no library. The moment of pinning
is where a wrong file would get in, so there a second, independent parser has to agree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

from pkg_rules.core.binfmt.errors import ExecutableFormatError

_FORMATS: Mapping[str, str] = {
    "linux": "ELF",
    "alpine": "ELF",
    "linuxstatic": "ELF",
    "macos": "MachO",
    "win": "PE",
}
# Names of LIEF's enumerations: ELF e_machine, PE machine, Mach-O CPU type.
_ARCHITECTURES: Mapping[str, Mapping[str, str]] = {
    "ELF": {"X86_64": "x64", "AARCH64": "arm64", "ARM": "armv7"},
    "PE": {"AMD64": "x64", "ARM64": "arm64"},
    "MachO": {"X86_64": "x64", "ARM64": "arm64"},
}


def check_with_lief(lief: Any, path: Path, *, platform: str, arch: str) -> None:
    """Raises ExecutableFormatError unless LIEF reads the file as an executable for that platform and architecture."""
    expected = _FORMATS[platform]
    if not _is_format(lief, expected, path):
        raise ExecutableFormatError(
            f"LIEF does not read `{path.name}` as {expected}, the format of executables for `{platform}`."
        )
    machine = _machine(lief, expected, path)
    found = _ARCHITECTURES[expected].get(machine)
    if found != arch:
        raise ExecutableFormatError(
            f"LIEF reads `{path.name}` as an executable for `{machine}`, not for `{arch}`."
        )


def _is_format(lief: Any, name: str, path: Path) -> bool:
    test = {"ELF": lief.is_elf, "PE": lief.is_pe, "MachO": lief.is_macho}[name]
    return bool(test(str(path)))


def _machine(lief: Any, name: str, path: Path) -> str:
    """Parses headers only: the rest of a Node.js takes seconds and half a gigabyte."""
    namespace = getattr(lief, name)
    config = namespace.ParserConfig()
    for option in dir(config):
        if option.startswith("parse_"):
            setattr(config, option, False)
    parsed = namespace.parse(str(path), config)
    if name == "MachO" and parsed is not None:
        # A file for several architectures has one part for each; an official Node.js has one.
        parsed = parsed.at(0) if parsed.size == 1 else None
    if parsed is None:
        raise ExecutableFormatError(f"LIEF cannot parse `{path.name}`: it is damaged or universal.")
    header = parsed.header
    return {
        "ELF": lambda: header.machine_type,
        "PE": lambda: header.machine,
        "MachO": lambda: header.cpu_type,
    }[name]().name
