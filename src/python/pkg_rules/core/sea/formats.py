"""What injection and assembly do for each format of executables: one table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable, Mapping

from pkg_rules.core.binfmt import macho, pe
from pkg_rules.core.binfmt.edit import Edit
from pkg_rules.core.binfmt.elf import plan_note
from pkg_rules.core.binfmt.elf_check import check_elf, find_note
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.binfmt.macho_check import check_executable
from pkg_rules.core.binfmt.macho_signature import Signing
from pkg_rules.core.binfmt.pe_check import check_pe


@dataclass(frozen=True)
class Format:
    """`plan` puts data of a name into an executable, and `plan_stripped` leaves its symbols out at the same time, where they
    can be; `content_end` is where it ends without a signature, and something can be appended;
    `finish` writes what depends on all bytes, into the file itself, which was made of another; `find` reads where the
    data is (offset and size), as the system would, and `check` all else that the format demands, to check the result."""

    plan: Callable[[Path, str, bytes], Edit]
    content_end: Callable[[Path], int]
    finish: Callable[[Path, int, "Signing | None"], None]
    find: Callable[[Path, str], "tuple[int, int] | None"]
    check: Callable[[Path], None]
    plan_stripped: "Callable[[Path, str, bytes], Edit] | None" = None


_ELF = Format(
    plan=plan_note,
    content_end=lambda path: path.stat().st_size,
    finish=lambda source, out, signing: None,
    find=find_note,
    check=check_elf,
    plan_stripped=partial(plan_note, strip_symbols=True),
)
_PE = Format(
    plan=pe.plan_resource,
    content_end=pe.content_end,
    finish=lambda source, out, signing: pe.write_checksum(source.name, out),
    find=pe.find_resource,
    check=check_pe,
)
_MACHO = Format(
    plan=macho.plan_section,
    content_end=macho.content_end,
    finish=macho.finish,
    find=macho.find_section,
    check=check_executable,
)

# All platforms that an executable can be identified as.
_FORMATS: Mapping[str, Format] = {
    "linux": _ELF,
    "alpine": _ELF,
    "linuxstatic": _ELF,
    "win": _PE,
    "macos": _MACHO,
}


def format_of(executable: Path) -> Format:
    """Raises ExecutableFormatError if it is none of these."""
    return _FORMATS[identify(executable).platform]
