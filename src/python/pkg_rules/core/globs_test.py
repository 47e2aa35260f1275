from __future__ import annotations

import pytest

from pkg_rules.core.globs import escape_glob, unescape_glob


@pytest.mark.parametrize(
    "path, glob",
    [
        ("a/b.js", "a/b.js"),
        ("a/[id].js", "a/[[]id].js"),
        ("a*b?.js", "a[*]b[?].js"),
        ("[[]", "[[][[]]"),
        ("{x}/@y!.js", "{x}/@y!.js"),
    ],
)
def test_there_and_back(path: str, glob: str) -> None:
    assert escape_glob(path) == glob
    assert unescape_glob(glob) == path
