"""What TypeScript and bundlers find under a name where Node.js finds nothing: used for sources that are built first."""

from __future__ import annotations

import posixpath
from typing import Iterator

from pkg_rules.core.trace.file_view import FileView

_SWAPPED_EXTENSIONS = {
    ".js": (".ts", ".tsx", ".jsx"),
    ".jsx": (".tsx",),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
}
_ADDED_EXTENSIONS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".d.ts")


def find_as_bundler(specifier: str, importer: str, view: FileView) -> str | None:
    """The file that a relative name stands for when extensions may be left out or be those of the output."""
    if not (specifier in (".", "..") or specifier.startswith(("./", "../"))):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
    if path.startswith("../"):
        return None
    for candidate in _candidates("" if path == "." else path):
        if view.is_file(candidate):
            return view.real_path(candidate)
    return None


def _candidates(path: str) -> Iterator[str]:
    yield path
    stem, extension = posixpath.splitext(path)
    for swapped in _SWAPPED_EXTENSIONS.get(extension, ()):
        yield stem + swapped
    for added in _ADDED_EXTENSIONS:
        yield path + added
    for added in _ADDED_EXTENSIONS:
        yield posixpath.join(path, "index" + added)
