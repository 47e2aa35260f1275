from __future__ import annotations

from typing import Sequence

from pkg_rules.core.errors import PkgRulesError

_SHOWN = 10


class NativeImageError(PkgRulesError):
    """A native addon or library that cannot be what its name says; the message names it."""


class NodeFactsError(PkgRulesError):
    """Nothing tells which addons a Node.js takes; the message says why."""


class UnfitNativeCodeError(PkgRulesError):
    """Native code of a program that would not load; `lines` say which and why."""

    def __init__(self, target: str, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        listed = "\n".join(f"  * {line}" for line in self.lines[:_SHOWN])
        if len(self.lines) > _SHOWN:
            listed += f"\n  * and {len(self.lines) - _SHOWN} more"
        super().__init__(
            f"Native code among them cannot be loaded by an executable for `{target}`:\n\n{listed}\n\n"
            "Take a version of the package that ships what is needed, or put it in place yourself. If the program never loads "
            "the file there, leave it out with `ignore` in its pkg configuration."
        )
