"""Packages that are for some platforms only (`os`, `cpu`, `libc`), and which of them an installation takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Mapping

_SYSTEMS = {"macos": "darwin", "win": "win32", "alpine": "linux", "linuxstatic": "linux"}
_C_LIBRARIES = {"linux": "glibc", "alpine": "musl", "linuxstatic": "musl"}
# Only what lies beside a universal executable is asked for with that; its parts are built one by one.
_CPUS = {"armv7": "arm", "universal": "x64"}
_PLATFORMS = {"darwin": "macos", "win32": "win"}
_ARCHITECTURES = {"arm": "armv7"}


@dataclass(frozen=True, order=True)
class InstallPlatform:
    """A platform in the words of package managers, which are those of `process.platform` and `process.arch`; `libc` is
    empty where there is only one."""

    os: str
    cpu: str
    libc: str = ""

    @classmethod
    def of(cls, platform: str, arch: str) -> InstallPlatform:
        """From the words of `targets`."""
        return cls(_SYSTEMS.get(platform, platform), _CPUS.get(arch, arch), _C_LIBRARIES.get(platform, ""))

    @property
    def in_words_of_targets(self) -> tuple[str, str]:
        """Platform and architecture."""
        if self.libc == "musl":
            return "alpine", _ARCHITECTURES.get(self.cpu, self.cpu)
        return _PLATFORMS.get(self.os, self.os), _ARCHITECTURES.get(self.cpu, self.cpu)

    def __str__(self) -> str:
        return "-".join(part for part in (self.os, self.cpu, self.libc) if part)


# Those that share an installation are installed for the first of them.
_KNOWN = (
    InstallPlatform("linux", "x64", "glibc"),
    InstallPlatform("linux", "arm64", "glibc"),
    InstallPlatform("darwin", "x64"),
    InstallPlatform("darwin", "arm64"),
    InstallPlatform("win32", "x64"),
    InstallPlatform("win32", "arm64"),
)


@dataclass(frozen=True, order=True)
class PlatformCondition:
    """The lists of a package.json; an empty one allows everything."""

    os: tuple[str, ...] = ()
    cpu: tuple[str, ...] = ()
    libc: tuple[str, ...] = ()

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> PlatformCondition:
        return cls(*(_names(fields.get(key)) for key in ("os", "cpu", "libc")))

    def allows(self, platform: InstallPlatform) -> bool:
        return (
            _allows(self.os, platform.os)
            and _allows(self.cpu, platform.cpu)
            and _allows(self.libc, platform.libc)
        )


def installed_for(
    conditions: Iterable[PlatformCondition], platform: InstallPlatform
) -> InstallPlatform | None:
    """For which platform packages are installed that are to be right for `platform`: equal for all that get the same ones.

    None if there are no conditions, so that they are the same everywhere.
    """
    distinct = sorted({condition for condition in conditions if condition != PlatformCondition()})
    if not distinct:
        return None
    chosen = [condition.allows(platform) for condition in distinct]
    for known in _KNOWN:
        if chosen == [condition.allows(known) for condition in distinct]:
            return known
    return platform


def _names(value: Any) -> tuple[str, ...]:
    """A single name may stand for a list of one."""
    return tuple(map(str, value)) if isinstance(value, list) else (value,) if isinstance(value, str) else ()


def _allows(names: tuple[str, ...], wanted: str) -> bool:
    # As npm does it: where the C library is not known, a package that asks for one does not fit.
    if not names or names == ("any",):
        return True
    if f"!{wanted}" in names:
        return False
    return wanted in names or all(name.startswith("!") for name in names) and wanted != ""
