"""Runs the hook that comes before everything else, and takes what it writes into the program."""

from __future__ import annotations

import json
import logging
import os.path
from dataclasses import dataclass
from typing import Any, Sequence

from pants.build_graph.address import Address
from pants.core.util_rules.source_files import SourceFilesRequest
from pants.engine.fs import (
    EMPTY_DIGEST,
    AddPrefix,
    CreateDigest,
    Digest,
    FileContent,
    MergeDigests,
    RemovePrefix,
)
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.engine.target import InvalidFieldException
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.pkg_config.settings import HookSource
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT, PROJECT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    determine_source_files,
    implicitly,
    merge_digests,
    remove_prefix,
    resolve_unparsed_addresses,
    run_fallible_process,
)
from pkg_rules.pkg_config_fields import (
    NodeExecutableHookDependenciesField,
    NodeExecutablePreBuildField,
    NodeExecutablePreBuildOutputsField,
)
from pkg_rules.util_rules.build_script import FILE_FIELDS, is_build_script, source_fields
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph
from pkg_rules.util_rules.executable_settings import SettingsRequest, executable_settings
from pkg_rules.util_rules.hook_sandbox import (
    PLAN,
    HookFilesRequest,
    HookSandbox,
    HookSandboxRequest,
    hook_sandbox,
)


logger = logging.getLogger(__name__)


def log_output(hook: HookSource, result: Any) -> None:
    """What a hook that succeeded has to say."""
    said = (result.stdout + b"\n" + result.stderr).decode(errors="replace").strip()
    if said:
        logger.info(f"The hook {hook.origin} says:\n{said}")


class HookError(PkgRulesError):
    def __init__(self, hook: HookSource, target: str, exit_code: int, output: str) -> None:
        what = f"`{hook.command}`" if hook.command is not None else f"the function of `{hook.file}`"
        super().__init__(
            f"The hook {hook.origin}, {what}, failed with exit code {exit_code} (target `{target}`). Its output:\n\n"
            f"{output}\n\n"
            "It runs in a sandbox: of the repository there is what its target names in "
            f"`{NodeExecutableHookDependenciesField.alias}`, with the installed packages of the project, and nothing of this "
            "machine but the system's own tools."
        )


@dataclass(frozen=True)
class PreBuildRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class PreBuildOutput:
    """At its place in the repository; empty if there is no hook."""

    digest: Digest


def hook_plan(
    hook: HookSource,
    directory: str,
    sandbox: HookSandbox,
    outputs: Sequence[str] = (),
    executable: tuple[str, str] | None = None,
) -> bytes:
    """What scripts/run_hook.cjs is told; `executable` is where the file is, and where the hook finds it."""
    plan = {
        "command": hook.command,
        "file": hook.file,
        "member": hook.member,
        "prefix": PROJECT,
        "directory": directory,
        "commands": dict(sandbox.commands),
        # What contains another output comes first.
        "outputs": sorted(set(outputs)),
        "executable": None if executable is None else {"from": executable[0], "to": executable[1]},
    }
    return json.dumps(plan, sort_keys=True).encode()


def pre_build_process(sandbox: HookSandbox, target: str, inputs: Digest) -> Process:
    return Process(
        argv=(sandbox.node, sandbox.script("run_hook.cjs"), PLAN),
        env=sandbox.env,
        input_digest=inputs,
        immutable_input_digests=sandbox.immutable_input_digests,
        output_directories=(OUT,),
        description=f"Run the pre-build hook of `{target}`",
        level=LogLevel.INFO,
        timeout_seconds=sandbox.timeout_seconds,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


def output_path(output: str, address: Address) -> str:
    """The path of an item of `pre_build_outputs`, relative to the build root."""
    path = os.path.normpath(os.path.join(address.spec_path, output))
    if not output or output.startswith("/") or path in (".", "..") or path.startswith("../"):
        raise InvalidFieldException(
            f"The item `{output}` of the field `{NodeExecutablePreBuildOutputsField.alias}` of {address} is not the path of "
            "a file or directory in this repository. It is relative to the directory of the BUILD file, e.g. `dist`."
        )
    return path


@rule(desc="Run a pre-build hook", level=LogLevel.DEBUG)
async def _pre_build(request: PreBuildRequest) -> PreBuildOutput:
    found = await executable_settings(SettingsRequest(request.address), **implicitly())
    hook = found.settings.pre_build
    outputs = found.target[NodeExecutablePreBuildOutputsField].value
    if hook is None:
        return PreBuildOutput(EMPTY_DIGEST)
    if outputs is None:
        raise InvalidFieldException(
            f"The target {request.address} has a hook, {hook.origin}, but not the field "
            f"`{NodeExecutablePreBuildOutputsField.alias}`. The hook runs in a sandbox, from which only the files and "
            "directories are taken that this field names, relative to the directory of the BUILD file. If the hook writes "
            f'nothing that the program needs, write `{NodeExecutablePreBuildOutputsField.alias}=[]`; `{NodeExecutablePreBuildField.alias}=""` '
            "switches the hook off."
        )
    directory = request.address.spec_path
    graph, dependencies = await concurrently(
        dependency_graph(DependencyGraphRequest(request.address), **implicitly()),
        resolve_unparsed_addresses(
            found.target[NodeExecutableHookDependenciesField].to_unparsed_address_inputs(), **implicitly()
        ),
    )
    own = await determine_source_files(
        SourceFilesRequest(
            source_fields(graph.reached(lambda target: not is_build_script(target))),
            for_sources_types=FILE_FIELDS,
            enable_codegen=True,
        ),
        **implicitly(),
    )
    files = (hook.file,) if hook.file is not None else ()
    sandbox, program = await concurrently(
        hook_sandbox(
            HookSandboxRequest(
                HookFilesRequest(directory, files, tuple(dependencies)), all_packages=True
            ),
            **implicitly(),
        ),
        add_prefix(AddPrefix(own.snapshot.digest, PROJECT), **implicitly()),
    )
    paths = [output_path(output, request.address) for output in outputs]
    plan = await create_digest(
        CreateDigest([FileContent(PLAN, hook_plan(hook, directory, sandbox, paths))]), **implicitly()
    )
    inputs = await merge_digests(MergeDigests([sandbox.digest, program, plan]), **implicitly())
    process = pre_build_process(sandbox, request.address.spec, inputs)
    result = await run_fallible_process(process, **implicitly())
    if result.exit_code:
        output = (result.stdout + b"\n" + result.stderr).decode(errors="replace").strip()
        raise HookError(hook, request.address.spec, result.exit_code, output)
    log_output(hook, result)
    digest = await remove_prefix(RemovePrefix(result.output_digest, OUT), **implicitly())
    return PreBuildOutput(digest)


if CALL_BY_NAME:
    pre_build = _pre_build
else:

    def pre_build(request: PreBuildRequest, **_: object) -> Get:
        return Get(PreBuildOutput, PreBuildRequest, request)


def rules() -> Any:
    return collect_rules()
