"""Engine calls for Pants 2.17.1: each is a plain function that returns a `Get` (see the package docstring)."""

from __future__ import annotations

from pants.backend.javascript.nodejs_project import AllNodeJSProjects
from pants.backend.javascript.package_json import (
    AllPackageJson,
    FirstPartyNodePackageTargets,
    OwningNodePackage,
    OwningNodePackageRequest,
)
from pants.build_graph.address import Address
from pants.core.goals.package import BuiltPackage, EnvironmentAwarePackageRequest
from pants.core.util_rules.environments import EnvironmentField, EnvironmentNameRequest
from pants.core.util_rules.source_files import SourceFiles, SourceFilesRequest
from pants.engine.addresses import Addresses, UnparsedAddressInputs
from pants.engine.environment import EnvironmentName
from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
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
from pants.engine.internals.graph import Owners, OwnersRequest
from pants.engine.process import FallibleProcessResult, Process, ProcessResult
from pants.engine.rules import Get
from pants.engine.rules import MultiGet as concurrently
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


def implicitly(*args: object) -> dict[str, object]:
    """Call-by-name fills missing parameters with `**implicitly(...)`; a `Get` needs nothing."""
    return {"_implicit": args}


# Files


def merge_digests(request: MergeDigests, **_: object) -> Get:
    return Get(Digest, MergeDigests, request)


def create_digest(request: CreateDigest, **_: object) -> Get:
    return Get(Digest, CreateDigest, request)


def add_prefix(request: AddPrefix, **_: object) -> Get:
    return Get(Digest, AddPrefix, request)


def remove_prefix(request: RemovePrefix, **_: object) -> Get:
    return Get(Digest, RemovePrefix, request)


def digest_subset(request: DigestSubset, **_: object) -> Get:
    return Get(Digest, DigestSubset, request)


def digest_to_snapshot(request: Digest, **_: object) -> Get:
    return Get(Snapshot, Digest, request)


def get_digest_contents(request: Digest, **_: object) -> Get:
    return Get(DigestContents, Digest, request)


def get_digest_entries(request: Digest, **_: object) -> Get:
    return Get(DigestEntries, Digest, request)


def path_globs_to_digest(request: PathGlobs, **_: object) -> Get:
    return Get(Digest, PathGlobs, request)


def path_globs_to_paths(request: PathGlobs, **_: object) -> Get:
    return Get(Paths, PathGlobs, request)


def path_globs_to_snapshot(request: PathGlobs, **_: object) -> Get:
    return Get(Snapshot, PathGlobs, request)


# Processes and their surroundings


def run_process(request: Process, **_: object) -> Get:
    """Runs a process that must succeed; on failure the engine raises with its stdout and stderr."""
    return Get(ProcessResult, Process, request)


def run_fallible_process(request: Process, **_: object) -> Get:
    return Get(FallibleProcessResult, Process, request)


def environment_vars_subset(request: EnvironmentVarsRequest, **_: object) -> Get:
    return Get(EnvironmentVars, EnvironmentVarsRequest, request)


def resolve_environment_name(request: EnvironmentNameRequest, **_: object) -> Get:
    return Get(EnvironmentName, EnvironmentNameRequest, request)


# Targets


def all_targets(**_: object) -> Get:
    return Get(AllTargets)


def transitive_targets(request: TransitiveTargetsRequest, **_: object) -> Get:
    return Get(TransitiveTargets, TransitiveTargetsRequest, request)


def dependency_targets(request: DependenciesRequest, **_: object) -> Get:
    """The direct dependencies of a target, generators replaced by what they generate."""
    return Get(Targets, DependenciesRequest, request)


def dependency_addresses(request: DependenciesRequest, **_: object) -> Get:
    return Get(Addresses, DependenciesRequest, request)


def targets_of_addresses(request: Addresses, **_: object) -> Get:
    return Get(Targets, Addresses, request)


def unexpanded_targets_of_addresses(request: Addresses, **_: object) -> Get:
    return Get(UnexpandedTargets, Addresses, request)


def resolve_targets(request: UnparsedAddressInputs, **_: object) -> Get:
    return Get(Targets, UnparsedAddressInputs, request)


def resolve_unparsed_addresses(request: UnparsedAddressInputs, **_: object) -> Get:
    return Get(Addresses, UnparsedAddressInputs, request)


def wrapped_target(address: Address, description_of_origin: str) -> Get:
    return Get(WrappedTarget, WrappedTargetRequest(address, description_of_origin))


def find_owners(request: OwnersRequest, **_: object) -> Get:
    """Iterate over the result: it is a mapping in 2.17.1 and an ordered set of addresses in newer Pants."""
    return Get(Owners, OwnersRequest, request)


def hydrate_sources(request: HydrateSourcesRequest, **_: object) -> Get:
    return Get(HydratedSources, HydrateSourcesRequest, request)


def determine_source_files(request: SourceFilesRequest, **_: object) -> Get:
    return Get(SourceFiles, SourceFilesRequest, request)


def build_package(request: EnvironmentAwarePackageRequest, **_: object) -> Get:
    return Get(BuiltPackage, EnvironmentAwarePackageRequest, request)


# The JavaScript backend


def all_package_json(**_: object) -> Get:
    return Get(AllPackageJson)


def first_party_node_packages(**_: object) -> Get:
    return Get(FirstPartyNodePackageTargets)


def all_node_projects(**_: object) -> Get:
    return Get(AllNodeJSProjects)


def find_owning_package(request: OwningNodePackageRequest, **_: object) -> Get:
    return Get(OwningNodePackage, OwningNodePackageRequest, request)
