"""A universal executable for macOS: one for each architecture, built and signed as if they were alone, then joined."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pants.engine.fs import AddPrefix, Digest, MergeDigests
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.remote_cache import WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.core.sea.finished import Expected
from pkg_rules.core.triples import UNIVERSAL
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    implicitly,
    merge_digests,
    run_fallible_process,
)
from pkg_rules.util_rules.assemble import (
    OUTPUT,
    AssembledExecutable,
    AssembleError,
    NamedRequest,
    named,
)
from pkg_rules.util_rules.executable import ExecutableRequest, executable
from pkg_rules.util_rules.prepared_base import SEA_PACKAGES
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script

# Without the name of the target, which must not get into the key of the process.
_PART = "part"


@dataclass(frozen=True)
class UniversalExecutableRequest:
    """`executable` has the architecture `universal`."""

    executable: ExecutableRequest
    expected: Expected


def join_process(script: PythonScript, parts: Digest, expected: Expected) -> Process:
    return Process(
        argv=(*script.argv, OUTPUT, expected.render(), *(f"__parts/{arch}/{_PART}" for arch in UNIVERSAL)),
        env=script.env,
        immutable_input_digests={**script.immutable_input_digests, "__parts": parts},
        output_files=(OUTPUT,),
        description="Join executables for macOS",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
        # The output is large: a result that is being fetched must not be lost to a race with a new run.
        remote_cache_speculation_delay_millis=WAIT_FOR_LARGE_HIT_MILLIS,
    )


@rule(desc="Build a universal executable", level=LogLevel.DEBUG)
async def _universal_executable(request: UniversalExecutableRequest) -> AssembledExecutable:
    asked = request.executable
    built = await concurrently(
        executable(
            replace(asked, triple=replace(asked.triple, arch=arch), file_name=_PART), **implicitly()
        )
        for arch in UNIVERSAL
    )
    digests = await concurrently(
        add_prefix(AddPrefix(one.digest, arch), **implicitly()) for arch, one in zip(UNIVERSAL, built)
    )
    script, parts = await concurrently(
        python_script(PythonScriptRequest("join_executables.py", SEA_PACKAGES), **implicitly()),
        merge_digests(MergeDigests(digests), **implicitly()),
    )
    result = await run_fallible_process(join_process(script, parts, request.expected), **implicitly())
    if result.exit_code:
        raise AssembleError(
            f"`{asked.file_name}` could not be made of its parts. "
            + result.stderr.decode(errors="replace").strip()
        )
    return await named(NamedRequest(result.output_digest, OUTPUT, asked.file_name), **implicitly())


if CALL_BY_NAME:
    universal_executable = _universal_executable
else:

    def universal_executable(request: UniversalExecutableRequest, **_: object) -> Get:
        return Get(AssembledExecutable, UniversalExecutableRequest, request)


def rules() -> Any:
    return collect_rules()
