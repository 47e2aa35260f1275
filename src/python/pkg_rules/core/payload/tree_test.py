"""Which trees a payload can hold, and what is said about the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pkg_rules.core.payload.errors import (
    EntryPointError,
    PlanError,
    TreeConflictError,
    UnsupportedFileError,
)
from pkg_rules.core.payload.model import FileNode, Root
from pkg_rules.core.payload.tree import find_entry_point, read_tree
from pkg_rules.core.payload.trees_for_tests import Link, Tree, write_tree


def test_different_files_at_one_path(tmp_path: Path) -> None:
    write_tree(tmp_path / "a", {"x/f.js": b"one"})
    write_tree(tmp_path / "b", {"f.js": b"three"})

    with pytest.raises(TreeConflictError) as caught:
        read_tree([Root(str(tmp_path / "a"), "app"), Root(str(tmp_path / "b"), "app/x")])

    assert str(caught.value) == (
        f"Two different files are to be packaged as `app/x/f.js`: `{tmp_path}/a/x/f.js` (3 bytes) and"
        f" `{tmp_path}/b/f.js` (5 bytes). Only one can be in the executable; remove one of them from the dependencies."
    )


def test_files_of_one_size_are_compared(tmp_path: Path) -> None:
    write_tree(tmp_path / "a", {"f.js": b"one"})
    write_tree(tmp_path / "b", {"f.js": b"two"})

    with pytest.raises(TreeConflictError):
        read_tree([Root(str(tmp_path / "a"), ""), Root(str(tmp_path / "b"), "")])


@pytest.mark.parametrize(
    "one, other, what",
    [
        ({"x": b""}, {"x/y": b""}, "a file in one source of files and a directory in another"),
        ({"x/y": b""}, {"x": b""}, "a directory in one source of files and a file in another"),
        (
            {"x": Link("a")},
            {"x": Link("b")},
            "a symlink to `a` in one source of files and a symlink to `b` in another",
        ),
        (
            {"x": Link("a")},
            {"x": b""},
            "a symlink to `a` in one source of files and a file in another",
        ),
    ],
)
def test_different_kinds_at_one_path(one: Tree, other: Tree, what: str, tmp_path: Path) -> None:
    write_tree(tmp_path / "a", one)
    write_tree(tmp_path / "b", other)

    with pytest.raises(TreeConflictError) as caught:
        read_tree([Root(str(tmp_path / "a"), ""), Root(str(tmp_path / "b"), "")])

    assert str(caught.value) == (
        f"`x` is {what}. Only one can be in the executable; remove one of them from the dependencies."
    )


@pytest.mark.parametrize(
    "path, target",
    [
        ("l", ".."),
        ("a/l", "../../x"),
        ("a/b/l", "../../../x"),
        ("l", "/etc/passwd"),
        ("l", "a/../../x"),
    ],
)
def test_links_that_leave_the_tree(path: str, target: str, tmp_path: Path) -> None:
    write_tree(tmp_path / "a", {path: Link(target)})

    with pytest.raises(UnsupportedFileError) as caught:
        read_tree([Root(str(tmp_path / "a"), "")])

    assert str(caught.value) == (
        f"The symlink `{path}` points to `{target}`, which is outside of the packaged tree and will not exist where"
        " the executable runs. Make it relative and keep its target among the packaged files."
    )


def test_links_may_lead_from_one_root_to_another(tmp_path: Path) -> None:
    write_tree(tmp_path / "packages", {"lib/index.js": b""})
    write_tree(tmp_path / "links", {"lib": Link("../../packages/lib")})

    tree = read_tree(
        [
            Root(str(tmp_path / "packages"), "packages"),
            Root(str(tmp_path / "links"), "app/node_modules"),
        ]
    )

    assert sorted(tree.children) == ["app", "packages"]


def test_what_is_no_file(tmp_path: Path) -> None:
    write_tree(tmp_path / "a", {"main.js": b""})
    os.mkfifo(tmp_path / "a/pipe")

    with pytest.raises(UnsupportedFileError) as caught:
        read_tree([Root(str(tmp_path / "a"), "app")])

    assert str(caught.value) == (
        "`app/pipe` is neither a file nor a directory nor a symlink, so a payload cannot hold it. Remove it from the"
        " sources."
    )


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    write_tree(tmp_path / "a", {"main.js": b""})
    (tmp_path / "a" / os.fsdecode(b"\xff.js")).write_bytes(b"")

    with pytest.raises(UnsupportedFileError) as caught:
        read_tree([Root(str(tmp_path / "a"), "")])

    assert str(caught.value) == (
        "The name of '\\udcff.js' is not valid UTF-8, and JavaScript strings cannot name it. Rename the file."
    )


@pytest.mark.parametrize("prefix", ["../x", "/x", "a//b", "a/./b"])
def test_prefixes_that_are_no_plain_paths(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        read_tree([Root(str(tmp_path), prefix)])

    assert str(caught.value) == f"The prefix `{prefix}` is not a plain relative path."


def test_missing_root(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as caught:
        read_tree([Root(str(tmp_path / "nope"), "")])

    assert str(caught.value) == f"The root directory `{tmp_path}/nope` does not exist."


def test_entry_point(tmp_path: Path) -> None:
    write_tree(tmp_path / "a", {"lib/main.js": b"", "link.js": Link("lib/main.js")})
    tree = read_tree([Root(str(tmp_path / "a"), "")])

    assert find_entry_point(tree, "lib/main.js") == FileNode(f"{tmp_path}/a/lib/main.js", 0, False)
    for path, problem in (
        ("nope.js", "is not among the files to package"),
        ("lib/main.js/x", "is not among the files to package"),
        ("lib", "is a directory, not a file"),
        ("link.js", "is a symlink to `lib/main.js`, not a file"),
    ):
        with pytest.raises(EntryPointError, match=f"The entry point `{path}` {problem}"):
            find_entry_point(tree, path)
