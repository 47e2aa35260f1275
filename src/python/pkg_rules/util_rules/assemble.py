"""The finished executable: a prepared base with a payload behind it, or one with a single script inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import CreateDigest, Digest, FileEntry
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.remote_cache import WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    create_digest,
    get_digest_entries,
    implicitly,
    run_fallible_process,
)
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.prepared_base import (
    SEA_PACKAGES,
    InjectRequest,
    PreparedBase,
    SeaApplicationRequest,
    inject,
    platform_inputs,
    sea_application,
)
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script


OUTPUT = f"{OUT}/executable"


class AssembleError(PkgRulesError):
    """The executable could not be put together; the message says why."""


@dataclass(frozen=True)
class AssembleRequest:
    """`payload_path` is the payload's path in the digest `payload`; `file_name` may be a path; `branding` is that of
    `WindowsBranding`, `signing` that of `MacosSigning`."""

    prepared_base: PreparedBase
    payload: Digest
    payload_path: str
    file_name: str
    branding: Digest | None = None
    signing: Digest | None = None


@dataclass(frozen=True)
class SimpleExecutableRequest:
    """One self-contained CommonJS script, in the digest `script` at `script_path`, without a virtual file system."""

    distribution: NodeDistribution
    script: Digest
    script_path: str
    file_name: str
    exec_argv: tuple[str, ...] = ()
    exec_argv_extension: str = "env"
    branding: Digest | None = None
    signing: Digest | None = None
    strip_base: bool = False


@dataclass(frozen=True)
class AssembledExecutable:
    digest: Digest
    path: str


@dataclass(frozen=True)
class NamedRequest:
    digest: Digest
    path: str
    file_name: str


@rule(desc="Name an executable", level=LogLevel.TRACE)
async def _named(request: NamedRequest) -> AssembledExecutable:
    """Gives the file its name as an operation on digests, so that no name gets into the key of a process."""
    entries = await get_digest_entries(request.digest, **implicitly())
    found = [
        entry
        for entry in entries
        if isinstance(entry, FileEntry) and entry.path == request.path
    ]
    if not found:
        raise AssembleError(
            f"`{request.file_name}` was made, but `{request.path}` is not among the outputs of its step. A remote "
            "execution server that ignores the output fields of REAPI 2.0, which this Pants sends, does so."
        )
    digest = await create_digest(
        CreateDigest([FileEntry(request.file_name, found[0].file_digest, is_executable=True)]),
        **implicitly(),
    )
    return AssembledExecutable(digest, request.file_name)


if CALL_BY_NAME:
    named = _named
else:

    def named(request: NamedRequest, **_: object) -> Get:
        return Get(AssembledExecutable, NamedRequest, request)


def assemble_process(script: PythonScript, request: AssembleRequest) -> Process:
    base = request.prepared_base
    more_arguments, more_inputs = platform_inputs(request.branding, request.signing)
    return Process(
        argv=(
            *script.argv,
            f"__base/{base.path}",
            f"__payload/{request.payload_path}",
            OUTPUT,
            f"--kind={base.distribution.runs_on}",
            *more_arguments,
        ),
        env=script.env,
        immutable_input_digests={
            **script.immutable_input_digests,
            "__base": base.digest,
            "__payload": request.payload,
            **more_inputs,
        },
        # The name of the file is not part of the key: equal content is assembled once.
        output_files=(OUTPUT,),
        description=f"Assemble `{request.file_name}`",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
        # The output is large: a result that is being fetched must not be lost to a race with a new run.
        remote_cache_speculation_delay_millis=WAIT_FOR_LARGE_HIT_MILLIS,
    )


@rule(desc="Assemble an executable", level=LogLevel.DEBUG)
async def _assemble(request: AssembleRequest) -> AssembledExecutable:
    script = await python_script(PythonScriptRequest("assemble.py", SEA_PACKAGES), **implicitly())
    result = await run_fallible_process(assemble_process(script, request), **implicitly())
    if result.exit_code:
        raise AssembleError(
            f"`{request.file_name}` could not be assembled. "
            + result.stderr.decode(errors="replace").strip()
        )
    return await named(NamedRequest(result.output_digest, OUTPUT, request.file_name), **implicitly())


if CALL_BY_NAME:
    assemble = _assemble
else:

    def assemble(request: AssembleRequest, **_: object) -> Get:
        return Get(AssembledExecutable, AssembleRequest, request)


@rule(desc="Make an executable of one script", level=LogLevel.DEBUG)
async def _simple_executable(request: SimpleExecutableRequest) -> AssembledExecutable:
    application = await sea_application(
        SeaApplicationRequest(
            distribution=request.distribution,
            script=request.script,
            script_path=request.script_path,
            exec_argv=request.exec_argv,
            exec_argv_extension=request.exec_argv_extension,
        ),
        **implicitly(),
    )
    base = await inject(
        InjectRequest(
            request.distribution,
            application,
            request.branding,
            request.signing,
            request.strip_base,
        ),
        **implicitly(),
    )
    return await named(NamedRequest(base.digest, base.path, request.file_name), **implicitly())


if CALL_BY_NAME:
    simple_executable = _simple_executable
else:

    def simple_executable(request: SimpleExecutableRequest, **_: object) -> Get:
        return Get(AssembledExecutable, SimpleExecutableRequest, request)


def rules() -> Any:
    return collect_rules()
