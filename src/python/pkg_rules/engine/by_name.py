"""Engine calls for Pants 2.28 and newer, which calls rules by name: each is a helper around the rule of that name.

The helpers fill in the parameters that the engine knows itself, so that callers write the same as under 2.17.1. They
follow the sources of Pants 2.34; no wheel of a Pants newer than 2.17.1 is on the package index, so they have not run.
"""

from __future__ import annotations

from pants.backend.javascript.nodejs_project import AllNodeJSProjects, find_node_js_projects
from pants.backend.javascript.package_json import (
    AllPackageJson,
    FirstPartyNodePackageTargets,
    OwningNodePackage,
    OwningNodePackageRequest,
    all_first_party_node_package_targets,
    find_owning_package as _find_owning_package,
)
from pants.backend.javascript.package_json import all_package_json as _all_package_json
from pants.build_graph.address import Address
from pants.core.environments.rules import EnvironmentNameRequest
from pants.core.environments.rules import resolve_environment_name as _resolve_environment_name
from pants.core.environments.target_types import EnvironmentField
from pants.core.goals.package import (
    BuiltPackage,
    EnvironmentAwarePackageRequest,
    environment_aware_package,
)
from pants.core.util_rules.env_vars import environment_vars_subset as _environment_vars_subset
from pants.core.util_rules.source_files import SourceFiles, SourceFilesRequest
from pants.core.util_rules.source_files import determine_source_files as _determine_source_files
from pants.engine import intrinsics
from pants.engine.addresses import Addresses, UnparsedAddressInputs
from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.environment import EnvironmentName
from pants.engine.fs import (
    AddPrefix,
    CreateDigest,
    Digest,
    DigestContents,
    DigestEntries,
    DigestSubset,
    MergeDigests,
    PathGlobs,
    Paths,
    RemovePrefix,
    Snapshot,
)
from pants.engine.internals import graph
from pants.engine.internals.graph import Owners, OwnersRequest
from pants.engine.process import (
    FallibleProcessResult,
    Process,
    ProcessResult,
    execute_process_or_raise,
)
from pants.engine.rules import concurrently, implicitly
from pants.engine.target import (
    AllTargets,
    DependenciesRequest,
    HydratedSources,
    HydrateSourcesRequest,
    Targets,
    TransitiveTargets,
    TransitiveTargetsRequest,
    UnexpandedTargets,
    WrappedTarget,
    WrappedTargetRequest,
)

# Rule modules define their `Get` forms only when rules cannot be called by name; the name must exist for the import.
Get = None

__all__ = [
    "EnvironmentField",
    "EnvironmentNameRequest",
    "Get",
    "add_prefix",
    "all_node_projects",
    "all_package_json",
    "all_targets",
    "build_package",
    "concurrently",
    "create_digest",
    "dependency_addresses",
    "dependency_targets",
    "determine_source_files",
    "digest_subset",
    "digest_to_snapshot",
    "environment_vars_subset",
    "find_owners",
    "find_owning_package",
    "first_party_node_packages",
    "get_digest_contents",
    "get_digest_entries",
    "hydrate_sources",
    "implicitly",
    "merge_digests",
    "path_globs_to_digest",
    "path_globs_to_paths",
    "path_globs_to_snapshot",
    "remove_prefix",
    "resolve_environment_name",
    "resolve_targets",
    "resolve_unparsed_addresses",
    "run_fallible_process",
    "run_process",
    "targets_of_addresses",
    "transitive_targets",
    "unexpanded_targets_of_addresses",
    "wrapped_target",
]


# Files


async def merge_digests(request: MergeDigests, **_: object) -> Digest:
    return await intrinsics.merge_digests(request)


async def create_digest(request: CreateDigest, **_: object) -> Digest:
    return await intrinsics.create_digest(request)


async def add_prefix(request: AddPrefix, **_: object) -> Digest:
    return await intrinsics.add_prefix(request)


async def remove_prefix(request: RemovePrefix, **_: object) -> Digest:
    return await intrinsics.remove_prefix(request)


async def digest_subset(request: DigestSubset, **_: object) -> Digest:
    return await intrinsics.digest_subset_to_digest(request)


