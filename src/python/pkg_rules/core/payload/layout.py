"""Numbers the directories and entries of a tree in the order in which the index holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pkg_rules.core.payload.format import NOTHING, ModuleFormat
from pkg_rules.core.payload.model import DirectoryNode, FileNode, SymlinkNode
from pkg_rules.core.payload.module_formats import (
    is_package_scope,
    javascript_name,
    module_format,
    package_type,
)


@dataclass(frozen=True)
class LaidOutDirectory:
    parent: int
    first_entry: int
    entry_count: int
    own_entry: int
    # The nearest directory with a package.json, at or above; nothing counts from below `node_modules` to above it.
    scope: int


@dataclass(frozen=True)
class LaidOutEntry:
    path: str
    node: DirectoryNode | FileNode | SymlinkNode
    # The number of a directory, NOTHING for everything else.
    directory: int
    module_format: ModuleFormat


@dataclass(frozen=True)
class Layout:
    directories: tuple[LaidOutDirectory, ...]
    # The entries of one directory follow each other, sorted by the bytes of their names.
    entries: tuple[LaidOutEntry, ...]

    def names(self) -> tuple[bytes, list[tuple[int, int]]]:
        """The names section, where a NUL separates the names of one directory, and the slice of each directory."""
        parts: list[bytes] = []
        slices: list[tuple[int, int]] = []
        offset = 0
        for directory in self.directories:
            entries = self.entries[
                directory.first_entry : directory.first_entry + directory.entry_count
            ]
            joined = "\0".join(entry.path.rpartition("/")[2] for entry in entries).encode()
            slices.append((offset, len(joined)))
            parts.append(joined)
            offset += len(joined)
        return b"".join(parts), slices

    def targets(self) -> tuple[bytes, dict[int, int]]:
        """The targets section and the offset of each symlink's target in it, by entry number."""
        parts: list[bytes] = []
        offsets: dict[int, int] = {}
        offset = 0
        for number, entry in enumerate(self.entries):
            if isinstance(entry.node, SymlinkNode):
                target = entry.node.target.encode()
                offsets[number] = offset
                parts.append(target)
                offset += len(target)
        return b"".join(parts), offsets

    def content_order(self) -> Iterator[int]:
        """All entries, depth first: files that are used together are near each other, so reading ahead pays."""
        yield from self._content_order(0)

    def _content_order(self, number: int) -> Iterator[int]:
        directory = self.directories[number]
        entries = range(directory.first_entry, directory.first_entry + directory.entry_count)
        yield from entries
        for entry in entries:
            if self.entries[entry].directory != NOTHING:
                yield from self._content_order(self.entries[entry].directory)


@dataclass(frozen=True)
class _Pending:
    path: str
    node: DirectoryNode
    parent: int
    own_entry: int
    scope: int
    package_type: str | None


def lay_out(tree: DirectoryNode, compiled: Collection[str] = ()) -> Layout:
    """`compiled` are the paths of files in whose place there is bytecode, which is never TypeScript any more."""
    directories: list[LaidOutDirectory] = []
    entries: list[LaidOutEntry] = []
    queue = [_Pending("", tree, NOTHING, NOTHING, NOTHING, None)]
    while len(directories) < len(queue):
        number = len(directories)
        pending = queue[number]
        scope, declared_type = _scope(pending, number)
        directories.append(
            LaidOutDirectory(
                pending.parent, len(entries), len(pending.node.children), pending.own_entry, scope
            )
        )
        for name in sorted(pending.node.children, key=str.encode):
            child = pending.node.children[name]
            path = f"{pending.path}/{name}" if pending.path else name
            directory, format_of_file = NOTHING, ModuleFormat.NONE
            if isinstance(child, DirectoryNode):
                directory = len(queue)
                queue.append(_Pending(path, child, number, len(entries), scope, declared_type))
            elif isinstance(child, FileNode):
                format_of_file = module_format(
                    javascript_name(name) if path in compiled else name, declared_type
                )
            entries.append(LaidOutEntry(path, child, directory, format_of_file))
    return Layout(tuple(directories), tuple(entries))


def _scope(pending: _Pending, number: int) -> tuple[int, str | None]:
    if pending.path.rpartition("/")[2] == "node_modules":
        return NOTHING, None
    if not is_package_scope(pending.node):
        return pending.scope, pending.package_type
    package_json = pending.node.children["package.json"]
    assert isinstance(package_json, FileNode)
    return number, package_type(package_json)
