"""A Node.js executable with a loader put into it: made once for all programs of that Node.js, loader and options."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from pants.engine.fs import CreateDigest, Digest, FileContent, MergeDigests, RemovePrefix
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS, WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.core.sea.locator import EMPTY
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    create_digest,
    implicitly,
    merge_digests,
    remove_prefix,
    run_fallible_process,
)
from pkg_rules.util_rules.macos_signing import SIGNING
from pkg_rules.util_rules.node_distribution import (
    HostNodeRequest,
    NodeDistribution,
    host_node,
)
from pkg_rules.util_rules.node_runner import (
    NodeRunner,
    NodeRunnerRequest,
    native_runner,
    node_runner,
)
from pkg_rules.util_rules.python_tools import (
    PythonScript,
    PythonScriptRequest,
    package_data,
    python_script,
)
from pkg_rules.util_rules.windows_branding import BRANDING

logger = logging.getLogger(__name__)

LOCATOR_ASSET = "locator"
INJECT_PACKAGES = ("core/binfmt", "core/sea")
# What finishes an executable reads its payload again.
SEA_PACKAGES = (*INJECT_PACKAGES, "core/payload")


class PreparedBaseError(PkgRulesError):
    """Node.js or the injection refused; the message says why."""


@dataclass(frozen=True)
class SeaApplicationRequest:
    """What Node.js starts with: the file `script_path` of the digest `script`, CommonJS without imports of other files.

    `exec_argv` are options of Node.js and V8 that are baked in; `exec_argv_extension` says who may add to them: nobody
    (`none`), `NODE_OPTIONS` (`env`) or the command line (`cli`). With `assets`, pairs of name and content, the script is
    taken as a loader, which starts without any sign of its own, see `scripts/start_loader.cjs`.
    """

    distribution: NodeDistribution
    script: Digest
    script_path: str
    exec_argv: tuple[str, ...] = ()
    exec_argv_extension: str = "env"
    assets: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class SeaApplication:
    """What goes into the executable, in the form that this version of Node.js reads: one file at the top."""

    digest: Digest
    path: str


@dataclass(frozen=True)
class PreparedBaseRequest:
    """The loader gets an asset `locator`, which the assembly fills with the place of the payload. `strip` leaves symbols out
    of Node.js, where that can be."""

    distribution: NodeDistribution
    loader: Digest
    loader_path: str = "loader.cjs"
    exec_argv: tuple[str, ...] = ()
    exec_argv_extension: str = "env"
    strip: bool = False


@dataclass(frozen=True)
class PreparedBase:
    """`digest` holds the executable at `path`, and beside it what is known of it in `<path>.json`."""

    distribution: NodeDistribution
    digest: Digest
    path: str


def application_process(target: NodeDistribution, runner: NodeRunner, inputs: Digest) -> Process:
    output = f"{OUT}/application"
    return Process(
        argv=(
            *runner.argv,
            "__make_application.cjs",
            "__config.json",
            output,
        ),
        input_digest=inputs,
        immutable_input_digests=runner.immutable_input_digests,
        output_files=(output,),
        description=f"Make a Node.js {target.version} application for {target.runs_on}",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Make the application of an executable", level=LogLevel.DEBUG)
async def _sea_application(request: SeaApplicationRequest) -> SeaApplication:
    target = request.distribution
    runner = await node_runner(NodeRunnerRequest(target), **implicitly())
    # A code cache depends on the platform; on another one it would only be refused.
    has_code_cache = bool(runner.argv)
    if not has_code_cache:
        # Of whatever platform, only the very version that will run the application knows its form.
        host = await host_node(HostNodeRequest(target.version), **implicitly())
        runner = native_runner(host.distribution)
    config: dict[str, Any] = {
        "disableExperimentalSEAWarning": True,
        "useSnapshot": False,
        "execArgv": list(request.exec_argv),
        "execArgvExtension": request.exec_argv_extension,
        "assets": {name: f"__assets/{name}" for name, _ in request.assets},
    }
    if request.assets:
        config.update(
            main="__start_loader.cjs",
            useCodeCache=False,
            loader=request.script_path,
            loaderCache=has_code_cache,
        )
    else:
        config.update(main=request.script_path, useCodeCache=has_code_cache)
    programs = ("make_application.cjs", "start_loader.cjs")
    files = await create_digest(
        CreateDigest(
            [
                FileContent("__config.json", json.dumps(config, sort_keys=True).encode()),
                *(
                    FileContent(f"__{name}", content)
                    for name in programs
                    for _, content in package_data(f"scripts/{name}")
                ),
                *(FileContent(f"__assets/{name}", content) for name, content in request.assets),
            ]
        ),
        **implicitly(),
    )
    inputs = await merge_digests(MergeDigests([files, request.script]), **implicitly())
    result = await run_fallible_process(
        application_process(target, runner, inputs), **implicitly()
    )
    if result.exit_code:
        raise PreparedBaseError(result.stderr.decode(errors="replace").strip())
    digest = await remove_prefix(RemovePrefix(result.output_digest, OUT), **implicitly())
    return SeaApplication(digest, "application")


if CALL_BY_NAME:
    sea_application = _sea_application
else:

    def sea_application(request: SeaApplicationRequest, **_: object) -> Get:
        return Get(SeaApplication, SeaApplicationRequest, request)


@dataclass(frozen=True)
class InjectRequest:
    """`branding` is that of `WindowsBranding`, `signing` that of `MacosSigning`."""

    distribution: NodeDistribution
    application: SeaApplication
    branding: Digest | None = None
    signing: Digest | None = None
    strip: bool = False


def platform_inputs(
    branding: Digest | None, signing: Digest | None
) -> tuple[tuple[str, ...], dict[str, Digest]]:
    """The last arguments of a step that writes an executable, and the immutable inputs that they name."""
    arguments: tuple[str, ...] = ()
    inputs: dict[str, Digest] = {}
    if branding is not None:
        arguments += (f"--branding=__branding/{BRANDING}",)
        inputs["__branding"] = branding
    if signing is not None:
        arguments += (f"--signing=__signing/{SIGNING}",)
        inputs["__signing"] = signing
    return arguments, inputs


def inject_process(script: PythonScript, request: InjectRequest) -> Process:
    distribution = request.distribution
    outputs = (f"{OUT}/base", f"{OUT}/base.json")
    more_arguments, more_inputs = platform_inputs(request.branding, request.signing)
    return Process(
        argv=(
            *script.argv,
            f"__base/{distribution.executable}",
            f"__application/{request.application.path}",
            outputs[0],
            f"--kind={distribution.runs_on}",
            *more_arguments,
            *(("--strip-symbols",) if request.strip else ()),
        ),
        env=script.env,
        immutable_input_digests={
            **script.immutable_input_digests,
            "__application": request.application.digest,
            "__base": distribution.digest,
            **more_inputs,
        },
        output_files=outputs,
        description=f"Prepare Node.js {distribution.version} for {distribution.runs_on}",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
        # Quick to do again, but the output is large: a hit must not be lost to a race with a new run.
        remote_cache_speculation_delay_millis=WAIT_FOR_LARGE_HIT_MILLIS,
    )


@rule(desc="Put an application into Node.js", level=LogLevel.DEBUG)
async def _inject(request: InjectRequest) -> PreparedBase:
    script = await python_script(PythonScriptRequest("inject.py", INJECT_PACKAGES), **implicitly())
    result = await run_fallible_process(inject_process(script, request), **implicitly())
    if result.exit_code:
        raise PreparedBaseError(result.stderr.decode(errors="replace").strip())
    if request.strip:
        node, saved = request.distribution, int(result.stdout)
        logger.info(f"Node.js {node.version} for {node.runs_on} is {saved:,} bytes smaller without its symbols.")
    digest = await remove_prefix(RemovePrefix(result.output_digest, OUT), **implicitly())
    return PreparedBase(request.distribution, digest, "base")


if CALL_BY_NAME:
    inject = _inject
else:

    def inject(request: InjectRequest, **_: object) -> Get:
        return Get(PreparedBase, InjectRequest, request)


@rule(desc="Prepare a base", level=LogLevel.DEBUG)
async def _prepared_base(request: PreparedBaseRequest) -> PreparedBase:
    application = await sea_application(
        SeaApplicationRequest(
            distribution=request.distribution,
            script=request.loader,
            script_path=request.loader_path,
            exec_argv=request.exec_argv,
            exec_argv_extension=request.exec_argv_extension,
            assets=((LOCATOR_ASSET, EMPTY),),
        ),
        **implicitly(),
    )
    return await inject(
        InjectRequest(request.distribution, application, strip=request.strip), **implicitly()
    )


if CALL_BY_NAME:
    prepared_base = _prepared_base
else:

    def prepared_base(request: PreparedBaseRequest, **_: object) -> Get:
        return Get(PreparedBase, PreparedBaseRequest, request)


def rules() -> Any:
    return collect_rules()
