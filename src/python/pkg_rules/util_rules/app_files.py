"""Which files a program consists of: from a target to its own files, its packages, and what its imports stand for."""

from __future__ import annotations

import dataclasses
import logging
import os.path
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.backend.javascript.package_json import (
    NodeThirdPartyPackageNameField,
    PackageJsonSourceField,
)
from pants.build_graph.address import Address
from pants.core.target_types import TargetGeneratorSourcesHelperSourcesField
from pants.core.util_rules.source_files import SourceFilesRequest
from pants.engine.fs import CreateDigest, Digest, FileEntry, MergeDigests, PathGlobs, Snapshot
from pants.engine.rules import collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.app_files import (
    ResolvedImport,
    Surroundings,
    TracedImports,
    UnresolvedImportsError,
    needs_packages,
    trace_imports,
)
from pkg_rules.core.entry_point import EntryPointError, find_entry_point
from pkg_rules.core.globs import escape_glob
from pkg_rules.core.npm.installed import InstalledPackage, kept_paths
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.workspaces import project_of
from pkg_rules.core.trace.file_view import TreeView
from pkg_rules.core.trace.model import ScannedFile
from pkg_rules.core.trace.scanner import is_source
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    determine_source_files,
    digest_to_snapshot,
    get_digest_contents,
    get_digest_entries,
    implicitly,
    merge_digests,
    path_globs_to_digest,
    path_globs_to_paths,
)
from pkg_rules.target_types import NodeExecutableEntryPointField
from pkg_rules.util_rules.build_script import (
    FILE_FIELDS,
    BuildScriptRequest,
    build_script,
    is_build_script,
    source_fields,
)
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph
from pkg_rules.util_rules.first_party import FirstParty, first_party, is_source_target
from pkg_rules.util_rules.import_scan import SCANS
from pkg_rules.util_rules.installed_tree import InstalledTreeRequest, installed_tree

logger = logging.getLogger(__name__)

_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")


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


@dataclass(frozen=True)
class OwnFilesRequest:
    address: Address


@dataclass(frozen=True)
class OwnFiles:
    """The first party alone: what the targets own and what build scripts write, with the imports of the sources."""

    entry_point: str
    snapshot: Snapshot
    package_jsons: tuple[PackageJson, ...]
    scans: FrozenDict[str, ScannedFile]
    generated: frozenset[str]
    third_party_targets: tuple[Address, ...]


@rule(desc="Collect the program's own files", level=LogLevel.DEBUG)
async def _own_files(request: OwnFilesRequest) -> OwnFiles:
    graph, files = await concurrently(
        dependency_graph(DependencyGraphRequest(request.address), **implicitly()),
        first_party(**implicitly()),
    )
    # What a build script reads is its own matter: its outputs stand for it.
    targets = graph.reached(lambda target: not is_build_script(target))
    entry_point = find_entry_point(
        graph.root[NodeExecutableEntryPointField].value,
        request.address.spec_path,
        files.view.package_json(request.address.spec_path),
        request.address.spec,
    )
    outputs = await concurrently(
        build_script(BuildScriptRequest(target.address), **implicitly())
        for target in targets
        if is_build_script(target)
    )
    sources, assets, written = await concurrently(
        determine_source_files(
            SourceFilesRequest(source_fields(filter(is_source_target, targets))), **implicitly()
        ),
        determine_source_files(
            SourceFilesRequest(
                source_fields(target for target in targets if _is_asset(target)),
                for_sources_types=(
                    *FILE_FIELDS,
                    PackageJsonSourceField,
                    TargetGeneratorSourcesHelperSourcesField,
                ),
                enable_codegen=True,
            ),
            **implicitly(),
        ),
        merge_digests(MergeDigests(output.digest for output in outputs), **implicitly()),
    )
    generated, generated_entries = await concurrently(
        digest_to_snapshot(written, **implicitly()), get_digest_entries(written, **implicitly())
    )
    known = {*sources.snapshot.files, *assets.snapshot.files, *generated.files}
    if entry_point not in known:
        raise EntryPointError(_unowned_entry_point(entry_point, graph.root, files))

    scopes = _package_jsons(known, files)
    scannable = [
        entry
        for entry in generated_entries
        if isinstance(entry, FileEntry) and is_source(entry.path)
    ]
    source_digests = [sources.snapshot.digest]
    if entry_point in assets.snapshot.files and is_source(entry_point):
        source_digests.append(await path_globs_to_digest(PathGlobs([escape_glob(entry_point)]), **implicitly()))
    scope_digest, to_scan = await concurrently(
        path_globs_to_digest(PathGlobs(escape_glob(scope.path) for scope in scopes), **implicitly()),
        create_digest(CreateDigest(scannable), **implicitly()),
    )
    scanned_digest, everything = await concurrently(
        merge_digests(MergeDigests([*source_digests, to_scan]), **implicitly()),
        merge_digests(
            MergeDigests([sources.snapshot.digest, assets.snapshot.digest, written, scope_digest]),
            **implicitly(),
        ),
    )
    contents, snapshot = await concurrently(
        get_digest_contents(scanned_digest, **implicitly()), digest_to_snapshot(everything, **implicitly())
    )
    return OwnFiles(
        entry_point=entry_point,
        snapshot=snapshot,
        package_jsons=scopes,
        scans=FrozenDict(
            (file.path, SCANS.scan(file.path, file.content))
            for file in contents
            if not file.path.endswith(_DECLARATIONS)
        ),
        generated=frozenset(generated.files),
        third_party_targets=tuple(
            target.address for target in targets if target.has_field(NodeThirdPartyPackageNameField)
        ),
    )


def _is_asset(target: Target) -> bool:
    """Everything with files that is no source; of the helpers of target generators those for package.json."""
    if target.has_field(TargetGeneratorSourcesHelperSourcesField):
        path = target[TargetGeneratorSourcesHelperSourcesField].file_path
        return os.path.basename(path) == "package.json"
    return not is_source_target(target)


def _package_jsons(paths: Iterable[str], files: FirstParty) -> tuple[PackageJson, ...]:
    """The package.json that Node.js reads for each file: it says of which kind the modules are."""
    found = {files.resolver.scope(directory) for directory in {os.path.dirname(p) for p in paths}}
    return tuple(sorted((scope for scope in found if scope is not None), key=lambda s: s.path))


def _unowned_entry_point(path: str, target: Target, files: FirstParty) -> str:
    address = target.address.spec
    field = NodeExecutableEntryPointField.alias
    owners = files.owners_of(path)
    if owners:
        return (
            f"The entry point `{path}` of the target `{address}` is owned by `{owners[0]}`, which is not among the "
            f"dependencies of the target.\n\nWas it excluded with `!`? Add it to `dependencies`."
        )
    return (
        f"No target owns the entry point `{path}` of the target `{address}` (field `{field}`, or the `bin` of "
        "package.json), so it is not part of the program.\n\n"
        "If the file exists, add it to the `sources` of a `javascript_sources` target. If a build script writes it, "
        "name it in `output_files` or `output_directories` of the `node_build_script`. The path is relative to the "
        "directory of the BUILD file."
    )


if CALL_BY_NAME:
    own_files = _own_files
else:

    def own_files(request: OwnFilesRequest, **_: object) -> Get:
        return Get(OwnFiles, OwnFilesRequest, request)


@rule(desc="Find the files of a program", level=LogLevel.DEBUG)
async def _app_files(request: AppFilesRequest) -> AppFiles:
    own, files = await concurrently(
        own_files(OwnFilesRequest(request.address), **implicitly()), first_party(**implicitly())
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
    return collect_rules()
