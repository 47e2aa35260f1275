"""Globs mean what they mean to pkg, whose matcher is the oracle: it comes with the pinned npm."""

from __future__ import annotations

import itertools
import json
import subprocess

import pytest

from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.glob_patterns import compile_glob, expand_braces, is_literal, literal_root
from pkg_rules.testutil import pinned_tools

# Left out is where the oracle contradicts its own documentation: `!(x).js` does not match `xx.js`.
GLOBS = (
    "**/* *.js **/*.js views/** views/**/* views/*.html a/**/b a/**/b/**/*.js {a,b}/*.js {a,b/{c,d}}/*.js a/{x.js,y.js} "
    "**/!(*.test).js @(a|b)/*.js +(a|b)/*.js ?(a)b/*.js *(ab)/x.js a/?.js a/[xy].js a/[!x].js a/[^x].js a/[a-z].js "
    "**/*.{md,MD,txt} **/node_modules/foo/** **/node_modules/*/test/** **/.h/** .h/* */.h *.* **/*.test.js **/[id].js "
    "a/\\[id\\].js a** a/b** **/a/x.js a/** **/a/** **/a a/**/* /a/*.js **/{README,LICENSE}* **/*/dependency/build.c "
    "a/{b}.js a/$x.js a/x a/(x).js"
).split()
DIRECTORIES = ("a", "b", "ab", "views", ".h", "node_modules", "foo", "test", "dependency")
NAMES = ("x.js", "y.js", "xx.js", "x.test.js", "README.md", "LICENSE", ".env", "[id].js", "i.js", "x.html", "$x.js", "b", "build.c")


def paths() -> list[str]:
    relative = [
        "/".join((*directories, name))
        for depth in range(3)
        for directories in itertools.product(DIRECTORIES, repeat=depth)
        for name in NAMES
    ]
    return [*relative, *(f"/p/{path}" for path in relative)]


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [True, False])
def test_the_same_paths_as_the_matcher_of_pkg(hidden: bool) -> None:
    matcher = pinned_tools.package("npm") / "node_modules/tinyglobby/node_modules/picomatch"
    assert matcher.is_dir(), "the pinned npm has no matcher there any more: find where it is now"
    script = (
        "const matcher = require(process.argv[1]);"
        "const { globs, paths, dot } = JSON.parse(require('fs').readFileSync(0));"
        "console.log(JSON.stringify(globs.map((glob) => paths.filter((path) => matcher.isMatch(path, glob, { dot })))));"
    )
    candidates = paths()
    finished = subprocess.run(
        [str(pinned_tools.node(24)), "-e", script, str(matcher)],
        input=json.dumps({"globs": GLOBS, "paths": candidates, "dot": hidden}).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    expected = dict(zip(GLOBS, json.loads(finished.stdout)))
    found = {
        glob: [path for path in candidates if compile_glob(glob, hidden=hidden).match(path)] for glob in GLOBS
    }
    different = {
        glob: sorted(set(found[glob]) ^ set(expected[glob]))[:5] for glob in GLOBS if found[glob] != expected[glob]
    }
    assert different == {}
    assert sum(map(len, found.values())) > 1000


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
def test_beyond_the_oracle(glob: str, path: str, matches: bool) -> None:
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
    assert is_literal("app/a.js") and not is_literal("app/*.js")


def test_a_group_that_is_not_closed() -> None:
    with pytest.raises(PkgConfigError, match=r"The glob `@\(a\|b` of the pkg configuration has a `\(`"):
        compile_glob("@(a|b", hidden=True)
