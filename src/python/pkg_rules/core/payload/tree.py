"""Lays the roots of a plan over each other to one tree, and refuses what a payload cannot hold."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator

from pkg_rules.core.payload.errors import (
    EntryPointError,
    PlanError,
    TreeConflictError,
    UnsupportedFileError,
)
from pkg_rules.core.payload.model import DirectoryNode, FileNode, Root, SymlinkNode

_COMPARE_CHUNK = 1 << 20


def read_tree(roots: Iterable[Root]) -> DirectoryNode:
    """The union of all roots. Equal files may meet at one path, anything else that meets is an error."""
    tree = DirectoryNode()
    for root in roots:
        mount = _directory_at(tree, root.prefix)
        if not os.path.isdir(root.directory):
            raise PlanError(f"The root directory `{root.directory}` does not exist.")
        _merge_directory(mount, root.directory, root.prefix)
    for path, link in _symlinks(tree, ""):
        _check_symlink(path, link)
    return tree


def find_entry_point(tree: DirectoryNode, path: str) -> FileNode:
    """The file that `path` names, without following symlinks: `__filename` of the program is this very path."""
    node: DirectoryNode | FileNode | SymlinkNode = tree
    for part in path.split("/"):
        child = node.children.get(part) if isinstance(node, DirectoryNode) else None
        if child is None:
            raise EntryPointError(
                f"The entry point `{path}` is not among the files to package. Without it the executable has nothing"
                " to run. Check its spelling, and that a target which owns it is among the dependencies."
            )
        node = child
    if not isinstance(node, FileNode):
        raise EntryPointError(
            f"The entry point `{path}` is a {_describe(node)}, not a file. Name the JavaScript file to run."
        )
    return node


def _directory_at(tree: DirectoryNode, prefix: str) -> DirectoryNode:
    node = tree
    for part in prefix.split("/") if prefix else ():
        if part in ("", ".", ".."):
            raise PlanError(f"The prefix `{prefix}` is not a plain relative path.")
        child = node.children.setdefault(part, DirectoryNode())
        if not isinstance(child, DirectoryNode):
            raise TreeConflictError(
                f"The prefix `{prefix}` of a root leads through `{part}`, which is a {_describe(child)} in another root."
            )
        node = child
    return node


def _merge_directory(into: DirectoryNode, directory: str, prefix: str) -> None:
    with os.scandir(directory) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = f"{prefix}/{entry.name}" if prefix else entry.name
        _check_name(entry.name, path)
        existing = into.children.get(entry.name)
        if entry.is_symlink():
            node = SymlinkNode(os.readlink(entry.path).replace(os.sep, "/"))
            if existing is None:
                into.children[entry.name] = node
            elif existing != node:
                raise _conflict(path, existing, node)
        elif entry.is_dir():
            if existing is None:
                existing = into.children[entry.name] = DirectoryNode()
            elif not isinstance(existing, DirectoryNode):
                raise _conflict(path, existing, DirectoryNode())
            _merge_directory(existing, entry.path, path)
        else:
            into.children[entry.name] = _merge_file(existing, entry, path)


def _merge_file(
    existing: DirectoryNode | FileNode | SymlinkNode | None, entry: os.DirEntry[str], path: str
) -> FileNode:
    status = entry.stat()
    if not stat.S_ISREG(status.st_mode):
        raise UnsupportedFileError(
            f"`{path}` is neither a file nor a directory nor a symlink, so a payload cannot hold it. Remove it from"
            " the sources."
        )
    node = FileNode(entry.path, status.st_size, bool(status.st_mode & stat.S_IXUSR))
    if existing is None:
        return node
    if not isinstance(existing, FileNode) or not _same_content(existing, node):
        raise _conflict(path, existing, node)
    return FileNode(existing.source, existing.size, existing.executable or node.executable)


def _same_content(one: FileNode, other: FileNode) -> bool:
    if one.size != other.size:
        return False
    with open(one.source, "rb") as first, open(other.source, "rb") as second:
        while True:
            chunk = first.read(_COMPARE_CHUNK)
            if chunk != second.read(_COMPARE_CHUNK):
                return False
            if not chunk:
                return True


def _check_name(name: str, path: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise UnsupportedFileError(
            f"The name of {path!r} is not valid UTF-8, and JavaScript strings cannot name it. Rename the file."
        ) from error


def _symlinks(node: DirectoryNode, prefix: str) -> Iterator[tuple[str, SymlinkNode]]:
    for name, child in node.children.items():
        path = f"{prefix}/{name}" if prefix else name
        if isinstance(child, SymlinkNode):
            yield path, child
        elif isinstance(child, DirectoryNode):
            yield from _symlinks(child, path)


def _check_symlink(path: str, link: SymlinkNode) -> None:
    depth = path.count("/")
    if link.target.startswith("/") or (len(link.target) > 1 and link.target[1] == ":"):
        depth = -1
    for part in link.target.split("/"):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        if depth < 0:
            raise UnsupportedFileError(
                f"The symlink `{path}` points to `{link.target}`, which is outside of the packaged tree and will not"
                " exist where the executable runs. Make it relative and keep its target among the packaged files."
            )


def _conflict(
    path: str,
    existing: DirectoryNode | FileNode | SymlinkNode,
    other: DirectoryNode | FileNode | SymlinkNode,
) -> TreeConflictError:
    if isinstance(existing, FileNode) and isinstance(other, FileNode):
        return TreeConflictError(
            f"Two different files are to be packaged as `{path}`: `{existing.source}` ({existing.size} bytes) and"
            f" `{other.source}` ({other.size} bytes). Only one can be in the executable; remove one of them from the"
            " dependencies."
        )
    return TreeConflictError(
        f"`{path}` is a {_describe(existing)} in one source of files and a {_describe(other)} in another. Only one can"
        " be in the executable; remove one of them from the dependencies."
    )


def _describe(node: DirectoryNode | FileNode | SymlinkNode) -> str:
    if isinstance(node, DirectoryNode):
        return "directory"
    return "file" if isinstance(node, FileNode) else f"symlink to `{node.target}`"
