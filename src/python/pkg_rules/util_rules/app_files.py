"""Which files a program consists of: from a target to its own files, its packages, and what its imports stand for."""

from __future__ import annotations

import dataclasses
import logging
import os.path
from dataclasses import dataclass
from typing import Any, Iterable

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
    trace_imports,
)
from pkg_rules.core.globs import escape_glob
from pkg_rules.core.npm.installed import InstalledPackage, kept_paths
from pkg_rules.core.npm.platform_families import PlatformFamily, check_families, families
from pkg_rules.core.npm.platforms import InstallPlatform
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
from pkg_rules.util_rules import program_packages as program_packages_module
from pkg_rules.util_rules.first_party import first_party
from pkg_rules.util_rules.installed_tree import InstalledTreeRequest, installed_tree
from pkg_rules.util_rules.own_files import OwnFilesRequest, own_files
from pkg_rules.util_rules.program_packages import (
    ProgramPackages,
    ProgramPackagesRequest,
    program_packages,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AppFilesRequest:
    """The address of a `node_executable`, and where it is to run; None is the machine that builds."""

    address: Address
    platform: InstallPlatform | None = None


@dataclass(frozen=True)
class TracedFilesRequest:
    address: Address
    packages: ProgramPackages


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


@dataclass(frozen=True)
class TracedFiles:
    """`families` are packages of the program that have other packages for platforms."""

    app_files: AppFiles
    families: tuple[PlatformFamily, ...]


@rule(desc="Trace the imports of a program", level=LogLevel.DEBUG)
async def _traced_files(request: TracedFilesRequest) -> TracedFiles:
    own, files, graph = await concurrently(
        own_files(OwnFilesRequest(request.address), **implicitly()),
        first_party(**implicitly()),
        dependency_graph(DependencyGraphRequest(request.address), **implicitly()),
    )
    trees = await concurrently(
        installed_tree(InstalledTreeRequest(directory, request.packages.platform), **implicitly())
        for directory in request.packages.directories
    )
    links = {path: target for tree in trees for path, target in tree.links.items()}
    installed = {package.directory: package for tree in trees for package in tree.package_jsons}
    view = TreeView(
        [*own.snapshot.files, *(path for tree in trees for path in tree.files)],
        [*own.package_jsons, *installed.values()],
        links,
    )
    traced = trace_imports(own.scans, own.generated, request.packages.named, view, links)
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
    return TracedFiles(
        AppFiles(
            entry_point=own.entry_point,
            first_party=own.snapshot,
            third_party=third_party,
            packages=traced.closure.packages,
            resolutions=traced.resolved,
        ),
        families(traced.closure.packages, installed),
    )


if CALL_BY_NAME:
    traced_files = _traced_files
else:

    def traced_files(request: TracedFilesRequest, **_: object) -> Get:
        return Get(TracedFiles, TracedFilesRequest, request)


@rule(desc="Find the files of a program", level=LogLevel.DEBUG)
async def _app_files(request: AppFilesRequest) -> AppFiles:
    packages = await program_packages(
        ProgramPackagesRequest(request.address, request.platform), **implicitly()
    )
    # Platforms that get the same packages become the same request.
    traced = await traced_files(TracedFilesRequest(request.address, packages), **implicitly())
    if request.platform is not None:
        asked = request.platform.in_words_of_targets
        for warning in check_families(request.address.spec, traced.families, *asked):
            logger.warning(warning)
    return traced.app_files


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
    return [*collect_rules(), *asset_check_module.rules(), *own_files_module.rules(), *program_packages_module.rules()]
