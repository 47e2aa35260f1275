"""The lock file: read, written back, refused with the place of what is wrong; and what is looked up in it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pkg_rules.core.node_lock import NodeLockError
from pkg_rules.core.node_lock_file import parse_node_lock, render_node_lock

LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"
SHA = "0123456789abcdef" * 4

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "node": [
        {
            "version": "24.21.0",
            "platform": "linux",
            "arch": "x64",
            "executable": {"path": "bin/node", "sha256": SHA, "size": 10},
            "sources": [
                {"kind": "npm", "name": "n", "version": "24.21.0", "member": "package/bin/node", "sha256": SHA, "size": 9},
                {"kind": "dist", "path": "v24.21.0/x.tar.gz", "member": "x/bin/node"},
            ],
        }
    ],
    "packages": [
        {"name": "npm", "version": version, "sources": [{"kind": "npm", "name": "npm", "version": version, "sha256": SHA, "size": 9}]}
        for version in ("9.10.0", "10.9.0", "9.2.0")
    ],
    "wheels": [],
}


def test_the_lock_of_this_repository_is_complete_and_as_we_would_write_it() -> None:
    text = LOCK.read_text("utf-8")
    lock = parse_node_lock(text, LOCK.name)
    assert render_node_lock(lock) == text
    pinned = {(entry.version.split(".")[0], entry.platform, entry.arch) for entry in lock.nodes()}
    official = [("linux", "x64"), ("linux", "arm64"), ("macos", "x64"), ("macos", "arm64"), ("win", "x64"), ("win", "arm64")]
    missing = {(major, *build) for major in ("22", "24", "26") for build in official} - pinned
    # No registry carries Node.js 24 for this one.
    assert missing == {("24", "win", "arm64")}
    # What is prepared for another platform needs the same version where builds run.
    versions = {entry.version for entry in lock.nodes()}
    assert versions == {entry.version for entry in lock.nodes() if (entry.platform, entry.arch) == ("linux", "x64")}
    assert len(lock.wheels("lief", "linux", "x64")) == 4


def test_no_host_is_named() -> None:
    assert "//" not in LOCK.read_text("utf-8")


def test_entries_are_sorted_whatever_their_order_was() -> None:
    rendered = json.loads(render_node_lock(parse_node_lock(json.dumps(DOCUMENT), "lock")))
    assert [entry["version"] for entry in rendered["packages"]] == ["9.2.0", "9.10.0", "10.9.0"]


@pytest.mark.parametrize(
    ("prefix", "version"), [("", "10.9.0"), ("9", "9.10.0"), ("9.2", "9.2.0"), ("10.9.0", "10.9.0")]
)
def test_the_newest_package_with_a_prefix(prefix: str, version: str) -> None:
    assert parse_node_lock(json.dumps(DOCUMENT), "lock").package("npm", prefix).version == version


def test_packages_that_are_not_pinned() -> None:
    with pytest.raises(NodeLockError) as error:
        parse_node_lock(json.dumps(DOCUMENT), "lock").package("npm", "1")
    assert str(error.value) == (
        "The package `npm` 1 is not pinned in `lock`.\n\nPinned are:\n"
        "  * npm 9.2.0\n  * npm 9.10.0\n  * npm 10.9.0\n\n"
        "Add it to `[node-distributions].packages` and run `./pants refresh-node-lock`."
    )


def test_a_node_that_is_not_pinned() -> None:
    with pytest.raises(NodeLockError) as error:
        parse_node_lock(json.dumps(DOCUMENT), "lock").node("24.21.0", "win", "x64")
    assert str(error.value) == (
        "Node.js `24.21.0` for `win-x64` is not pinned in `lock`, so there is nothing that its download could be checked "
        "against.\n\nPinned are:\n  * 24.21.0 for linux-x64\n\n"
        "Use one of these, or pin it: add it to `[node-distributions].versions` and run `./pants refresh-node-lock`, or "
        "add an entry with a source of kind `url` by hand for an executable that no registry carries."
    )


def wrong(where: str, what: str) -> str:
    return (
        f"The lock file `lock` is wrong at `{where}`: it {what}. A pin that cannot be read protects nothing, so the file "
        "is refused as a whole. Mend that place, or run `./pants refresh-node-lock`."
    )


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["schema"], 2, wrong("schema", "is `2`, this version reads `1`")),
        (["extra"], 1, wrong("the file.extra", "is not a known field")),
        (["node"], {}, wrong("node", "must be a list")),
        (["node", 0], "x", wrong("node[0]", "must be an object")),
        (["node", 0, "version"], "24", wrong("node[0].version", "is wrong: `24` is not a Node.js version such as `24.21.0`")),
        (["node", 0, "platform"], "lin", wrong("node[0].platform", "must be one of linux, alpine, linuxstatic, macos, win")),
        (["node", 0, "arch"], 1, wrong("node[0].arch", "must be a non-empty string")),
        (["node", 0, "executable"], None, wrong("node[0].executable", "must be an object")),
        (["node", 0, "executable", "sha256"], SHA.upper(), wrong("node[0].executable.sha256", "must be 64 lower-case hex digits")),
        (["node", 0, "executable", "size"], True, wrong("node[0].executable.size", "must be a positive number of bytes")),
        (["node", 0, "sources"], [], wrong("node[0].sources", "must be a non-empty list")),
        (["node", 0, "sources", 0, "kind"], "ftp", wrong("node[0].sources[0].kind", "is `ftp`, known are npm, pypi, dist, url")),
        (["node", 0, "sources", 1, "name"], "x", wrong("node[0].sources[1].name", "is not a known field")),
        (["packages", 0, "sources", 0, "size"], 0, wrong("packages[0].sources[0].size", "must be a positive number of bytes")),
        (["packages", 1, "version"], "9.10.0", wrong("npm 9.10.0", "is pinned twice")),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path: list, value: Any, message: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(NodeLockError) as error:
        parse_node_lock(json.dumps(document), "lock")
    assert str(error.value) == message


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"'])
def test_files_that_are_no_lock_at_all(text: str) -> None:
    with pytest.raises(NodeLockError, match="The lock file `lock` is "):
        parse_node_lock(text, "lock")
