"""Trees of files and what names in them stand for, each case checked against Node.js 22, 24 and 26 once."""

from __future__ import annotations

import json
import posixpath
from typing import Any, Mapping

import pytest

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.trace.file_view import LinkCycleError, TreeView
from pkg_rules.core.trace.model import ImportKind
from pkg_rules.core.trace.resolver import Outcome, Resolver, package_name

REQUIRE, IMPORT = ImportKind.REQUIRE, ImportKind.IMPORT
MISSING = None


def package(**fields: Any) -> str:
    return json.dumps(fields)


def view_of(tree: Mapping[str, str]) -> TreeView:
    """A tree as literal: path to content; a content of `-> target` makes a link."""
    links = {
        path: posixpath.normpath(posixpath.join(posixpath.dirname(path), content[3:]))
        for path, content in tree.items()
        if content.startswith("-> ")
    }
    return TreeView(
        (path for path in tree if path not in links),
        (
            PackageJson.parse(path, content.encode())
            for path, content in tree.items()
            if posixpath.basename(path) == "package.json" and path not in links
        ),
        links,
    )


PATHS = {
    "app/main.js": "",
    "app/a.js": "",
    "app/a.json": "{}",
    "app/b.json": "{}",
    "app/c.node": "",
    "app/both.js": "",
    "app/both/index.js": "",
    "app/dir/index.js": "",
    "app/data/index.json": "{}",
    "app/with main/package.json": package(main="lib"),
    "app/with main/lib.js": "",
    "app/main-dir/package.json": package(main="./lib/"),
    "app/main-dir/lib/index.js": "",
    "app/broken-main/package.json": package(main="gone.js"),
    "app/broken-main/index.js": "",
    "app/no-main/package.json": package(main=3),
    "app/empty/readme.txt": "",
    "app/e.mjs": "",
    "app/t.ts": "",
    "index.js": "",
}
PACKAGES = {
    "app/src/main.js": "",
    "app/package.json": package(
        name="app",
        exports={".": "./src/main.js", "./x": "./src/x.js", "./private/*": None, "./*": "./src/*"},
        imports={
            "#x": "./src/x.js",
            "#env": {"require": "./src/x.js", "import": "./src/y.js"},
            "#dep": "plain",
            "#fs": "node:fs",
            "#p/*.js": "./src/*.js",
        },
    ),
    "app/src/x.js": "",
    "app/src/y.js": "",
    "app/node_modules/plain/package.json": package(main="./lib/main"),
    "app/node_modules/plain/lib/main.js": "",
    "app/node_modules/plain/sub/index.js": "",
    "app/node_modules/plain/file.js": "",
    "app/node_modules/plain/node_modules/deep/index.js": "",
    "app/node_modules/@scope/one/package.json": package(main="one.js"),
    "app/node_modules/@scope/one/one.js": "",
    "app/node_modules/conditions/package.json": package(
        exports={
            ".": {
                "browser": "./browser.js",
                "node": {"import": "./node.mjs", "require": "./node.cjs"},
                "default": "./default.js",
            },
            "./list": ["bad", {"none": "./gone.js"}, "./default.js"],
            "./features/*": "./f/*.js",
            "./features/special/*.js": "./special/*.js",
            "./features/off/*": None,
            "./gone": "./gone.js",
            "./package.json": "./package.json",
        }
    ),
    "app/node_modules/conditions/node.mjs": "",
    "app/node_modules/conditions/node.cjs": "",
    "app/node_modules/conditions/default.js": "",
    "app/node_modules/conditions/f/a.js": "",
    "app/node_modules/conditions/f/b/c.js": "",
    "app/node_modules/conditions/f/off/x.js": "",
    "app/node_modules/conditions/special/s.js": "",
    "app/node_modules/string/package.json": package(exports="./only.js"),
    "app/node_modules/string/only.js": "",
    "app/node_modules/sync/package.json": package(
        exports={"module-sync": "./sync.mjs", "default": "./other.js"}
    ),
    "app/node_modules/sync/sync.mjs": "",
    "app/node_modules/sync/other.js": "",
    "app/node_modules/escapes/package.json": package(exports={"./*": "./../plain/*"}),
    "node_modules/upper/index.js": "",
    "node_modules/plain/only-above.js": "",
    "app/node_modules/linked": "-> ../../packages/linked",
    "packages/linked/package.json": package(name="linked", main="src/l.js"),
    "packages/linked/src/l.js": "",
    "node_modules/other/index.js": "",
}


