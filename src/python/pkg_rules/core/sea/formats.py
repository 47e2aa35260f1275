"""What injection and assembly do for each format of executables: one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping

from pkg_rules.core.binfmt import pe
from pkg_rules.core.binfmt.edit import Edit
from pkg_rules.core.binfmt.elf import plan_note
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.sea.errors import SeaError


@dataclass(frozen=True)
class Format:
    """`plan` puts data of a name into an executable; `finish` writes what depends on all bytes, into the file itself;
    `find` reads where the data is (offset and size), as the system would, to check the result."""

    plan: Callable[[Path, str, bytes], Edit]
    finish: Callable[[Path, int], None]
    find: Callable[[Path, str], "tuple[int, int] | None"]


def _plan_elf(path: Path, name: str, data: bytes) -> Edit:
    patch = plan_note(path, name, data)
    return Edit(
        keep=path.stat().st_size,
        writes=((patch.offset, patch.segment), (0, patch.header)),
        data_offset=patch.data_offset,
        size=patch.offset + len(patch.segment),
    )


_ELF = Format(_plan_elf, lambda path, out: None, lambda path, name: None)
_PE = Format(pe.plan_resource, pe.write_checksum, pe.find_resource)

_FORMATS: Mapping[str, Format] = {
    "linux": _ELF,
    "alpine": _ELF,
    "linuxstatic": _ELF,
    "win": _PE,
}


def format_of(executable: Path) -> Format:
    kind = identify(executable)
    if kind.platform not in _FORMATS:
        raise SeaError(
            f"`{executable.name}` is an executable for `{kind}`. Applications can so far be put into executables for "
            "Linux and Windows only; choose such a target."
        )
    return _FORMATS[kind.platform]
