"""The names of platforms, architectures and C libraries that packages use in their paths."""

from __future__ import annotations

import re
from typing import Iterable

# Each by what `targets` call it, or else by its own name.
_PLATFORMS = {
    "linux": "linux",
    "linuxmusl": "linux",
    "win": "win",
    "win32": "win",
    "windows": "win",
    "mac": "macos",
    "macos": "macos",
    "osx": "macos",
    "darwin": "macos",
    "android": "android",
    "freebsd": "freebsd",
    "openbsd": "openbsd",
    "netbsd": "netbsd",
    "sunos": "sunos",
    "aix": "aix",
    "ios": "ios",
}
_ARCHITECTURES = {
    "x64": "x64",
    "amd64": "x64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "arm": "armv7",
    "armv7": "armv7",
    "armhf": "armv7",
    **{name: name for name in ("armv6", "ia32", "ppc64", "ppc64le", "s390x", "riscv64", "loong64", "mips", "mipsel", "mips64el")},
    "x86": "ia32",
    "i386": "ia32",
}
_C_LIBRARIES = {
    "glibc": "linux",
    "gnu": "linux",
    "gnueabihf": "linux",
    "musl": "alpine",
    "linuxmusl": "alpine",
    "musleabihf": "alpine",
}
# For these a C library may be named where there is only one, e.g. that of those who made it.
_WITH_C_LIBRARIES = ("linux", "alpine")
_WORDS = re.compile(r"x86_64|[a-z0-9]+")


def names_another_platform(path: str, platform: str, arch: str) -> bool:
    """Whether a word in a path stands for another platform, architecture or C library than the one given."""
    words = _words(path)
    system = "linux" if platform in _WITH_C_LIBRARIES else platform
    return (
        _is_another(words, _PLATFORMS, system)
        or _is_another(words, _ARCHITECTURES, arch)
        or (platform in _WITH_C_LIBRARIES and _is_another(words, _C_LIBRARIES, platform))
    )


def names_a_platform(path: str) -> bool:
    return any(word in _PLATFORMS for word in _words(path))


def _words(path: str) -> list[str]:
    return ["x64" if word == "x86_64" else word for word in _WORDS.findall(path.lower())]


def _is_another(words: Iterable[str], known: dict[str, str], wanted: str) -> bool:
    meant = {known[word] for word in words if word in known}
    return bool(meant) and wanted not in meant
