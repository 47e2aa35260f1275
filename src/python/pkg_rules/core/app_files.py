"""Checks and resolves every import of a program's own files at build time, and finds the packages they reach."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Container, Iterable, Mapping, Sequence

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.installed import Closure, PackageGraph
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.package_paths import package_directory
from pkg_rules.core.npm.workspaces import Project, project_of
from pkg_rules.core.trace.bundler_names import find_as_bundler
from pkg_rules.core.trace.file_view import FileView
from pkg_rules.core.trace.model import Import, ImportKind, ScannedFile
from pkg_rules.core.trace.resolver import NO_SUCH_FILE, Outcome, Resolution, Resolver

_SHOWN = 10


@dataclass(frozen=True, order=True)
class ResolvedImport:
    """`kind` is `require` or `import`: the same name may stand for different files."""

    importer: str
    specifier: str
    kind: str
    target: str


@dataclass(frozen=True)
class MissingImport:
    """An import that leads to nothing in the program, and why."""

    importer: str
    found: Import
    resolution: Resolution


class UnresolvedImportsError(PkgRulesError):
    def __init__(self, target: str, imports: Iterable[tuple[MissingImport, str]]) -> None:
        lines = [
            f"  * `{missing.importer}` line {missing.found.line} imports `{missing.found.specifier}`: {advice}."
            for missing, advice in imports
        ]
        self.lines = lines
        if len(lines) > _SHOWN:
            lines = [*lines[:_SHOWN], f"  * and {len(lines) - _SHOWN} more"]
        listed = "\n".join(lines)
        super().__init__(
            f"`{target}` cannot be packaged, because it would fail when it runs: imports of its own files lead to "
            f"nothing that is in the program.\n\n{listed}\n\n"
            "An import that may fail belongs into `try`/`catch`. One that is never run is left alone with the comment "
            "`// pants: no-infer-dep` in its line."
        )


@dataclass(frozen=True)
class TracedImports:
    """`doubtful`: not found either, but only reached when a function of a generated file is called."""

    resolved: tuple[ResolvedImport, ...]
    closure: Closure
    missing: tuple[MissingImport, ...]
    doubtful: tuple[MissingImport, ...]


def needs_packages(scans: Mapping[str, ScannedFile], view: FileView) -> list[str]:
    """The files that import something which is not first-party, so that packages have to be installed for them."""
    resolver = Resolver(view)
    return [
        importer
        for importer, scanned in sorted(scans.items())
        if any(
            not found.specifier.startswith(".")
            and found.kind is not ImportKind.TYPE
            and resolver.resolve(found.specifier, importer, found.kind).outcome is Outcome.MISSING
            for found in scanned.imports
        )
    ]


def trace_imports(
    scans: Mapping[str, ScannedFile],
    generated: Container[str],
    named_packages: Iterable[tuple[str, str]],
    view: FileView,
    links: Mapping[str, str],
) -> TracedImports:
    """`scans` are the program's own sources, `generated` those of them that build scripts wrote.

    `named_packages` are pairs of a directory and the name of a package that is wanted though no source may name it.
    Bundlers keep what they cannot see through inside of functions; in generated files such imports are doubtful only.
    """
    resolver = Resolver(view)
    graph = PackageGraph(view, links)
    resolved: set[ResolvedImport] = set()
    missing: list[MissingImport] = []
    doubtful: list[MissingImport] = []
    for importer, scanned in sorted(scans.items()):
        for found in scanned.imports:
            if found.kind is ImportKind.TYPE:
                continue
            resolution = resolver.resolve(found.specifier, importer, found.kind)
            if resolution.outcome is Outcome.FILE:
                kind = "import" if found.kind.is_esm else "require"
                resolved.add(ResolvedImport(importer, found.specifier, kind, resolution.path))
                _add_packages(graph, importer, resolution)
            elif resolution.outcome is Outcome.MISSING and not found.optional:
                where = doubtful if found.lazy and importer in generated else missing
                where.append(MissingImport(importer, found, resolution))
    for directory, name in named_packages:
        graph.add_name(name, directory)
    return TracedImports(
        tuple(sorted(resolved)), graph.closure(), tuple(missing), tuple(doubtful)
    )


def _add_packages(graph: PackageGraph, importer: str, resolution: Resolution) -> None:
    directory = package_directory(resolution.path)
    if resolution.package is not None:
        # By name, so that the links on the way are kept too; `require` may pass over a first package of that name.
        path = resolution.path
        graph.add_name(
            resolution.package,
            posixpath.dirname(importer),
            until=lambda real: path.startswith(f"{real}/"),
        )
    if directory is not None:
        graph.add_directory(directory)


@dataclass(frozen=True)
class Surroundings:
    """What is known beside the program itself, to say what to do about a missing import.

    `owners`: file to the addresses of its targets. `on_disk`: files that exist, owned or not.
    """

    target: str
    view: FileView
    owners: Mapping[str, Sequence[str]]
    on_disk: Container[str]
    projects: Mapping[str, Project]

    def advice(self, missing: MissingImport) -> str:
        if missing.resolution.package is not None:
            return self._about_package(missing, missing.resolution.package)
        specifier = missing.found.specifier
        if specifier.startswith("#"):
            return f"{missing.resolution.reason}. Correct the `imports` of the package.json"
        return self._about_file(missing) or self._about_bundler(missing) or self._about_nothing(missing)

    def candidates(self, missing: MissingImport) -> tuple[str, ...]:
        """Files that could be meant by a path, whether or not any target owns them."""
        path = missing.resolution.path
        if not path:
            return ()
        if missing.found.kind.is_esm:
            return (path,)
        endings = ("", ".js", ".json", ".node", "/index.js", "/index.json", "/package.json")
        return tuple(path + ending for ending in endings)

    def _about_file(self, missing: MissingImport) -> str | None:
        for path in self.candidates(missing):
            owners = self.owners.get(path, ())
            if owners:
                return f"add `{owners[0]}`, which owns `{path}`, to the `dependencies` of `{self.target}`"
            if path in self.on_disk:
                return (
                    f"no target owns `{path}`. Add it to the `sources` of a `javascript_sources` (or `resources` for "
                    "what is no code) target"
                )
        return None

    def _about_bundler(self, missing: MissingImport) -> str | None:
        found = find_as_bundler(missing.found.specifier, missing.importer, self.view)
        if found is None:
            return None
        return (
            f"Node.js does not look for `{found}` under this name. Write `{_relative(found, missing.importer)}`, or "
            "let a `node_build_script` bundle or compile the sources and name its output as `entry_point`"
        )

    def _about_nothing(self, missing: MissingImport) -> str:
        if missing.resolution.reason != NO_SUCH_FILE:
            return missing.resolution.reason
        if not missing.resolution.path:
            return "it is outside of the repository"
        return f"there is no file `{missing.resolution.path}`"

    def _about_package(self, missing: MissingImport, name: str) -> str:
        project = project_of(posixpath.dirname(missing.importer), self.projects)
        if project is None:
            return (
                f"there is no package.json at or above it that lists `{name}`. Add one, with a `package_json` target "
                "and a lock file"
            )
        package = self._nearest_package(missing.importer, project)
        update = "and update the lock file"
        if name in package.dev_dependencies and name not in package.production_dependencies:
            return (
                f"`{name}` is in the `devDependencies` of `{package.path}`, which are not part of the program. Move "
                f"it to `dependencies` {update}"
            )
        if name in package.production_dependencies:
            if missing.resolution.reason == NO_SUCH_FILE:
                return f"the installed `{name}` has no such file"
            return missing.resolution.reason
        return f"add `{name}` to the `dependencies` of `{package.path}` {update}"

    def _nearest_package(self, importer: str, project: Project) -> PackageJson:
        directory = posixpath.dirname(importer)
        packages = {package.directory: package for package in project.packages}
        while directory not in packages:
            directory = posixpath.dirname(directory)
        return packages[directory]


def _relative(path: str, importer: str) -> str:
    relative = posixpath.relpath(path, posixpath.dirname(importer) or ".")
    return relative if relative.startswith(".") else f"./{relative}"