@pytest.mark.parametrize(
    "tree, importer, specifier, required, imported",
    [
        (PATHS, "app/main.js", "./a.js", "app/a.js", "app/a.js"),
        (PATHS, "app/main.js", "./a", "app/a.js", MISSING),
        (PATHS, "app/main.js", "./b", "app/b.json", MISSING),
        (PATHS, "app/main.js", "./c", "app/c.node", MISSING),
        (PATHS, "app/main.js", "./both", "app/both.js", MISSING),
        (PATHS, "app/main.js", "./both/", "app/both/index.js", MISSING),
        (PATHS, "app/main.js", "./dir", "app/dir/index.js", MISSING),
        (PATHS, "app/main.js", "./data", "app/data/index.json", MISSING),
        (PATHS, "app/main.js", "./with main", "app/with main/lib.js", MISSING),
        (PATHS, "app/main.js", "./with%20main/lib.js", MISSING, "app/with main/lib.js"),
        (PATHS, "app/main.js", "./main-dir", "app/main-dir/lib/index.js", MISSING),
        (PATHS, "app/main.js", "./broken-main", "app/broken-main/index.js", MISSING),
        (PATHS, "app/main.js", "./no-main", MISSING, MISSING),
        (PATHS, "app/main.js", "./empty", MISSING, MISSING),
        (PATHS, "app/main.js", "./gone.js", MISSING, MISSING),
        (PATHS, "app/main.js", "./e.mjs?query#hash", MISSING, "app/e.mjs"),
        (PATHS, "app/main.js", "./e", MISSING, MISSING),
        (PATHS, "app/main.js", "./t", MISSING, MISSING),
        (PATHS, "app/main.js", "..", "index.js", MISSING),
        (PATHS, "app/dir/index.js", ".", "app/dir/index.js", MISSING),
        (PATHS, "app/dir/index.js", "../dir/../a", "app/a.js", MISSING),
        (PATHS, "app/main.js", "plain", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "plain", *2 * ["app/node_modules/plain/lib/main.js"]),
        (PACKAGES, "app/src/main.js", "plain/sub", "app/node_modules/plain/sub/index.js", MISSING),
        (PACKAGES, "app/src/main.js", "plain/file", "app/node_modules/plain/file.js", MISSING),
        (PACKAGES, "app/src/main.js", "plain/file.js", *2 * ["app/node_modules/plain/file.js"]),
        (PACKAGES, "app/src/main.js", "plain/only-above.js",
         "node_modules/plain/only-above.js", MISSING),
        (PACKAGES, "app/src/main.js", "plain/gone.js", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "@scope/one", *2 * ["app/node_modules/@scope/one/one.js"]),
        (PACKAGES, "app/src/main.js", "deep", MISSING, MISSING),
        (PACKAGES, "app/node_modules/plain/file.js", "deep",
         *2 * ["app/node_modules/plain/node_modules/deep/index.js"]),
        (PACKAGES, "app/node_modules/plain/file.js", "@scope/one",
         *2 * ["app/node_modules/@scope/one/one.js"]),
        (PACKAGES, "app/src/main.js", "upper", *2 * ["node_modules/upper/index.js"]),
        (PACKAGES, "app/src/main.js", "conditions",
         "app/node_modules/conditions/node.cjs", "app/node_modules/conditions/node.mjs"),
        (PACKAGES, "app/src/main.js", "conditions/list",
         *2 * ["app/node_modules/conditions/default.js"]),
        (PACKAGES, "app/src/main.js", "conditions/features/a",
         *2 * ["app/node_modules/conditions/f/a.js"]),
        (PACKAGES, "app/src/main.js", "conditions/features/b/c",
         *2 * ["app/node_modules/conditions/f/b/c.js"]),
        (PACKAGES, "app/src/main.js", "conditions/features/special/s.js",
         *2 * ["app/node_modules/conditions/special/s.js"]),
        (PACKAGES, "app/src/main.js", "conditions/features/off/x", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "conditions/gone", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "conditions/default.js", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "conditions/package.json",
         *2 * ["app/node_modules/conditions/package.json"]),
        (PACKAGES, "app/src/main.js", "string", *2 * ["app/node_modules/string/only.js"]),
        (PACKAGES, "app/src/main.js", "string/only.js", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "sync", *2 * ["app/node_modules/sync/sync.mjs"]),
        (PACKAGES, "app/src/main.js", "escapes/file.js", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "linked", *2 * ["packages/linked/src/l.js"]),
        (PACKAGES, "packages/linked/src/l.js", "other", *2 * ["node_modules/other/index.js"]),
        (PACKAGES, "packages/linked/src/l.js", "plain/file.js", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "app", *2 * ["app/src/main.js"]),
        (PACKAGES, "app/src/main.js", "app/x", *2 * ["app/src/x.js"]),
        (PACKAGES, "app/src/main.js", "app/y.js", *2 * ["app/src/y.js"]),
        (PACKAGES, "app/src/main.js", "app/private/y.js", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "#x", *2 * ["app/src/x.js"]),
        (PACKAGES, "app/src/main.js", "#env", "app/src/x.js", "app/src/y.js"),
        (PACKAGES, "app/src/main.js", "#dep", *2 * ["app/node_modules/plain/lib/main.js"]),
        (PACKAGES, "app/src/main.js", "#p/y.js", *2 * ["app/src/y.js"]),
        (PACKAGES, "app/src/main.js", "#gone", MISSING, MISSING),
        (PACKAGES, "app/src/main.js", "%2e/x.js", MISSING, MISSING),
    ],
)  # fmt: skip
def test_resolves_as_node_does(
    tree: Mapping[str, str],
    importer: str,
    specifier: str,
    required: str | None,
    imported: str | None,
) -> None:
    resolver = Resolver(view_of(tree))
    for kind, expected in ((REQUIRE, required), (IMPORT, imported)):
        found = resolver.resolve(specifier, importer, kind)
        if expected is MISSING:
            assert found.outcome is Outcome.MISSING and found.reason, (kind, found)
        else:
            assert (found.outcome, found.path) == (Outcome.FILE, expected), kind