async def digest_to_snapshot(request: Digest, **_: object) -> Snapshot:
    return await intrinsics.digest_to_snapshot(request)


async def get_digest_contents(request: Digest, **_: object) -> DigestContents:
    return await intrinsics.get_digest_contents(request)


async def get_digest_entries(request: Digest, **_: object) -> DigestEntries:
    return await intrinsics.get_digest_entries(request)


async def path_globs_to_digest(request: PathGlobs, **_: object) -> Digest:
    return await intrinsics.path_globs_to_digest(request)


async def path_globs_to_paths(request: PathGlobs, **_: object) -> Paths:
    return await intrinsics.path_globs_to_paths(request)


async def path_globs_to_snapshot(request: PathGlobs, **_: object) -> Snapshot:
    return await intrinsics.digest_to_snapshot(**implicitly(request))


# Processes and their surroundings


async def run_process(request: Process, **_: object) -> ProcessResult:
    """Runs a process that must succeed; on failure the engine raises with its stdout and stderr."""
    return await execute_process_or_raise(**implicitly(request))


async def run_fallible_process(request: Process, **_: object) -> FallibleProcessResult:
    return await intrinsics.execute_process(request, **implicitly())


async def environment_vars_subset(request: EnvironmentVarsRequest, **_: object) -> EnvironmentVars:
    return await _environment_vars_subset(request, **implicitly())


async def resolve_environment_name(request: EnvironmentNameRequest, **_: object) -> EnvironmentName:
    return await _resolve_environment_name(request, **implicitly())


# Targets


async def all_targets(**_: object) -> AllTargets:
    return await graph.find_all_targets()


async def transitive_targets(request: TransitiveTargetsRequest, **_: object) -> TransitiveTargets:
    return await graph.transitive_targets(request, **implicitly())


async def dependency_targets(request: DependenciesRequest, **_: object) -> Targets:
    """The direct dependencies of a target, generators replaced by what they generate."""
    return await graph.resolve_targets(**implicitly(request))


async def dependency_addresses(request: DependenciesRequest, **_: object) -> Addresses:
    return await graph.resolve_dependencies(request, **implicitly())


async def targets_of_addresses(request: Addresses, **_: object) -> Targets:
    return await graph.resolve_targets(**implicitly(request))


async def unexpanded_targets_of_addresses(request: Addresses, **_: object) -> UnexpandedTargets:
    return await graph.resolve_unexpanded_targets(request)


async def resolve_targets(request: UnparsedAddressInputs, **_: object) -> Targets:
    return await graph.resolve_targets(**implicitly(request))


async def resolve_unparsed_addresses(request: UnparsedAddressInputs, **_: object) -> Addresses:
    return await graph.resolve_unparsed_address_inputs(request, **implicitly())


async def wrapped_target(address: Address, description_of_origin: str) -> WrappedTarget:
    return await graph.resolve_target(
        WrappedTargetRequest(address, description_of_origin), **implicitly()
    )


async def find_owners(request: OwnersRequest, **_: object) -> Owners:
    """Iterate over the result: it is a mapping in 2.17.1 and an ordered set of addresses in newer Pants."""
    return await graph.find_owners(request, **implicitly())


async def hydrate_sources(request: HydrateSourcesRequest, **_: object) -> HydratedSources:
    return await graph.hydrate_sources(request, **implicitly())


async def determine_source_files(request: SourceFilesRequest, **_: object) -> SourceFiles:
    return await _determine_source_files(request)


async def build_package(request: EnvironmentAwarePackageRequest, **_: object) -> BuiltPackage:
    return await environment_aware_package(request)


# The JavaScript backend


async def all_package_json(**_: object) -> AllPackageJson:
    return await _all_package_json()


async def first_party_node_packages(**_: object) -> FirstPartyNodePackageTargets:
    return await all_first_party_node_package_targets(**implicitly())


async def all_node_projects(**_: object) -> AllNodeJSProjects:
    return await find_node_js_projects(**implicitly())


async def find_owning_package(
    request: OwningNodePackageRequest, **_: object
) -> OwningNodePackage:
    return await _find_owning_package(request)
