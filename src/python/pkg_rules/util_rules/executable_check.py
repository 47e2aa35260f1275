"""Checks an executable that something else than this plugin changed, such as a tool that signs or a hook, as a step of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import Digest
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sea.finished import Expected
from pkg_rules.engine import CALL_BY_NAME, Get, implicitly, run_fallible_process
from pkg_rules.util_rules.prepared_base import SEA_PACKAGES
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script

_EXECUTABLE = "__changed"


@dataclass(frozen=True)
class ExecutableCheckRequest:
    """The executable is at `path` of `digest`."""

    digest: Digest
    path: str
    expected: Expected


@dataclass(frozen=True)
class ExecutableCheck:
    """What is wrong, as sentences; empty if nothing is."""

    problem: str


def check_process(script: PythonScript, request: ExecutableCheckRequest) -> Process:
    return Process(
        argv=(*script.argv, f"{_EXECUTABLE}/{request.path}", request.expected.render()),
        env=script.env,
        immutable_input_digests={**script.immutable_input_digests, _EXECUTABLE: request.digest},
        description="Check a changed executable",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Check an executable", level=LogLevel.DEBUG)
async def _executable_check(request: ExecutableCheckRequest) -> ExecutableCheck:
    script = await python_script(
        PythonScriptRequest("check_executable.py", SEA_PACKAGES), **implicitly()
    )
    checked = await run_fallible_process(check_process(script, request), **implicitly())
    if not checked.exit_code:
        return ExecutableCheck("")
    return ExecutableCheck(checked.stderr.decode(errors="replace").strip())


if CALL_BY_NAME:
    executable_check = _executable_check
else:

    def executable_check(request: ExecutableCheckRequest, **_: object) -> Get:
        return Get(ExecutableCheck, ExecutableCheckRequest, request)


def rules() -> Any:
    return collect_rules()