@pytest.mark.parametrize(
    "specifier, kind, outcome",
    [
        ("fs", REQUIRE, Outcome.BUILTIN),
        ("fs/promises", IMPORT, Outcome.BUILTIN),
        ("node:test", IMPORT, Outcome.BUILTIN),
        ("test", IMPORT, Outcome.MISSING),
        ("#fs", REQUIRE, Outcome.BUILTIN),
        ("data:text/javascript,1", IMPORT, Outcome.EXTERNAL),
        ("file:///etc/hosts", IMPORT, Outcome.EXTERNAL),
        ("/etc/hosts", REQUIRE, Outcome.EXTERNAL),
        ("../../../outside.js", REQUIRE, Outcome.MISSING),
        ("../../..", REQUIRE, Outcome.MISSING),
    ],
)
def test_what_is_no_file_of_the_program(
    specifier: str, kind: ImportKind, outcome: Outcome
) -> None:
    resolver = Resolver(view_of(PACKAGES))
    assert resolver.resolve(specifier, "app/src/main.js", kind).outcome is outcome


def test_a_missing_one_says_where_it_should_have_been_and_why() -> None:
    resolver = Resolver(view_of(PACKAGES))
    missing = resolver.resolve("./dist/x.js", "app/src/main.js", REQUIRE)
    assert missing.path == "app/src/dist/x.js"
    not_exported = resolver.resolve("string/lib.js", "app/src/main.js", REQUIRE)
    assert not_exported.package == "string"
    assert not_exported.reason == (
        "`./lib.js` is not exported by `app/node_modules/string/package.json`"
    )


@pytest.mark.parametrize(
    "specifier, name",
    [
        ("x", "x"),
        ("x/y/z.js", "x"),
        ("@s/x/y.js", "@s/x"),
        ("@s", None),
        ("./x", None),
        ("#x", None),
        ("/x", None),
        ("node:fs", None),
        ("file:///x", None),
    ],
)
def test_package_names(specifier: str, name: str | None) -> None:
    assert package_name(specifier) == name


def test_links_are_followed_component_by_component() -> None:
    view = view_of(
        {
            "store/b@1/node_modules/b/index.js": "",
            "store/a@1/node_modules/a/index.js": "",
            "store/a@1/node_modules/b": "-> ../../b@1/node_modules/b",
            "node_modules/a": "-> ../store/a@1/node_modules/a",
        }
    )
    resolver = Resolver(view)
    a = resolver.resolve("a", "main.js", REQUIRE).path
    assert a == "store/a@1/node_modules/a/index.js"
    assert resolver.resolve("b", a, REQUIRE).path == "store/b@1/node_modules/b/index.js"
    assert resolver.resolve("b", "main.js", REQUIRE).outcome is Outcome.MISSING


def test_a_link_that_leads_to_itself_is_an_error() -> None:
    with pytest.raises(LinkCycleError, match="`a`|`b`"):
        view_of({"a": "-> b", "b": "-> a"}).is_file("a/x.js")
