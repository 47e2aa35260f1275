"""Globs and what they match; the comparison with pkg's own matcher is among the integration tests."""

from __future__ import annotations

import pytest

from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.glob_patterns import compile_glob, expand_braces, literal_root

@pytest.mark.parametrize(
    "glob, path, matches",
    [
        ("a/!(x).js", "a/xx.js", True),
        ("a/!(x).js", "a/x.js", False),
        ("(pages)/a.js", "(pages)/a.js", True),
        ("**/*.md", "/README.md", True),
        ("a/{b,c", "a/{b,c", True),
    ],
)
def test_globs(glob: str, path: str, matches: bool) -> None:
    assert (compile_glob(glob, hidden=True).match(path) is not None) is matches


@pytest.mark.parametrize(
    "glob, plain",
    [
        ("a", ["a"]),
        ("{a,b}/{c,d}", ["a/c", "a/d", "b/c", "b/d"]),
        ("a{b,{c,d}e}", ["ab", "ace", "ade"]),
        ("{a}", ["{a}"]),
        ("a{,b}", ["a", "ab"]),
    ],
)
def test_braces(glob: str, plain: list[str]) -> None:
    assert expand_braces(glob) == plain


def test_roots() -> None:
    assert literal_root("app/views/**/*.html") == "app/views"
    assert literal_root("app/views/page.html") == "app/views/page.html"
    assert literal_root("**") == ""


def test_a_group_that_is_not_closed() -> None:
    with pytest.raises(PkgConfigError, match=r"The glob `@\(a\|b` of the pkg configuration has a `\(`"):
        compile_glob("@(a|b", hidden=True)
