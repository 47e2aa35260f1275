"""Which files have to lie on a disk together so that a native addon can be loaded: itself and the libraries it finds.

The system's loader reads real files only. So an executable writes an addon, with the libraries that it reaches through
its own search paths, to a cache folder before it is loaded (prelude/src/native_cache.cjs). What belongs together, and
the hashes by which the cache is checked, are found here, when the executable is built.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from dataclasses import dataclass
from typing import Iterator, Mapping

from pkg_rules.core.native.images import NativeImage, read_image
from pkg_rules.core.payload.model import DirectoryNode, FileNode, SymlinkNode

ADDON_EXTENSION = ".node"
METADATA_KEY = "native_bundles"
_MOST_LINKS = 40


@dataclass(frozen=True)
class BundledFile:
    """`place` is its path below the folder of the bundle, `source` its path in the tree."""

    place: str
    source: str
    size: int
    sha256: str


@dataclass(frozen=True)
class NativeBundle:
    """`files` begins with the addon. Bundles with equal `id` hold equal files at equal places."""

    id: str
    files: tuple[BundledFile, ...]

    def to_json(self) -> Mapping[str, object]:
        return {
            "id": self.id,
            "files": [[file.place, file.source, file.size, file.sha256] for file in self.files],
        }


def native_metadata(tree: DirectoryNode) -> tuple[tuple[str, str], ...]:
    """What the payload says about the bundles: at most one pair of key and JSON."""
    bundles = {path: bundle.to_json() for path, bundle in native_bundles(tree).items()}
    if not bundles:
        return ()
    return ((METADATA_KEY, json.dumps(bundles, sort_keys=True, separators=(",", ":"))),)


def native_bundles(tree: DirectoryNode) -> Mapping[str, NativeBundle]:
    """The bundle of each addon of a tree by the addon's path; files that are no native code despite their name have none.

    Raises NativeImageError for a damaged one.
    """
    images = _Images(tree)
    bundles = {}
    for path in _addons(tree, ""):
        if images.read(path) is not None:
            bundles[path] = _bundle(images, path)
    return bundles


def _addons(node: DirectoryNode, prefix: str) -> Iterator[str]:
    for name, child in sorted(node.children.items()):
        path = f"{prefix}/{name}" if prefix else name
        if isinstance(child, DirectoryNode):
            yield from _addons(child, path)
        elif isinstance(child, FileNode) and name.endswith(ADDON_EXTENSION):
            yield path


def _bundle(images: _Images, addon: str) -> NativeBundle:
    # Place in the tree, as the loader will ask for it, to the real path in the tree.
    places = {addon: addon}
    waiting = [addon]
    while waiting:
        place = waiting.pop()
        image = images.read(places[place])
        for candidate in _wanted(image, place) if image is not None else ():
            real = images.find(candidate)
            if real is not None and candidate not in places:
                places[candidate] = real
                waiting.append(candidate)
    # Relative to what they share, so that programs which lay the same packages elsewhere share the bundle.
    root = posixpath.commonpath([posixpath.dirname(place) for place in places])
    files = [
        BundledFile(posixpath.relpath(place, root or "."), real, *images.facts(real))
        for place, real in places.items()
    ]
    listing = sorted((file.place, file.sha256) for file in files)
    text = "".join(f"{sha256}  {place}\n" for place, sha256 in listing)
    libraries = sorted(files[1:], key=lambda file: file.place)
    return NativeBundle(hashlib.sha256(text.encode()).hexdigest(), (files[0], *libraries))


def _wanted(image: NativeImage, place: str) -> Iterator[str]:
    """Where the loader of the system looks for the libraries of an image at `place`, as far as that is inside of the tree."""
    directory = posixpath.dirname(place)
    if image.format == "pe":
        for name in image.libraries:
            yield posixpath.join(directory, name)
        return
    searched = [
        path
        for path in (_relative_to(directory, path) for path in image.search_paths)
        if path is not None
    ]
    for name in image.libraries:
        own = _relative_to(directory, name)
        if own is not None:
            yield own
        elif name.startswith("@rpath/") or "/" not in name:
            for path in searched:
                yield posixpath.normpath(posixpath.join(path, name.replace("@rpath/", "", 1)))


def _relative_to(directory: str, path: str) -> str | None:
    """A path that begins with the place of the image, resolved; None for all others."""
    for variable in ("$ORIGIN", "${ORIGIN}", "@loader_path"):
        if path == variable or path.startswith(f"{variable}/"):
            found = posixpath.normpath(posixpath.join(directory, f".{path[len(variable):]}"))
            return None if found.startswith("../") or found == ".." else found
    return None


class _Images:
    """The files of a tree, found through symlinks, each read once."""

    def __init__(self, tree: DirectoryNode) -> None:
        self._tree = tree
        self._known: dict[str, tuple[NativeImage | None, int, str]] = {}

    def find(self, path: str) -> str | None:
        """The real path of a file, or None."""
        return self._follow(path, 0)

    def read(self, real: str) -> NativeImage | None:
        return self._facts(real)[0]

    def facts(self, real: str) -> tuple[int, str]:
        """Size in bytes and sha256."""
        return self._facts(real)[1:]

    def _facts(self, real: str) -> tuple[NativeImage | None, int, str]:
        if real not in self._known:
            node = self._node(real)
            assert isinstance(node, FileNode), f"{real} was found as a file"
            with open(node.source, "rb") as file:
                content = file.read()
            self._known[real] = (
                read_image(content, real),
                len(content),
                hashlib.sha256(content).hexdigest(),
            )
        return self._known[real]

    def _node(self, path: str) -> DirectoryNode | FileNode | SymlinkNode | None:
        node: DirectoryNode | FileNode | SymlinkNode | None = self._tree
        for part in path.split("/"):
            node = node.children.get(part) if isinstance(node, DirectoryNode) else None
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
