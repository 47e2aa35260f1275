"""Globs and patches of a pkg configuration mean what they mean to pkg: its own matcher, which the pinned npm brings, and
JavaScript's `replace` are the oracles."""

from __future__ import annotations

import itertools
import json
import subprocess

import pytest

from pkg_rules.core.pkg_config.glob_patterns import compile_glob
from pkg_rules.core.pkg_config.model import TextPatch
from pkg_rules.core.pkg_config.patches import apply_patches
from pkg_rules.testutil import pinned_tools

# Left out is where ours differs: `!(x).js` is not `xx.js` for the oracle, against its own documentation; `*/*` is `/x.js`
# for the oracle only, and `/**/*.js` is `/x.js` for ours only.
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


@pytest.mark.slow
def test_dollars_mean_what_they_mean_to_javascript() -> None:
    text, search = "left [mid] right [mid] end", "[mid]"
    replacements = ["$$", "$&$&", "<$`>", "<$'>", "$1", "$", "$$&", "a$", "$<x>", "$$$&"]
    script = (
        "const [text, search, all] = JSON.parse(require('fs').readFileSync(0));"
        "const escaped = search.replace(/[\\[\\]]/g, '\\\\$&');"
        "console.log(JSON.stringify(all.map((one) => text.replace(new RegExp(escaped, 'g'), one))));"
    )
    finished = subprocess.run(
        [str(pinned_tools.node(24)), "-e", script],
        input=json.dumps([text, search, replacements]).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    expected = json.loads(finished.stdout)
    assert [
        apply_patches(text.encode(), [TextPatch(search, one)], "a.js", "the test").decode() for one in replacements
    ] == expected
