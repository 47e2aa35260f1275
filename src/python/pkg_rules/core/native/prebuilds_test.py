"""Which of several prebuilt addons a package gets, as node-gyp-build itself decides, and that the choice is fixed."""

from __future__ import annotations

import json
import posixpath
from pathlib import Path
from typing import Mapping

import pytest

from pkg_rules.core.native.images_for_tests import elf
from pkg_rules.core.native.node_facts import AddonHost
from pkg_rules.core.native.prebuilds import choose_file, choose_folder
from pkg_rules.core.native.resolve import resolve_native_code
from pkg_rules.core.native.tree_images import files_of
from pkg_rules.core.payload.model import DirectoryNode, Root, SymlinkNode
from pkg_rules.core.payload.tree import read_tree

LINUX, ALPINE, WINDOWS, MACOS, ARM64, ARMV7 = (
    AddonHost("22.23.2", platform, arch, 127, "", frozenset())
    for platform, arch in (
        ("linux", "x64"),
        ("alpine", "x64"),
        ("win", "x64"),
        ("macos", "arm64"),
        ("linux", "arm64"),
        ("linux", "armv7"),
    )
)
PACKAGE = "app/node_modules/hash"


@pytest.mark.parametrize(
    ("facts", "names", "chosen"),
    [
        (LINUX, ["linux-x64", "linux-arm64", "win32-x64"], "linux-x64"),
        (ALPINE, ["linux-x64", "win32-x64"], "linux-x64"),
        (WINDOWS, ["win-x64", "win32-x64"], "win32-x64"),
        (MACOS, ["darwin-x64+arm64", "darwin-arm64"], "darwin-arm64"),
        (MACOS, ["darwin-x64+arm64"], "darwin-x64+arm64"),
        (ARMV7, ["linux-arm", "linux-arm64"], "linux-arm"),
        (LINUX, ["linux-x64-musl", "linux", "readme.md"], None),
    ],
)
def test_folders(facts: AddonHost, names: list[str], chosen: str | None) -> None:
    assert choose_folder(names, facts) == chosen


@pytest.mark.parametrize(
    ("facts", "names", "chosen"),
    [
        (LINUX, ["a.glibc.node", "a.musl.node"], "a.glibc.node"),
        (ALPINE, ["a.glibc.node", "a.musl.node"], "a.musl.node"),
        (WINDOWS, ["argon2.glibc.node"], "argon2.glibc.node"),
        (LINUX, ["node.napi.node", "node.abi127.node", "node.abi115.node"], "node.abi127.node"),
        (LINUX, ["node.napi.node", "node.abi115.node"], "node.napi.node"),
        (LINUX, ["a.node", "node.napi.node"], "node.napi.node"),
        (LINUX, ["electron.napi.node", "a.napi.node"], "a.napi.node"),
        (LINUX, ["a.napi.node", "a.napi.glibc.node"], "a.napi.glibc.node"),
        (ARM64, ["a.armv7.node", "a.armv8.node"], "a.armv8.node"),
        (ARMV7, ["a.armv6.node", "a.armv7.node"], "a.armv7.node"),
        (LINUX, ["one.node", "two.node"], "one.node"),
        (LINUX, ["electron.node", "a.abi115.node"], None),
        (LINUX, ["a.uv1.node", "a.node"], None),
        (LINUX, [], None),
    ],
)
def test_files(facts: AddonHost, names: list[str], chosen: str | None) -> None:
    assert choose_file(names, facts) == chosen


def resolved(folder: Path, files: Mapping[str, bytes], dependency: str = "node-gyp-build") -> DirectoryNode:
    package = {"name": "hash", "dependencies": {dependency: "^4.0.0"}}
    for name, content in {"package.json": json.dumps(package).encode(), **files}.items():
        (folder / PACKAGE / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / PACKAGE / name).write_bytes(content)
    tree = read_tree([Root(str(folder), "")])
    resolve_native_code(tree, LINUX)
    return tree


def addons(tree: DirectoryNode) -> list[str]:
    return [posixpath.relpath(path, PACKAGE) for path in files_of(tree) if path.endswith(".node")]


def links(node: DirectoryNode, prefix: str = "") -> dict[str, str]:
    found = {}
    for name, child in node.children.items():
        if isinstance(child, DirectoryNode):
            found.update(links(child, f"{prefix}{name}/"))
        elif isinstance(child, SymlinkNode):
            found[f"{prefix}{name}"] = child.target
    return found


VARIANTS = {
    f"prebuilds/linux-x64/{name}.node": elf(["libc.so.6"], "")
    for name in ("node.abi115", "node.abi127", "node.napi")
}


def test_the_chosen_one_is_where_it_is_looked_for_first(tmp_path: Path) -> None:
    tree = resolved(tmp_path, VARIANTS)
    assert addons(tree) == ["prebuilds/linux-x64/node.abi127.node"]
    assert links(tree) == {
        f"{PACKAGE}/build/Release/node.abi127.node": "../../prebuilds/linux-x64/node.abi127.node"
    }


def test_other_loaders_and_own_builds_are_left_alone(tmp_path: Path) -> None:
    tree = resolved(tmp_path / "other", VARIANTS, "bindings")
    assert (addons(tree), links(tree)) == (sorted(VARIANTS), {})
    own = {"build/Release/hash.node": elf(["libc.so.6"], "")}
    tree = resolved(tmp_path / "own", {**VARIANTS, **own})
    assert (addons(tree), links(tree)) == (["build/Release/hash.node", *sorted(VARIANTS)], {})
