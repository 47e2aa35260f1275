"""Runs a `node_build_script`: the script of a package.json, with a pinned Node.js and all packages installed."""

from __future__ import annotations

import json
import os.path
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.backend.javascript.package_json import (
    NodeBuildScriptEntryPointField,
    NodeBuildScriptOutputDirectoriesField,
    NodeBuildScriptOutputFilesField,
    NodeBuildScriptSourcesField,
    PackageJsonSourceField,
)
from pants.build_graph.address import Address
from pants.core.target_types import FileSourceField, ResourceSourceField
from pants.core.util_rules.source_files import SourceFilesRequest
from pants.engine.env_vars import EnvironmentVarsRequest
from pants.engine.fs import AddPrefix, CreateDigest, Digest, FileContent, MergeDigests, RemovePrefix
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.engine.target import SourcesField, Target
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT, PROJECT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    determine_source_files,
    environment_vars_subset,
    implicitly,
    merge_digests,
    remove_prefix,
    run_fallible_process,
)
from pkg_rules.subsystems.node_modules import NodeModules
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph
from pkg_rules.util_rules.first_party import first_party, is_source_target
from pkg_rules.util_rules.node_modules import (
    PLAN,
    SYSTEM_ENVIRONMENT,
    NodeModulesRequest,
    NodeProjectRequest,
    node_modules,
    node_project,
)
from pkg_rules.util_rules.package_manager import (
    InstalledPackageManager,
    PackageManagerRequest,
    package_manager,
)
from pkg_rules.util_rules.source_fields import SOURCE_FIELDS

# What a program or a script can open: sources and assets, whether checked in or generated.
FILE_FIELDS = (*SOURCE_FIELDS, FileSourceField, ResourceSourceField)


class BuildScriptError(PkgRulesError):
    """A build script failed, or cannot be run."""


@dataclass(frozen=True)
class BuildScriptRequest:
    address: Address


@dataclass(frozen=True)
class BuildScriptOutput:
    """What the script wrote, at its place in the repository."""

    digest: Digest


def source_fields(targets: Iterable[Target]) -> list[SourcesField]:
    """The sources of targets, without build scripts: Pants' own rule would run them with the system's Node.js."""
    return [
        target[SourcesField]
        for target in targets
        if target.has_field(SourcesField) and not is_build_script(target)
    ]


def is_build_script(target: Target) -> bool:
    return target.has_field(NodeBuildScriptSourcesField)


@rule(desc="Run a Node.js build script", level=LogLevel.DEBUG)
async def _build_script(request: BuildScriptRequest, options: NodeModules) -> BuildScriptOutput:
    address = request.address
    graph, files = await concurrently(
        dependency_graph(DependencyGraphRequest(address), **implicitly()),
        first_party(**implicitly()),
    )
    script = graph.root
    package = files.view.package_json(script.residence_dir)
    assert package is not None, f"{address} was generated from a package.json"
    project = files.projects[package.directory]

    # Sources may import what this very script writes, so scripts behind sources are none that have to run before.
    direct = graph.reached(lambda found: not is_build_script(found) and not is_source_target(found))
    earlier = [found.address.spec for found in direct if is_build_script(found)]
    if earlier:
        raise BuildScriptError(
            f"The `node_build_script` `{address}` depends on another one, `{earlier[0]}`. One script cannot yet use the "
            "outputs of another: let one script of the package.json do both steps, and declare only that one."
        )
    targets = graph.reached(lambda target: not is_build_script(target))
    sources, found, installed, env = await concurrently(
        determine_source_files(
            SourceFilesRequest(
                source_fields(targets),
                for_sources_types=(*FILE_FIELDS, PackageJsonSourceField),
                enable_codegen=True,
            ),
            **implicitly(),
        ),
        node_project(NodeProjectRequest(project.directory), **implicitly()),
        node_modules(NodeModulesRequest(project.directory, production=False), **implicitly()),
        environment_vars_subset(
            EnvironmentVarsRequest(options.build_script_env_vars), **implicitly()
        ),
    )
    manager = await package_manager(
        PackageManagerRequest(found.manager, found.version_prefix), **implicitly()
    )
    plan, project_files = await concurrently(
        create_digest(_plan(script, package.directory, manager), **implicitly()),
        merge_digests(
            MergeDigests([sources.snapshot.digest, found.digest, installed.digest]),
            **implicitly(),
        ),
    )
    prefixed = await add_prefix(AddPrefix(project_files, PROJECT), **implicitly())
    inputs = await merge_digests(MergeDigests([prefixed, plan]), **implicitly())
    name = script[NodeBuildScriptEntryPointField].value
    result = await run_fallible_process(
        script_process(name, package.path, manager, env, inputs, options.timeout_seconds),
        **implicitly(),
    )
    if result.exit_code:
        output = (result.stdout + b"\n" + result.stderr).decode(errors="replace").strip()
        raise BuildScriptError(
            f"The script `{name}` of `{package.path}` failed with exit code {result.exit_code} (target `{address}`). "
            f"Its output:\n\n{output}\n\n"
            "It runs in a sandbox that holds the installed packages, and of the repository only what the "
            "`dependencies` of the `package_json` target name."
        )
    digest = await remove_prefix(RemovePrefix(result.output_digest, OUT), **implicitly())
    return BuildScriptOutput(digest)


def script_process(
    name: str,
    package_json: str,
    manager: InstalledPackageManager,
    env: Mapping[str, str],
    inputs: Digest,
    timeout_seconds: int,
) -> Process:
    return Process(
        argv=(manager.node, manager.script("run_build_script.cjs"), PLAN),
        env={**SYSTEM_ENVIRONMENT, **env},
        input_digest=inputs,
        immutable_input_digests=manager.immutable_input_digests,
        output_directories=(OUT,),
        description=f"Run the script `{name}` of `{package_json}`",
        level=LogLevel.INFO,
        timeout_seconds=timeout_seconds,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


def _plan(script: Target, directory: str, manager: InstalledPackageManager) -> CreateDigest:
    outputs = [
        os.path.normpath(os.path.join(directory, path))
        for field in (NodeBuildScriptOutputDirectoriesField, NodeBuildScriptOutputFilesField)
        for path in script[field].value or ()
    ]
    if not outputs:
        raise BuildScriptError(
            f"The target `{script.address}` has neither `{NodeBuildScriptOutputFilesField.alias}` nor "
            f"`{NodeBuildScriptOutputDirectoriesField.alias}`, so nothing of what the script writes could be used. Set "
            "one of them in `node_build_script`."
        )
    plan = {
        "program": manager.program,
        "arguments": ["run", script[NodeBuildScriptEntryPointField].value],
        "prefix": PROJECT,
        "directory": directory,
        # What contains another output comes first.
        "outputs": sorted(set(outputs)),
    }
    return CreateDigest([FileContent(PLAN, json.dumps(plan, sort_keys=True).encode())])


if CALL_BY_NAME:
    build_script = _build_script
else:

    def build_script(request: BuildScriptRequest, **_: object) -> Get:
        return Get(BuildScriptOutput, BuildScriptRequest, request)


def rules() -> Any:
    return collect_rules()
