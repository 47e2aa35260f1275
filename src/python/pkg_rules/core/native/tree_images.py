"""The native code among the files of a payload, each file read once."""

from __future__ import annotations

import hashlib
import posixpath
from typing import Iterator

from pkg_rules.core.native.images import MAGIC_SIZE, MAGICS, NativeImage, read_image
from pkg_rules.core.payload.model import DirectoryNode, FileNode, SymlinkNode

ADDON_EXTENSION = ".node"
_MOST_LINKS = 40


def files_of(node: DirectoryNode, prefix: str = "") -> Iterator[str]:
    """The paths of all files, in their order."""
    for name, child in sorted(node.children.items()):
        path = f"{prefix}/{name}" if prefix else name
        if isinstance(child, DirectoryNode):
            yield from files_of(child, path)
        elif isinstance(child, FileNode):
            yield path


class TreeImages:
    """Finds files through symlinks, and reads what they are."""

    def __init__(self, tree: DirectoryNode) -> None:
        self._tree = tree
        self._known: dict[str, tuple[NativeImage | None, int, str]] = {}

    def find(self, path: str) -> str | None:
        """The real path of a file, or None."""
        return self._follow(path, 0)

    def is_native(self, real: str) -> bool:
        """Whether it begins like native code, so that it is worth to be read."""
        if real in self._known:
            return self._known[real][0] is not None
        with open(self._node(real).source, "rb") as file:
            return file.read(MAGIC_SIZE).startswith(MAGICS)

    def read(self, real: str) -> NativeImage | None:
        """None for what is no native code. Raises NativeImageError for what is damaged."""
        return self._facts(real)[0]

    def facts(self, real: str) -> tuple[int, str]:
        """Size in bytes and sha256."""
        return self._facts(real)[1:]

    def _facts(self, real: str) -> tuple[NativeImage | None, int, str]:
        if real not in self._known:
            with open(self._node(real).source, "rb") as file:
                content = file.read()
            self._known[real] = (
                read_image(content, real),
                len(content),
                hashlib.sha256(content).hexdigest(),
            )
        return self._known[real]

    def _node(self, real: str) -> FileNode:
        node: DirectoryNode | FileNode | SymlinkNode | None = self._tree
        for part in real.split("/"):
            node = node.children.get(part) if isinstance(node, DirectoryNode) else None
        assert isinstance(node, FileNode), f"{real} was found as a file"
        return node

    def _follow(self, path: str, links: int) -> str | None:
        parts = path.split("/")
        node: DirectoryNode | FileNode | SymlinkNode | None = self._tree
        for number, part in enumerate(parts):
            node = node.children.get(part) if isinstance(node, DirectoryNode) else None
            if isinstance(node, SymlinkNode):
                if links >= _MOST_LINKS:
                    return None
                target = posixpath.join(*parts[:number], node.target, *parts[number + 1 :])
                return self._follow(posixpath.normpath(target), links + 1)
        return path if isinstance(node, FileNode) else None
