"""The first party of a program: what its targets own, what build scripts write, and the imports of its sources."""

from __future__ import annotations

import dataclasses
import os.path
from dataclasses import dataclass
from typing import Any, Iterable

from pants.backend.javascript.package_json import (
    NodeThirdPartyPackageNameField,
    PackageJsonSourceField,
)
from pants.build_graph.address import Address
from pants.core.target_types import TargetGeneratorSourcesHelperSourcesField
from pants.core.util_rules.source_files import SourceFilesRequest
from pants.engine.fs import CreateDigest, FileEntry, MergeDigests, PathGlobs, Snapshot
from pants.engine.rules import collect_rules, rule
from pants.engine.target import Target
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.entry_point import EntryPointError, find_entry_point
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.globs import escape_glob
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.pkg_config.program import patched_source
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
)
from pkg_rules.target_types import NodeExecutableEntryPointField
from pkg_rules.util_rules.build_script import (
    FILE_FIELDS,
    BuildScriptRequest,
    build_script,
    is_build_script,
    source_fields,
)
from pkg_rules.util_rules.dependency_graph import (
    DependencyGraph,
    DependencyGraphRequest,
    dependency_graph,
)
from pkg_rules.util_rules.first_party import FirstParty, first_party, is_source_target
from pkg_rules.util_rules.import_scan import SCANS
from pkg_rules.util_rules.pkg_config import PkgConfigRequest, pkg_config
from pkg_rules.util_rules.pkg_config_files import (
    ConfiguredFiles,
    ConfiguredFilesRequest,
    configured_files,
)
from pkg_rules.util_rules.pre_build import PreBuildRequest, pre_build

_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")


class ConflictingFilesError(PkgRulesError):
    def __init__(self, target: str, path: str, one: str, other: str) -> None:
        super().__init__(
            f"`{path}` has two contents in the program of `{target}`: that of {one} and that of {other}. A program has "
            "one file of a name.\n\n"
            "Leave files that a script writes out of the `sources` of other targets (`!dist/**`), and let two scripts "
            "write to different directories."
        )


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
    scripts = [target.address for target in targets if is_build_script(target)]
    outputs = await concurrently(
        build_script(BuildScriptRequest(address), **implicitly()) for address in scripts
    )
    hook, loaded, configured = await concurrently(
        pre_build(PreBuildRequest(request.address), **implicitly()),
        pkg_config(PkgConfigRequest(request.address), **implicitly()),
        configured_files(ConfiguredFilesRequest(request.address), **implicitly()),
    )
    sources, assets = await concurrently(
        determine_source_files(
            SourceFilesRequest(source_fields(filter(is_source_target, targets))), **implicitly()
        ),
        determine_source_files(
            SourceFilesRequest(
                source_fields(filter(_is_asset, targets)),
                for_sources_types=(
                    *FILE_FIELDS,
                    PackageJsonSourceField,
                    TargetGeneratorSourcesHelperSourcesField,
                ),
                enable_codegen=True,
            ),
            **implicitly(),
        ),
    )
    digests = [sources.snapshot.digest, assets.snapshot.digest, *(out.digest for out in outputs)]
    origins = ["a source target", "an asset target", *(f"the output of `{address}`" for address in scripts)]
    *parts, hooked = await concurrently(
        get_digest_entries(digest, **implicitly()) for digest in (*digests, hook.digest)
    )
    # What a hook writes takes the place of what was there when it ran.
    written = {entry.path: entry for entry in hooked}
    contents: dict[str, tuple[str, object]] = {}
    for origin, entries in zip(origins, parts):
        for entry in entries:
            if entry.path in written:
                continue
            other = contents.setdefault(entry.path, (origin, entry))
            if other[1] != entry:
                raise ConflictingFilesError(request.address.spec, entry.path, other[0], origin)
    contents.update((path, ("a hook", entry)) for path, entry in written.items())
    if entry_point not in contents:
        raise EntryPointError(_unowned_entry_point(entry_point, graph.root, files))

    generated = frozenset(entry.path for entries in (*parts[2:], hooked) for entry in entries)
    scopes = await path_globs_to_digest(
        PathGlobs(
            escape_glob(path) for path in _package_jsons(contents, files) if path not in contents
        ),
        **implicitly(),
    )
    if written:
        digests = [
            await create_digest(CreateDigest(entry for _, entry in contents.values()), **implicitly())
        ]
    merged = await merge_digests(MergeDigests([*digests, scopes]), **implicitly())
    snapshot, everything = await concurrently(
        digest_to_snapshot(merged, **implicitly()), get_digest_entries(merged, **implicitly())
    )
    # `resources` and `files` are data, whatever they contain, and so is what only `assets` globs name.
    data = _only_assets(graph, entry_point, configured, files)
    code = {*sources.snapshot.files, *generated, entry_point} - data
    read = await create_digest(
        CreateDigest(
            entry
            for entry in everything
            if isinstance(entry, FileEntry)
            and ((entry.path in code and _is_code(entry.path)) or _is_package_json(entry.path))
        ),
        **implicitly(),
    )
    texts = await get_digest_contents(read, **implicitly())
    return OwnFiles(
        entry_point=entry_point,
        snapshot=snapshot,
        package_jsons=tuple(
            PackageJson(file.path, file.content) for file in texts if _is_package_json(file.path)
        ),
        scans=FrozenDict(
            (file.path, SCANS.scan(file.path, patched_source(loaded.config, file.path, file.content)))
            for file in texts
            if _is_code(file.path)
        ),
        generated=generated,
        third_party_targets=tuple(
            target.address for target in targets if target.has_field(NodeThirdPartyPackageNameField)
        ),
    )


def _only_assets(
    graph: DependencyGraph, entry_point: str, configured: ConfiguredFiles, files: FirstParty
) -> frozenset[str]:
    """What nothing but the `assets` of a pkg configuration brings in, e.g. scripts for a browser: as for pkg, imports
    of theirs that lead nowhere are no mistake."""
    if not configured.assets.owned:
        return frozenset()
    assets = frozenset(configured.assets.owned) - frozenset(configured.scripts.owned)
    owners = {address for path in assets for address in files.owners[path]}
    starts = [address for address in graph.edges[graph.root.address] if address not in owners]
    starts += files.owners.get(entry_point, ())
    elsewhere = dataclasses.replace(
        graph, edges=FrozenDict({**graph.edges, graph.root.address: tuple(starts)})
    ).reached(lambda target: not is_build_script(target))
    reached = {target.address for target in elsewhere}
    return frozenset(path for path in assets if reached.isdisjoint(files.owners[path]))


def _is_code(path: str) -> bool:
    return is_source(path) and not path.endswith(_DECLARATIONS)


def _is_package_json(path: str) -> bool:
    return os.path.basename(path) == "package.json"


def _is_asset(target: Target) -> bool:
    """Everything with files that is no source; of the helpers of target generators those for package.json."""
    if target.has_field(TargetGeneratorSourcesHelperSourcesField):
        return _is_package_json(target[TargetGeneratorSourcesHelperSourcesField].file_path)
    return not is_source_target(target)


def _package_jsons(paths: Iterable[str], files: FirstParty) -> list[str]:
    """The package.json that Node.js reads for each file: it says of which kind the modules are."""
    scopes = [files.resolver.scope(directory) for directory in {os.path.dirname(p) for p in paths}]
    return sorted({scope.path for scope in scopes if scope is not None})


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


def rules() -> Any:
    return collect_rules()
