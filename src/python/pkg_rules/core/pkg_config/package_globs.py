"""Globs into `node_modules`: which installed files they stand for, and which packages have to come with them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Collection, Iterable, Iterator, Mapping

from pkg_rules.core.npm.installed import InstalledPackage, PackageGraph, kept_paths
from pkg_rules.core.npm.package_paths import package_directory
from pkg_rules.core.pkg_config.file_globs import FileGlobs
from pkg_rules.core.pkg_config.model import PkgConfig
from pkg_rules.core.trace.file_view import FileView

_CODE = (".js", ".cjs", ".mjs")


@dataclass(frozen=True)
class InstalledFiles:
    """The installed packages of a project: all files and links, with the view of them."""

    view: FileView
    files: Collection[str]
    links: Mapping[str, str]

    def visible(self, name: str) -> Iterator[tuple[str, str]]:
        """Files below the directories that are found under the name of a package, with their real paths.

        Package managers that share packages between projects put links there, through which globs look. What is below
        a hidden directory, e.g. `.pnpm`, are links of packages to one another.
        """
        for link in self.links:
            if "/." in link:
                continue
            if name and not link.endswith(f"node_modules/{name}"):
                continue
            real = self.view.real_path(link)
            yield from (
                (f"{link}{path[len(real):]}", path) for path in self.files if path.startswith(f"{real}/")
            )


@dataclass(frozen=True)
class AddedFiles:
    """`paths` are files and links of `node_modules` to add to the program; `unmatched` are pairs of a key of the
    configuration and a glob that stands for no installed file."""

    paths: tuple[str, ...]
    packages: tuple[InstalledPackage, ...]
    unmatched: tuple[tuple[str, str], ...]


def needs_installed_files(config: PkgConfig, packages: Iterable[InstalledPackage]) -> bool:
    parsed = _top_level(config)
    names = {package.name for package in packages}
    return any(globs.about_packages for _, globs in parsed) or any(
        name in names and (files.scripts or files.assets) for name, files in config.dictionary
    )


def added_files(
    config: PkgConfig, packages: Iterable[InstalledPackage], installed: InstalledFiles
) -> AddedFiles:
    """`packages` are those that the program has already, to which a dictionary applies.

    Code is of no use without what it imports, so with it comes its whole package and what that depends on; of other
    files only they themselves, with the package.json that makes them a package.
    """
    graph = PackageGraph(installed.view, installed.links)
    files: set[str] = set()
    unmatched: list[tuple[str, str]] = []
    real_paths = {path: path for path in installed.files}
    for key, globs in _top_level(config):
        for glob in globs.about_packages:
            seen = {**real_paths, **dict(installed.visible(_package_name(glob.root)))}
            found = globs.matching(glob, seen)
            if not found:
                unmatched.append((key, glob.text))
            _add(graph, files, key, {path: seen[path] for path in found})
    dictionary = dict(config.dictionary)
    for package in packages:
        entry = dictionary.get(package.name)
        if entry is None:
            continue
        for key, texts in (("scripts", entry.scripts), ("assets", entry.assets)):
            globs = FileGlobs.parse(texts, package.path, config.path)
            for glob in globs.wanted:
                found = globs.matching(glob, real_paths)
                _add(graph, files, key, {path: path for path in found})
    closure = graph.closure()
    everything = (*installed.files, *installed.links)
    beside = {posixpath.join(package_directory(path) or "", "package.json") for path in files}
    kept = {*kept_paths(everything, closure), *files, *(beside & set(installed.files))}
    return AddedFiles(tuple(sorted(kept)), closure.packages, tuple(unmatched))


def _add(graph: PackageGraph, files: set[str], key: str, found: Mapping[str, str]) -> None:
    """`found` are paths as the glob sees them, with the real ones."""
    for path, real in found.items():
        directory = package_directory(path)
        if directory is None:
            files.add(real)
        elif key == "scripts" or real.endswith(_CODE):
            graph.add_directory(directory)
        else:
            graph.add_links(directory)
            files.add(real)


def _top_level(config: PkgConfig) -> list[tuple[str, FileGlobs]]:
    return [
        (key, FileGlobs.parse(globs, config.directory, config.path))
        for key, globs in (("scripts", config.files.scripts), ("assets", config.files.assets))
    ]


def _package_name(root: str) -> str:
    """Of the package that a glob names without wildcards, else empty."""
    directory = package_directory(f"{root}/file")
    return "" if directory is None else directory.rpartition("node_modules/")[2]
