"""Which functions a program needs at the start: runs it, as the field `start_up_runs` says, and records them.

A run is one process under the plain Node.js of this machine, whatever platform the executable is for: what is recorded are
positions in sources. Runs are cached like any other step, so one is done again when a file of the program changed.
"""

from __future__ import annotations

import json
import os.path
from dataclasses import dataclass
from typing import Any

from pants.engine.fs import AddPrefix, CreateDigest, Digest, FileContent, MergeDigests
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import HOST_NODE, OUT, PROJECT
from pkg_rules.core.start_up import StartUpRun, StartUpRunError, all_functions, start_up_run
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    get_digest_contents,
    implicitly,
    merge_digests,
    run_fallible_process,
)
from pkg_rules.target_types import NodeExecutableStartUpRunsField
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.node_distribution import HostNodeRequest, NodeDistribution, host_node
from pkg_rules.util_rules.node_modules import SYSTEM_ENVIRONMENT
from pkg_rules.util_rules.python_tools import package_data

SCRIPTS = "__scripts"
PLAN = "__plan.json"
OUTPUT = f"{OUT}/start_up.json"
_SCRIPT_FILES = ("record_start_up.cjs", "start_up_recorder.cjs")

# A program that is busy for longer does more than to start.
SECONDS = 60


@dataclass(frozen=True)
class StartUpRuns:
    """`target` is for messages, `directory` where the runs take place, `node_options` are given to Node.js."""

    target: str
    directory: str
    runs: tuple[str, ...]
    node_options: tuple[str, ...] = ()


@dataclass(frozen=True)
class StartUpRequest:
    app_files: AppFiles
    node_version: str
    runs: StartUpRuns


@dataclass(frozen=True)
class StartUpFunctions:
    """Where the functions start that ran, in UTF-16 units, by the path of the file relative to the build root."""

    by_path: FrozenDict[str, tuple[int, ...]]


def run_plan(run: StartUpRun, entry_point: str, runs: StartUpRuns) -> bytes:
    """What scripts/record_start_up.cjs is told, which says what it means."""
    plan = {
        "version": 1,
        "directory": PROJECT,
        "working_directory": os.path.join(PROJECT, runs.directory),
        "node_options": runs.node_options,
        "entry_point": entry_point,
        "arguments": run.arguments,
        "environment": dict(run.environment),
        "seconds": SECONDS,
    }
    return json.dumps(plan, sort_keys=True).encode()


def run_process(node: NodeDistribution, scripts: Digest, inputs: Digest, description: str) -> Process:
    return Process(
        argv=(
            os.path.join(HOST_NODE, node.executable),
            os.path.join(SCRIPTS, _SCRIPT_FILES[0]),
            PLAN,
            OUTPUT,
        ),
        env=SYSTEM_ENVIRONMENT,
        input_digest=inputs,
        immutable_input_digests={HOST_NODE: node.digest, SCRIPTS: scripts},
        output_files=(OUTPUT,),
        description=description,
        level=LogLevel.INFO,
        timeout_seconds=2 * SECONDS,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Record what programs need at the start", level=LogLevel.DEBUG)
async def _start_up_functions(request: StartUpRequest) -> StartUpFunctions:
    runs, files = request.runs, request.app_files
    found, scripts, program = await concurrently(
        host_node(HostNodeRequest(request.node_version), **implicitly()),
        create_digest(
            CreateDigest(
                FileContent(name, content)
                for name in _SCRIPT_FILES
                for _, content in package_data(f"scripts/{name}")
            ),
            **implicitly(),
        ),
        merge_digests(MergeDigests([files.first_party.digest, files.third_party]), **implicitly()),
    )
    placed = await add_prefix(AddPrefix(program, PROJECT), **implicitly())
    plans = await concurrently(
        create_digest(
            CreateDigest([FileContent(PLAN, run_plan(_parsed(text, runs), files.entry_point, runs))]),
            **implicitly(),
        )
        for text in runs.runs
    )
    inputs = await concurrently(
        merge_digests(MergeDigests([placed, plan]), **implicitly()) for plan in plans
    )
    results = await concurrently(
        run_fallible_process(
            run_process(
                found.distribution,
                scripts,
                one,
                f"Record the start of `{f'{files.entry_point} {text}'.strip()}`",
            ),
            **implicitly(),
        )
        for one, text in zip(inputs, runs.runs)
    )
    for text, result in zip(runs.runs, results):
        if result.exit_code:
            raise StartUpRunError(
                f"{_origin(text, runs)} failed: {result.stderr.decode(errors='replace').strip()}\n\n"
                "The build does these runs to learn which functions the program needs at the start. Each has to end with exit "
                "code 0, or to wait for something. It takes place in a sandbox with the files of the program, in the directory "
                "of the BUILD file, without your environment variables. Write other arguments, and variables before them "
                f'(`{NodeExecutableStartUpRunsField.alias}=["PORT=0 serve"]`), or leave it out.'
            )
    contents = await concurrently(
        get_digest_contents(result.output_digest, **implicitly()) for result in results
    )
    return StartUpFunctions(
        FrozenDict(all_functions(file.content for recorded in contents for file in recorded))
    )


def _parsed(text: str, runs: StartUpRuns) -> StartUpRun:
    try:
        return start_up_run(text)
    except StartUpRunError as error:
        raise StartUpRunError(f"{_origin(text, runs)} cannot be done. {error}") from error


def _origin(text: str, runs: StartUpRuns) -> str:
    return f"The run `{text}` in the field `{NodeExecutableStartUpRunsField.alias}` of {runs.target}"


if CALL_BY_NAME:
    start_up_functions = _start_up_functions
else:

    def start_up_functions(request: StartUpRequest, **_: object) -> Get:
        return Get(StartUpFunctions, StartUpRequest, request)


def rules() -> Any:
    return collect_rules()
