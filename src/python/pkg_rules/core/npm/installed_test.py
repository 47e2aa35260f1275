"""Installed trees, and what of them a program can reach."""

from __future__ import annotations

import json
from typing import Any, Iterable

import pytest

from pkg_rules.core.npm.installed import InstalledPackage, PackageGraph, kept_paths
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.package_paths import package_directory
from pkg_rules.core.trace.file_view import TreeView

Tree = dict[str, dict[str, Any]]


def graph_of(
    packages: Tree, links: dict[str, str] | None = None, files: Iterable[str] = ()
) -> PackageGraph:
    """`packages`: directory to the fields of its package.json."""
    jsons = [
        PackageJson.parse(f"{directory}/package.json", json.dumps(fields).encode())
        for directory, fields in packages.items()
    ]
    return PackageGraph(TreeView(files, jsons, links or {}), links or {})


def reached(graph: PackageGraph) -> list[str]:
    return [package.path for package in graph.closure().packages]


NPM: Tree = {
    "app": {},
    "app/node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1", "c": "1"}},
    "app/node_modules/a/node_modules/b": {"version": "1.0.0", "dependencies": {"d": "1"}},
    "app/node_modules/b": {"version": "2.0.0"},
    "app/node_modules/c": {"peerDependencies": {"p": "1"}, "dependencies": {"a": "1"}},
    "app/node_modules/d": {"optionalDependencies": {"o": "1", "absent": "1"}},
    "app/node_modules/o": {},
    "app/node_modules/p": {},
    "app/node_modules/dev": {"dependencies": {"b": "2"}},
    "app/node_modules/@s/x": {"name": "@s/x", "devDependencies": {"dev": "1"}},
    "app/node_modules/bundles/node_modules/in": {},
    "app/node_modules/bundles": {"dependencies": {"in": "1"}, "bundleDependencies": ["in"]},
    "node_modules/above": {"dependencies": {"b": "1"}},
}


@pytest.mark.parametrize(
    "name, found",
    [
        ("b", ["b"]),
        ("a", ["a", "a/node_modules/b", "c", "d", "o", "p"]),
        ("@s/x", ["@s/x"]),
        ("bundles", ["bundles", "bundles/node_modules/in"]),
        ("missing", []),
    ],
)
def test_what_npm_installs(name: str, found: list[str]) -> None:
    graph = graph_of(NPM)
    assert graph.add_name(name, "app/src/deep") is bool(found)
    assert reached(graph) == [f"app/node_modules/{path}" for path in found]


def test_a_package_further_up() -> None:
    graph = graph_of(NPM)
    assert graph.add_name("above", "app/src")
    # It finds none from where it lies: the one of `app` is out of its sight.
    assert reached(graph) == ["node_modules/above"]


def test_versions_and_names_are_those_of_package_json() -> None:
    graph = graph_of({"app/node_modules/alias": {"name": "real", "version": "3.1.0"}})
    graph.add_name("alias", "app")
    assert graph.closure().packages == (
        InstalledPackage("real", "3.1.0", "app/node_modules/alias"),
    )


STORE = "node_modules/.pnpm"
PNPM: Tree = {
    f"{STORE}/a@1/node_modules/a": {"name": "a", "dependencies": {"b": "1"}},
    f"{STORE}/b@1/node_modules/b": {"name": "b", "dependencies": {"a": "1"}},
    f"{STORE}/h@1/node_modules/h": {"name": "h"},
    "packages/u": {"name": "u", "dependencies": {"a": "1"}},
}
PNPM_LINKS = {
    "node_modules/a": f"{STORE}/a@1/node_modules/a",
    "node_modules/u": "packages/u",
    f"{STORE}/a@1/node_modules/b": f"{STORE}/b@1/node_modules/b",
    f"{STORE}/b@1/node_modules/a": f"{STORE}/a@1/node_modules/a",
    f"{STORE}/node_modules/h": f"{STORE}/h@1/node_modules/h",
    "packages/u/node_modules/a": f"{STORE}/a@1/node_modules/a",
}


def test_what_pnpm_installs_with_the_links_on_the_way() -> None:
    graph = graph_of(PNPM, PNPM_LINKS)
    assert graph.add_name("a", "src")
    closure = graph.closure()
    assert [package.path for package in closure.packages] == [
        f"{STORE}/a@1/node_modules/a",
        f"{STORE}/b@1/node_modules/b",
    ]
    assert closure.links == (
        f"{STORE}/a@1/node_modules/b",
        f"{STORE}/b@1/node_modules/a",
        "node_modules/a",
    )


def test_the_link_to_a_workspace_member_is_kept_and_its_files_are_first_party() -> None:
    graph = graph_of(PNPM, PNPM_LINKS)
    assert graph.add_name("u", "src")
    assert graph.closure().packages == ()
    assert graph.closure().links == ("node_modules/u",)


def test_files_and_links_that_are_kept() -> None:
    graph = graph_of(PNPM, PNPM_LINKS)
    graph.add_name("a", "src")
    paths = [
        f"{STORE}/a@1/node_modules/a/lib/x.js",
        f"{STORE}/h@1/node_modules/h/index.js",
        f"{STORE}/lock.yaml",
        "node_modules/.bin/a",
        "node_modules/a",
        "node_modules/u",
    ]
    assert list(kept_paths(paths, graph.closure())) == [paths[0], paths[4]]


@pytest.mark.parametrize(
    "path, directory",
    [
        ("src/a.js", None),
        ("node_modules/a/b/c.js", "node_modules/a"),
        ("node_modules/@s/a/c.js", "node_modules/@s/a"),
        ("x/node_modules/a/node_modules/b", "x/node_modules/a/node_modules/b"),
        ("node_modules/.bin/a", None),
        ("node_modules/.package-lock.json", None),
        ("node_modules/@s", None),
        ("node_modules", None),
    ],
)
def test_package_directories(path: str, directory: str | None) -> None:
    assert package_directory(path) == directory
