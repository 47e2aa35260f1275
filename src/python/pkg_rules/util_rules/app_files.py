"""Which files a program consists of: from a target to its own files, its packages, and what its imports stand for."""

from __future__ import annotations

import dataclasses
import logging
import os.path
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.build_graph.address import Address
from pants.engine.fs import CreateDigest, Digest, PathGlobs, Snapshot
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.app_assets import UnpackedAssetsError, unpacked_candidates
from pkg_rules.core.app_files import (
    ResolvedImport,
    Surroundings,
    TracedImports,
    UnresolvedImportsError,
    needs_packages,
    trace_imports,
)
from pkg_rules.core.globs import escape_glob
from pkg_rules.core.npm.installed import InstalledPackage, kept_paths
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.workspaces import project_of
from pkg_rules.core.trace.file_view import TreeView
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    implicitly,
    path_globs_to_paths,
)
from pkg_rules.target_types import NodeExecutableStrictAssetsField
from pkg_rules.util_rules import asset_check as asset_check_module
from pkg_rules.util_rules import own_files as own_files_module
from pkg_rules.util_rules.asset_check import AssetCheckRequest, asset_check
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph
from pkg_rules.util_rules.first_party import FirstParty, first_party
from pkg_rules.util_rules.installed_tree import InstalledTreeRequest, installed_tree
from pkg_rules.util_rules.own_files import OwnFiles, OwnFilesRequest, own_files

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AppFilesRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class AppFiles:
    """All paths are relative to the build root.

    `first_party`: own sources, assets, outputs of build scripts, and the package.json that holds for each of them.
    `third_party`: the `node_modules` directories, cut to `packages`, with the links that lead to them.
    `resolutions`: what the imports of own files stand for, known now, so that nothing needs to be looked for later.
    """

    entry_point: str
    first_party: Snapshot
    third_party: Digest
    packages: tuple[InstalledPackage, ...]
    resolutions: tuple[ResolvedImport, ...]


@rule(desc="Find the files of a program", level=LogLevel.DEBUG)
async def _app_files(request: AppFilesRequest) -> AppFiles:
    own, files, graph = await concurrently(
        own_files(OwnFilesRequest(request.address), **implicitly()),
        first_party(**implicitly()),
        dependency_graph(DependencyGraphRequest(request.address), **implicitly()),
    )
    named = _named_packages(own, files)
    directories = _projects(own, named, files)
    trees = await concurrently(
        installed_tree(InstalledTreeRequest(directory), **implicitly()) for directory in directories
    )
    links = {path: target for tree in trees for path, target in tree.links.items()}
    view = TreeView(
        [*own.snapshot.files, *(path for tree in trees for path in tree.files)],
        [*own.package_jsons, *(package for tree in trees for package in tree.package_jsons)],
        links,
    )
    traced = trace_imports(own.scans, own.generated, named, view, links)
    for missing in traced.doubtful:
        logger.warning(
            f"`{missing.importer}`, which a build script wrote, may import `{missing.found.specifier}` in line "
            f"{missing.found.line} when it runs, but it is not part of `{request.address}`: "
            f"{missing.resolution.reason}."
        )
    if traced.missing:
        surroundings = Surroundings(
            target=request.address.spec,
            view=files.view,
            owners={path: [a.spec for a in owners] for path, owners in files.owners.items()},
            on_disk=frozenset(),
            projects=files.projects,
        )
        candidates = {path for found in traced.missing for path in surroundings.candidates(found)}
        on_disk = await path_globs_to_paths(PathGlobs(map(escape_glob, sorted(candidates))), **implicitly())
        raise _unresolved(request.address, traced, surroundings, on_disk.files)

    kept = set(kept_paths((path for tree in trees for path in (*tree.files, *tree.links)), traced.closure))
    named_assets = unpacked_candidates(own.scans, own.generated, (*own.snapshot.files, *kept))
    if named_assets:
        check = await asset_check(AssetCheckRequest(request.address, named_assets), **implicitly())
        if check.unpacked.found and graph.root[NodeExecutableStrictAssetsField].value:
            raise UnpackedAssetsError(check.unpacked)
        if check.unpacked.found:
            logger.warning(check.unpacked.message())
    third_party = await create_digest(
        CreateDigest(
            entry for tree in trees for path, entry in tree.entries.items() if path in kept
        ),
        **implicitly(),
    )
    return AppFiles(
        entry_point=own.entry_point,
        first_party=own.snapshot,
        third_party=third_party,
        packages=traced.closure.packages,
        resolutions=traced.resolved,
    )


def _named_packages(own: OwnFiles, files: FirstParty) -> list[tuple[str, str]]:
    """Packages whose targets the program depends on, whoever named them; those for development only are left out."""
    names = {address: key for key, address in files.third_party.items()}
    found = [names[address] for address in own.third_party_targets]
    packages: Mapping[str, PackageJson] = {
        package.directory: package for package in files.package_jsons
    }
    return sorted(
        (directory, name)
        for directory, name in found
        if name in packages[directory].production_dependencies
    )


def _projects(
    own: OwnFiles, named: Iterable[tuple[str, str]], files: FirstParty
) -> list[str]:
    """The projects whose packages have to be installed: none for a program that imports built-in modules only."""
    view = TreeView(own.snapshot.files, own.package_jsons)
    directories = {
        *(os.path.dirname(path) for path in needs_packages(own.scans, view)),
        *(directory for directory, _ in named),
    }
    projects = (project_of(directory, files.projects) for directory in directories)
    return sorted({project.directory for project in projects if project is not None})


def _unresolved(
    address: Address, traced: TracedImports, surroundings: Surroundings, on_disk: Iterable[str]
) -> UnresolvedImportsError:
    surroundings = dataclasses.replace(surroundings, on_disk=frozenset(on_disk))
    return UnresolvedImportsError(
        address.spec, [(missing, surroundings.advice(missing)) for missing in traced.missing]
    )


if CALL_BY_NAME:
    app_files = _app_files
else:

    def app_files(request: AppFilesRequest, **_: object) -> Get:
        return Get(AppFiles, AppFilesRequest, request)


def rules() -> Any:
    return [*collect_rules(), *asset_check_module.rules(), *own_files_module.rules()]
