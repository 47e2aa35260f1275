"""The goal that asks the registries what to pin and writes the lock file."""

from __future__ import annotations

from typing import Any

from pants.engine.console import Console
from pants.engine.fs import CreateDigest, Digest, FileContent, MergeDigests, PathGlobs, Workspace
from pants.engine.goal import Goal, GoalSubsystem
from pants.engine.process import Process, ProcessCacheScope
from pants.engine.rules import collect_rules, goal_rule
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.node_lock import NodeLock, NodeLockError
from pkg_rules.core.node_lock_diff import describe_changes, keep_own_entries
from pkg_rules.core.node_lock_file import parse_node_lock, render_node_lock
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.engine import (
    concurrently,
    create_digest,
    get_digest_contents,
    implicitly,
    merge_digests,
    path_globs_to_digest,
    run_fallible_process,
)
from pkg_rules.subsystems.node_distributions import NodeDistributions
from pkg_rules.util_rules.pinned_download import FETCH_PACKAGES
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script
from pkg_rules.util_rules.registry_access import RegistryAccess, registry_access

_NEW_LOCK = f"{OUT}/node.lock.json"


class RefreshError(PkgRulesError):
    """The registries could not be asked; the message says why."""


class RefreshNodeLockSubsystem(GoalSubsystem):
    name = "refresh-node-lock"
    help = (
        "Pin the Node.js versions, package managers and libraries of `[node-distributions]` anew.\n\n"
        "Downloads everything that is to be pinned from the configured registries, checks it against the hashes that "
        "they announce, writes the lock file and says what changed. Entries with a source of kind `url`, which were "
        "added by hand, are kept."
    )


class RefreshNodeLock(Goal):
    subsystem_cls = RefreshNodeLockSubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


def pin_process(script: PythonScript, access: RegistryAccess, inputs: Digest) -> Process:
    return Process(
        argv=(*script.argv, "request.json", "__scratch", _NEW_LOCK),
        env={**script.env, **access.env},
        input_digest=inputs,
        immutable_input_digests=script.immutable_input_digests,
        output_files=(_NEW_LOCK,),
        description="Ask the registries what to pin",
        level=LogLevel.INFO,
        timeout_seconds=7200,
        # The point of the goal is to ask again.
        cache_scope=ProcessCacheScope.PER_SESSION,
    )


@goal_rule
async def refresh_node_lock(
    console: Console, workspace: Workspace, options: NodeDistributions
) -> RefreshNodeLock:
    script, access, old_digest = await concurrently(
        python_script(PythonScriptRequest("pin.py", ("scripts/fetch.py", *FETCH_PACKAGES)), **implicitly()),
        registry_access(**implicitly()),
        path_globs_to_digest(PathGlobs([options.lock_file]), **implicitly()),
    )
    request = access.request_json(
        nodes=list(options.versions),
        packages=list(options.packages),
        wheels=list(options.libraries),
    )
    request_digest, old_contents = await concurrently(
        create_digest(CreateDigest([FileContent("request.json", request)]), **implicitly()),
        get_digest_contents(old_digest, **implicitly()),
    )
    inputs = await merge_digests(MergeDigests([request_digest, access.digest]), **implicitly())
    result = await run_fallible_process(pin_process(script, access, inputs), **implicitly())
    if result.exit_code:
        raise RefreshError(
            f"`{options.lock_file}` was left as it is.\n\n"
            + result.stderr.decode(errors="replace").strip()
        )
    (new_file,) = await get_digest_contents(result.output_digest, **implicitly())
    old = _read_old(old_contents[0].content, options.lock_file, console) if old_contents else NodeLock(())
    new = keep_own_entries(old, parse_node_lock(new_file.content, options.lock_file))
    digest = await create_digest(
        CreateDigest([FileContent(options.lock_file, render_node_lock(new).encode())]), **implicitly()
    )
    workspace.write_digest(digest)
    changes, alarms = describe_changes(old, new)
    for line in changes:
        console.print_stdout(line)
    for line in alarms:
        console.print_stderr(console.red(f"warning: {line}"))
    console.print_stdout(
        f"Wrote `{options.lock_file}`: {len(new.entries)} pinned, "
        + (f"{len(changes) + len(alarms)} changes." if changes or alarms else "nothing changed.")
    )
    return RefreshNodeLock(exit_code=0)


def _read_old(content: bytes, name: str, console: Console) -> NodeLock:
    try:
        return parse_node_lock(content, name)
    except NodeLockError as error:
        console.print_stderr(f"warning: the old lock file is replaced as a whole. {error}")
        return NodeLock(())


def rules() -> Any:
    return collect_rules()
