"""A set of files, directories and symbolic links to resolve modules in, wherever they come from."""

from __future__ import annotations

import posixpath
from typing import Iterable, Mapping, Protocol

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.package_json import PackageJson


class FileView(Protocol):
    """All paths are relative to the build root, in POSIX form; the root itself is the empty string."""

    def is_file(self, path: str) -> bool: ...

    def is_directory(self, path: str) -> bool: ...

    def real_path(self, path: str) -> str: ...

    def package_json(self, directory: str) -> PackageJson | None: ...


class LinkCycleError(PkgRulesError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"The symbolic link `{path}` leads back to itself, so the file it stands for cannot be found. "
            "Install the dependencies anew, or remove the link."
        )


class TreeView:
    """A view of given names; a path that goes through links is found below what they point to."""

    def __init__(
        self,
        files: Iterable[str],
        package_jsons: Iterable[PackageJson] = (),
        links: Mapping[str, str] | None = None,
    ) -> None:
        """`links` maps the path of each link to its target, relative to the build root too."""
        self._links = dict(links or {})
        self._package_jsons = {package.directory: package for package in package_jsons}
        self._files = {*files, *(package.path for package in self._package_jsons.values())}
        self._directories = {""}
        for path in (*self._files, *self._links):
            self._add_parents(path)
        self._real_directories: dict[str, str] = {"": ""}

    def _add_parents(self, path: str) -> None:
        parent = posixpath.dirname(path)
        while parent not in self._directories:
            self._directories.add(parent)
            parent = posixpath.dirname(parent)

    def is_file(self, path: str) -> bool:
        return path in self._files or self.real_path(path) in self._files

    def is_directory(self, path: str) -> bool:
        return path in self._directories or self.real_path(path) in self._directories

    def package_json(self, directory: str) -> PackageJson | None:
        found = self._package_jsons.get(directory)
        return found or self._package_jsons.get(self.real_path(directory))

    def real_path(self, path: str) -> str:
        if not self._links:
            return path
        return self._real_path(path, frozenset())

    def _real_path(self, path: str, passed: frozenset[str]) -> str:
        """The parent is resolved first and remembered, so the cost does not grow with the number of links."""
        parent, name = posixpath.split(path)
        real_parent = self._real_directories.get(parent)
        if real_parent is None:
            real_parent = self._real_path(parent, passed)
            self._real_directories[parent] = real_parent
        candidate = posixpath.join(real_parent, name)
        target = self._links.get(candidate)
        if target is None:
            return candidate
        if candidate in passed:
            raise LinkCycleError(candidate)
        return self._real_path(target, passed | {candidate})
