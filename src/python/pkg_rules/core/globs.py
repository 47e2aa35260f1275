"""Paths with characters that mean something in globs, e.g. `routes/[id].js`."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\[([\[*?])\]")


def escape_glob(path: str) -> str:
    """A glob that matches this path only."""
    return re.sub(r"[\[*?]", lambda match: f"[{match[0]}]", path)


def unescape_glob(glob: str) -> str:
    """The path of a glob made so; Pants makes one of each file that a target is generated for."""
    return _ESCAPED.sub(r"\1", glob)
