"""Which installed packages a program can reach: the walk over `node_modules` that Node.js would do, done beforehand.

It works on the tree that the package manager made, so nested versions, peers, hoisting, aliases and links are right for
every package manager without knowing how it lays packages out.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, Mapping

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.package_paths import NODE_MODULES, package_directory
from pkg_rules.core.trace.file_view import FileView


@dataclass(frozen=True, order=True)
class InstalledPackage:
    """`path` is the real directory, relative to the build root."""

    name: str
    version: str
    path: str
    license: str = ""
    is_private: bool = False


@dataclass(frozen=True)
class Closure:
    """`packages` by path; `links` are the symbolic links on the way to them and to first-party packages."""

    packages: tuple[InstalledPackage, ...]
    links: tuple[str, ...]


class PackageGraph:
    """Collects packages from roots; each package is looked at once."""

    def __init__(self, view: FileView, links: Mapping[str, str]) -> None:
        self._view = view
        self._all_links = links
        self._packages: dict[str, InstalledPackage] = {}
        self._links: set[str] = set()

    def add_name(self, name: str, directory: str, until: Callable[[str], bool] | None = None) -> bool:
        """Adds what Node.js finds under a name from a directory, and all that it needs; False if there is none.

        `until` says of a real directory whether the search ends there; the first one ends it otherwise.
        """
        found = False
        for candidate in self._candidates(name, directory):
            found = True
            real = self._add(candidate)
            if until is None or until(real):
                break
        return found

    def add_directory(self, directory: str) -> None:
        self._add(directory)

    def add_links(self, directory: str) -> None:
        """Adds the links on the way to a directory, but not the package in it."""
        self._follow(directory)

    def closure(self) -> Closure:
        return Closure(
            tuple(self._packages[path] for path in sorted(self._packages)),
            tuple(sorted(self._links)),
        )

    def _candidates(self, name: str, directory: str) -> Iterator[str]:
        while True:
            if posixpath.basename(directory) != NODE_MODULES:
                candidate = posixpath.join(directory, NODE_MODULES, name)
                if self._view.is_directory(candidate):
                    yield candidate
            if not directory:
                return
            directory = posixpath.dirname(directory)

    def _add(self, path: str) -> str:
        real = self._follow(path)
        waiting = [real]
        while waiting:
            directory = waiting.pop()
            if directory in self._packages or package_directory(directory) != directory:
                # First-party packages come with their own files, whose imports are looked at one by one.
                continue
            package = self._view.package_json(directory)
            self._packages[directory] = _installed(directory, package)
            for name in package.production_dependencies if package else ():
                candidate = next(self._candidates(name, directory), None)
                # Optional and peer dependencies need not be there, and then Node.js does not find them either.
                if candidate is not None:
                    waiting.append(self._follow(candidate))
        return real

    def _follow(self, path: str) -> str:
        """The real path; the links that lead to it are remembered."""
        while True:
            parent, name = posixpath.split(path)
            here = posixpath.join(self._view.real_path(parent), name)
            target = self._all_links.get(here)
            if target is None:
                return here
            self._links.add(here)
            path = target


def _installed(directory: str, package: PackageJson | None) -> InstalledPackage:
    name = directory.rpartition(f"{NODE_MODULES}/")[2]
    if package is None:
        return InstalledPackage(name, "", directory)
    return InstalledPackage(
        package.name or name,
        package.version or "",
        directory,
        package.license,
        package.is_private,
    )


def kept_paths(paths: Iterable[str], closure: Closure) -> Iterator[str]:
    """Of all installed files and links those that belong to a package of the closure or lead to one."""
    directories = {package.path for package in closure.packages}
    links = set(closure.links)
    for path in paths:
        if path in links or package_directory(path) in directories:
            yield path
