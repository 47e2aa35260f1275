"""Runs the hook that may change each file of a program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Tuple, Union

from pants.build_graph.address import Address
from pants.engine.fs import (
    EMPTY_DIGEST,
    AddPrefix,
    CreateDigest,
    Digest,
    FileContent,
    FileEntry,
    MergeDigests,
    RemovePrefix,
    SymlinkEntry,
)
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT, PROJECT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    implicitly,
    merge_digests,
    remove_prefix,
    resolve_unparsed_addresses,
    run_fallible_process,
)
from pkg_rules.pkg_config_fields import NodeExecutableHookDependenciesField
from pkg_rules.util_rules.executable_settings import SettingsRequest, executable_settings
from pkg_rules.util_rules.hook_sandbox import (
    PLAN,
    HookFilesRequest,
    HookSandbox,
    HookSandboxRequest,
    hook_sandbox,
)
from pkg_rules.util_rules.pre_build import HookError, log_output

PROGRAM = "__program"


@dataclass(frozen=True)
class TransformRequest:
    """All files of the program, with the address of its `node_executable`; links are left alone."""

    address: Address
    entries: Tuple[Union[FileEntry, SymlinkEntry], ...]


@dataclass(frozen=True)
class Transformed:
    """Only what was changed, at its place in the repository; empty if there is no hook."""

    digest: Digest


def transform_process(sandbox: HookSandbox, target: str, inputs: Digest) -> Process:
    return Process(
        argv=(sandbox.node, sandbox.script("transform_files.cjs"), PLAN, OUT),
        env=sandbox.env,
        input_digest=inputs,
        immutable_input_digests=sandbox.immutable_input_digests,
        output_directories=(OUT,),
        description=f"Transform the files of `{target}`",
        level=LogLevel.INFO,
        timeout_seconds=sandbox.timeout_seconds,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Transform the files of a program", level=LogLevel.DEBUG)
async def _transformed(request: TransformRequest) -> Transformed:
    found = await executable_settings(SettingsRequest(request.address), **implicitly())
    hook = found.settings.transform
    if hook is None:
        return Transformed(EMPTY_DIGEST)
    assert hook.file is not None, "a transformation is a function, and functions are in files"
    directory = request.address.spec_path
    dependencies = await resolve_unparsed_addresses(
        found.target[NodeExecutableHookDependenciesField].to_unparsed_address_inputs(), **implicitly()
    )
    files = [entry for entry in request.entries if isinstance(entry, FileEntry)]
    plan = {
        "prefix": PROJECT,
        "directory": directory,
        "file": hook.file,
        "member": hook.member,
        "program": PROGRAM,
        "files": [entry.path for entry in files],
    }
    sandbox, program, plan_digest = await concurrently(
        hook_sandbox(
            HookSandboxRequest(
                HookFilesRequest(directory, (hook.file,), tuple(dependencies)), all_packages=False
            ),
            **implicitly(),
        ),
        create_digest(CreateDigest(files), **implicitly()),
        create_digest(
            CreateDigest([FileContent(PLAN, json.dumps(plan, sort_keys=True).encode())]),
            **implicitly(),
        ),
    )
    placed = await add_prefix(AddPrefix(program, PROGRAM), **implicitly())
    inputs = await merge_digests(MergeDigests([sandbox.digest, placed, plan_digest]), **implicitly())
    process = transform_process(sandbox, request.address.spec, inputs)
    result = await run_fallible_process(process, **implicitly())
    if result.exit_code:
        output = (result.stdout + b"\n" + result.stderr).decode(errors="replace").strip()
        raise HookError(hook, request.address.spec, result.exit_code, output)
    log_output(hook, result)
    return Transformed(await remove_prefix(RemovePrefix(result.output_digest, OUT), **implicitly()))


if CALL_BY_NAME:
    transformed = _transformed
else:

    def transformed(request: TransformRequest, **_: object) -> Get:
        return Get(Transformed, TransformRequest, request)


def rules() -> Any:
    return collect_rules()
