"""Runs the hook that comes after everything else, for each finished executable."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any, Tuple

from pants.build_graph.address import Address
from pants.engine.fs import (
    AddPrefix,
    CreateDigest,
    Digest,
    FileContent,
    FileDigest,
    FileEntry,
    MergeDigests,
    RemovePrefix,
)
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.pkg_config.settings import HookSource
from pkg_rules.core.remote_cache import WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.core.sea.finished import Expected
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    get_digest_entries,
    implicitly,
    merge_digests,
    remove_prefix,
    resolve_unparsed_addresses,
    run_fallible_process,
)
from pkg_rules.pkg_config_fields import NodeExecutableHookDependenciesField
from pkg_rules.util_rules.assemble import AssembledExecutable
from pkg_rules.util_rules.executable_check import ExecutableCheckRequest, executable_check
from pkg_rules.util_rules.executable_settings import SettingsRequest, executable_settings
from pkg_rules.util_rules.hook_sandbox import (
    PLAN,
    HookFilesRequest,
    HookSandbox,
    HookSandboxRequest,
    hook_sandbox,
)
from pkg_rules.util_rules.pre_build import HookError, hook_plan, log_output

_EXECUTABLE = "__executable"


class BrokenByHookError(PkgRulesError):
    def __init__(self, hook: HookSource, target: str, expected: Expected, problem: str) -> None:
        advice = (
            "It runs when the executable is signed already. Let it sign again what it changes, or change the program in a "
            "`pre_build` hook or a transformation, which come before."
            if expected.is_signed
            else "It may append to the executable, sign it, and write files beside it. What is to be different inside belongs "
            "into a `pre_build` hook or a transformation."
        )
        super().__init__(
            f"The hook {hook.origin} of the target `{target}` left an executable for `{expected.kind}` that cannot be used, "
            f"so nothing is written to the distribution folder. {problem}\n\n{advice}"
        )


@dataclass(frozen=True)
class PostBuildRequest:
    address: Address
    built: AssembledExecutable
    expected: Expected


@dataclass(frozen=True)
class PostBuilt:
    """The executable, as the hook left it, is at `path`; `beside` are the files that the hook wrote into its directory."""

    digest: Digest
    path: str
    beside: Tuple[str, ...]


def post_build_process(sandbox: HookSandbox, inputs: Digest, built: AssembledExecutable) -> Process:
    return Process(
        argv=(sandbox.node, sandbox.script("run_hook.cjs"), PLAN),
        env=sandbox.env,
        input_digest=inputs,
        immutable_input_digests=FrozenDict(
            {**sandbox.immutable_input_digests, _EXECUTABLE: built.digest}
        ),
        output_directories=(OUT,),
        description=f"Run the post-build hook for `{built.path}`",
        level=LogLevel.INFO,
        timeout_seconds=sandbox.timeout_seconds,
        remote_cache_speculation_delay_millis=WAIT_FOR_LARGE_HIT_MILLIS,
    )


@rule(desc="Run a post-build hook", level=LogLevel.DEBUG)
async def _post_built(request: PostBuildRequest) -> PostBuilt:
    built = request.built
    found = await executable_settings(SettingsRequest(request.address), **implicitly())
    hook = found.settings.post_build
    if hook is None:
        return PostBuilt(built.digest, built.path, ())
    directory = request.address.spec_path
    dependencies = await resolve_unparsed_addresses(
        found.target[NodeExecutableHookDependenciesField].to_unparsed_address_inputs(), **implicitly()
    )
    files = (hook.file,) if hook.file is not None else ()
    sandbox = await hook_sandbox(
        HookSandboxRequest(HookFilesRequest(directory, files, tuple(dependencies)), all_packages=True),
        **implicitly(),
    )
    name = os.path.basename(built.path)
    places = (f"{_EXECUTABLE}/{built.path}", f"{OUT}/{name}")
    plan = hook_plan(hook, directory, sandbox, executable=places)
    plan_digest = await create_digest(CreateDigest([FileContent(PLAN, plan)]), **implicitly())
    inputs = await merge_digests(MergeDigests([sandbox.digest, plan_digest]), **implicitly())
    result = await run_fallible_process(post_build_process(sandbox, inputs, built), **implicitly())
    if result.exit_code:
        output = (result.stdout + b"\n" + result.stderr).decode(errors="replace").strip()
        raise HookError(hook, request.address.spec, result.exit_code, output)
    log_output(hook, result)
    written = await remove_prefix(RemovePrefix(result.output_digest, OUT), **implicitly())
    placed, entries, before = await concurrently(
        add_prefix(AddPrefix(written, os.path.dirname(built.path)), **implicitly()),
        get_digest_entries(written, **implicitly()),
        get_digest_entries(built.digest, **implicitly()),
    )
    if _file(entries, name) != _file(before, built.path):
        checked = await executable_check(
            ExecutableCheckRequest(written, name, request.expected), **implicitly()
        )
        if checked.problem:
            raise BrokenByHookError(hook, request.address.spec, request.expected, checked.problem)
    beside = (entry.path for entry in entries if isinstance(entry, FileEntry) and entry.path != name)
    return PostBuilt(
        placed,
        built.path,
        tuple(sorted(os.path.join(os.path.dirname(built.path), path) for path in beside)),
    )


def _file(entries: Any, path: str) -> FileDigest:
    """The content of a file that is there, as the step of the hook makes sure."""
    (found,) = (entry.file_digest for entry in entries if isinstance(entry, FileEntry) and entry.path == path)
    return found


if CALL_BY_NAME:
    post_built = _post_built
else:

    def post_built(request: PostBuildRequest, **_: object) -> Get:
        return Get(PostBuilt, PostBuildRequest, request)


def rules() -> Any:
    return collect_rules()
