"""What is pinned: Node.js distributions, package managers, Python libraries, and where each can be had.

Nothing here names a host: a source is a package of a registry (found through the configuration of that registry's own
client) or a path below the distribution site of Node.js (an option). The file is in `node_lock_file.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterable

from pkg_rules.core.errors import PkgRulesError

REFRESH_COMMAND = "./pants refresh-node-lock"


class NodeLockError(PkgRulesError):
    """The lock file cannot be used, or does not pin what is asked for."""


@dataclass(frozen=True)
class Source:
    """One place a file can be had from; `sha256` and `size` are those of the file as downloaded.

    `kind` is `npm` (`name`, `version`), `pypi` (`name`, `version`, `path`: the file name), `dist` (`path` below the
    distribution site) or `url` (`path` is the whole URL, for a file that users pin themselves). Where the hash of the
    download is not known it is empty, and only the executable inside is checked.
    """

    kind: str
    name: str = ""
    version: str = ""
    path: str = ""
    member: str = ""
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class PinnedFile:
    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class PinnedEntry:
    """One pinned thing. `layout` says what the download becomes: one `executable`, a `package` or a `wheel`; or a `base`, an
    executable that is pinned by a target and not by the lock file, and of which only the download has a known hash."""

    layout: str
    name: str
    version: str
    sources: tuple[Source, ...]
    platform: str = ""
    arch: str = ""
    python: str = ""  # the ABI tag of a wheel
    executable: PinnedFile | None = None

    def describe(self) -> str:
        where = "-".join(part for part in (self.python, self.platform, self.arch) if part)
        return f"{self.name} {self.version}" + (f" for {where}" if where else "")


@dataclass(frozen=True)
class NodeLock:
    entries: tuple[PinnedEntry, ...]
    origin: str = field(default="the Node lock file", compare=False)

    def node(self, version: str, platform: str, arch: str) -> PinnedEntry:
        for entry in self.nodes():
            if (entry.version, entry.platform, entry.arch) == (version, platform, arch):
                return entry
        pinned = bulleted(
            f"{entry.version} for {entry.platform}-{entry.arch}" for entry in reversed(self.nodes())
        )
        raise NodeLockError(
            f"Node.js `{version}` for `{platform}-{arch}` is not pinned in `{self.origin}`, so there is nothing that "
            f"its download could be checked against.\n\nPinned are:\n{pinned}\n\n"
            f"Use one of these, or pin it: add it to `[node-distributions].versions` and run `{REFRESH_COMMAND}`, or "
            "add an entry with a source of kind `url` by hand for an executable that no registry carries."
        )

    def nodes(self) -> tuple[PinnedEntry, ...]:
        return tuple(entry for entry in self.entries if entry.layout == "executable")

    def package(self, name: str, version_prefix: str = "") -> PinnedEntry:
        """The newest pinned version of a package manager, of those that start with the prefix."""
        found = [
            entry
            for entry in self.entries
            if entry.layout == "package"
            and entry.name == name
            and f"{entry.version}.".startswith(f"{version_prefix}." if version_prefix else "")
        ]
        if not found:
            pinned = bulleted(
                f"{entry.name} {entry.version}" for entry in self.entries if entry.layout == "package"
            )
            raise NodeLockError(
                f"The package `{name}`{f' {version_prefix}' if version_prefix else ''} is not pinned in "
                f"`{self.origin}`.\n\nPinned are:\n{pinned}\n\n"
                f"Add it to `[node-distributions].packages` and run `{REFRESH_COMMAND}`."
            )
        return max(found, key=lambda entry: version_key(entry.version))

    def wheels(self, name: str, platform: str, arch: str) -> tuple[PinnedEntry, ...]:
        return tuple(
            entry
            for entry in self.entries
            if entry.layout == "wheel"
            and (entry.name, entry.platform, entry.arch) == (name, platform, arch)
        )


def version_key(version: str) -> tuple[tuple[int, str], ...]:
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.+-]", version)
    )


def bulleted(items: Iterable[str], limit: int = 20) -> str:
    lines = [f"  * {item}" for item in items]
    rest = len(lines) - limit
    return "\n".join(lines[:limit] + ([f"  and {rest} more"] if rest > 0 else [])) or "  (nothing)"
