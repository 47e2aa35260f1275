"""Where a pkg configuration is evaluated and its hooks run: files of the repository, packages, a pinned Node.js."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any

from pants.backend.javascript.package_json import (
    NodeThirdPartyPackageNameField,
    PackageJsonSourceField,
)
from pants.build_graph.address import Address
from pants.core.util_rules.source_files import SourceFilesRequest
from pants.engine.env_vars import EnvironmentVarsRequest
from pants.engine.fs import AddPrefix, CreateDigest, Digest, FileContent, MergeDigests, PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.globs import escape_glob
from pkg_rules.core.npm.package_manager import NPM
from pkg_rules.core.npm.workspaces import Project, project_of
from pkg_rules.core.sandbox_paths import HOST_NODE, PROJECT
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
    path_globs_to_digest,
)
from pkg_rules.subsystems.node_modules import NodeModules
from pkg_rules.util_rules.build_script import (
    FILE_FIELDS,
    BuildScriptRequest,
    build_script,
    is_build_script,
    source_fields,
)
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph
from pkg_rules.util_rules.first_party import first_party
from pkg_rules.util_rules.node_modules import (
    SYSTEM_ENVIRONMENT,
    NodeModulesRequest,
    NodeProjectRequest,
    node_modules,
    node_project,
)
from pkg_rules.util_rules.package_manager import (
    PackageManagerRequest,
    package_manager,
    tool_node,
)
from pkg_rules.util_rules.python_tools import package_data

SCRIPTS = "__hook_scripts"
PLAN = "__plan.json"
_SCRIPT_FILES = (
    "evaluate_config.cjs",
    "load_config.cjs",
    "run_hook.cjs",
    "sandbox_environment.cjs",
    "transform_files.cjs",
)


@dataclass(frozen=True)
class HookFilesRequest:
    """`directory` is where it runs, `files` what is there whether or not a target owns it; owners of these and
    `dependencies` bring what they import."""

    directory: str
    files: tuple[str, ...]
    dependencies: tuple[Address, ...]


@dataclass(frozen=True)
class HookFiles:
    """At their place in the repository, below `PROJECT`; `uses_packages` if any target of a package is among them."""

    digest: Digest
    uses_packages: bool


@rule(desc="Collect the files of a hook", level=LogLevel.DEBUG)
async def _hook_files(request: HookFilesRequest) -> HookFiles:
    files = await first_party(**implicitly())
    owners = [address for path in request.files for address in files.owners_of(path)]
    graphs = await concurrently(
        dependency_graph(DependencyGraphRequest(address), **implicitly())
        for address in sorted({*owners, *request.dependencies})
    )
    targets = {
        target.address: target
        for graph in graphs
        for target in (graph.root, *graph.reached(lambda found: not is_build_script(found)))
    }
    scope = files.resolver.scope(request.directory)
    always = [*request.files, *([scope.path] if scope is not None else [])]
    outputs = await concurrently(
        build_script(BuildScriptRequest(address), **implicitly())
        for address, target in targets.items()
        if is_build_script(target)
    )
    sources, named = await concurrently(
        determine_source_files(
            SourceFilesRequest(
                source_fields(targets.values()),
                for_sources_types=(*FILE_FIELDS, PackageJsonSourceField),
                enable_codegen=True,
            ),
            **implicitly(),
        ),
        path_globs_to_digest(PathGlobs(map(escape_glob, always)), **implicitly()),
    )
    merged = await merge_digests(
        MergeDigests([sources.snapshot.digest, named, *(output.digest for output in outputs)]),
        **implicitly(),
    )
    return HookFiles(
        merged,
        any(target.has_field(NodeThirdPartyPackageNameField) for target in targets.values()),
    )


if CALL_BY_NAME:
    hook_files = _hook_files
else:

    def hook_files(request: HookFilesRequest, **_: object) -> Get:
        return Get(HookFiles, HookFilesRequest, request)


@dataclass(frozen=True)
class HookSandboxRequest:
    """With `all_packages` the packages of the project are installed whether or not a target names one, and there are
    the commands of the package manager: for the shell, in which nobody can look for imports."""

    files: HookFilesRequest
    all_packages: bool


@dataclass(frozen=True)
class HookSandbox:
    """`digest` has everything below `PROJECT`; `commands` are names of programs and the scripts that they start."""

    digest: Digest
    node: str
    commands: FrozenDict[str, str]
    immutable_input_digests: FrozenDict[str, Digest]
    env: FrozenDict[str, str]
    timeout_seconds: int

    def script(self, name: str) -> str:
        return os.path.join(SCRIPTS, name)


@rule(desc="Prepare the sandbox of a hook", level=LogLevel.DEBUG)
async def _hook_sandbox(request: HookSandboxRequest, options: NodeModules) -> HookSandbox:
    files, own, tool, env, scripts = await concurrently(
        hook_files(request.files, **implicitly()),
        first_party(**implicitly()),
        tool_node(**implicitly()),
        environment_vars_subset(
            EnvironmentVarsRequest(options.build_script_env_vars), **implicitly()
        ),
        create_digest(
            CreateDigest(
                FileContent(os.path.basename(path), content)
                for name in _SCRIPT_FILES
                for path, content in package_data(f"scripts/{name}")
            ),
            **implicitly(),
        ),
    )
    node = tool.node.distribution
    immutable = {HOST_NODE: node.digest, SCRIPTS: scripts}
    commands: dict[str, str] = {}
    digests = [files.digest]
    project = project_of(request.files.directory, own.projects)
    if project is not None and (
        files.uses_packages or (request.all_packages and _has_packages(project))
    ):
        found, installed = await concurrently(
            node_project(NodeProjectRequest(project.directory), **implicitly()),
            node_modules(NodeModulesRequest(project.directory, production=False), **implicitly()),
        )
        digests += [found.digest, installed.digest]
        name, version_prefix = found.manager, found.version_prefix
    else:
        name, version_prefix = NPM, ""
    if request.all_packages:
        manager = await package_manager(PackageManagerRequest(name, version_prefix), **implicitly())
        immutable.update(manager.immutable_input_digests)
        commands[name] = manager.program
        if name == NPM:
            commands["npx"] = os.path.join(os.path.dirname(manager.program), "npx-cli.js")
    merged = await merge_digests(MergeDigests(digests), **implicitly())
    return HookSandbox(
        digest=await add_prefix(AddPrefix(merged, PROJECT), **implicitly()),
        node=os.path.join(HOST_NODE, node.executable),
        commands=FrozenDict(commands),
        immutable_input_digests=FrozenDict(immutable),
        env=FrozenDict({**SYSTEM_ENVIRONMENT, **env}),
        timeout_seconds=options.timeout_seconds,
    )


def _has_packages(project: Project) -> bool:
    return any(
        package.production_dependencies or package.dev_dependencies for package in project.packages
    )


if CALL_BY_NAME:
    hook_sandbox = _hook_sandbox
else:

    def hook_sandbox(request: HookSandboxRequest, **_: object) -> Get:
        return Get(HookSandbox, HookSandboxRequest, request)


def rules() -> Any:
    return collect_rules()
