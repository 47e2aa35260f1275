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

from pkg_rules.core.native.images import NativeImage
from pkg_rules.core.native.tree_images import ADDON_EXTENSION, TreeImages, files_of
from pkg_rules.core.payload.model import DirectoryNode

METADATA_KEY = "native_bundles"


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


def metadata_of(bundles: Mapping[str, NativeBundle]) -> tuple[tuple[str, str], ...]:
    """What the payload says about the bundles: at most one pair of key and JSON."""
    if not bundles:
        return ()
    shown = {path: bundle.to_json() for path, bundle in bundles.items()}
    return ((METADATA_KEY, json.dumps(shown, sort_keys=True, separators=(",", ":"))),)


def native_bundles(tree: DirectoryNode, images: TreeImages) -> Mapping[str, NativeBundle]:
    """The bundle of each addon of a tree by the addon's path; files that are no native code despite their name have none.

    Raises NativeImageError for a damaged one.
    """
    return {
        path: _bundle(images, path)
        for path in files_of(tree)
        if path.endswith(ADDON_EXTENSION) and images.read(path) is not None
    }


def _bundle(images: TreeImages, addon: str) -> NativeBundle:
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
