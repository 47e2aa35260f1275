"""The pkg configuration of an executable: found, evaluated if it is a program, and read."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from pants.build_graph.address import Address
from pants.engine.fs import CreateDigest, FileContent, MergeDigests, PathGlobs
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.globs import escape_glob
from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.keys import FUNCTION_MARK
from pkg_rules.core.pkg_config.model import PkgConfig
from pkg_rules.core.pkg_config.reader import read_block
from pkg_rules.core.pkg_config.sources import (
    ConfigSource,
    block_of,
    block_of_value,
    candidates,
    choose_source,
)
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT, PROJECT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    get_digest_contents,
    implicitly,
    merge_digests,
    path_globs_to_digest,
    run_fallible_process,
    wrapped_target,
)
from pkg_rules.pkg_config_fields import NodeExecutablePkgConfigField
from pkg_rules.util_rules.first_party import first_party
from pkg_rules.util_rules.hook_sandbox import (
    PLAN,
    HookFilesRequest,
    HookSandbox,
    HookSandboxRequest,
    hook_sandbox,
)

logger = logging.getLogger(__name__)

_EVALUATED = f"{OUT}/config.json"


@dataclass(frozen=True)
class EvaluatedConfigRequest:
    """The path of a `pkg.config.js`."""

    path: str


@dataclass(frozen=True)
class EvaluatedConfig:
    """What it exports as JSON, or why there is nothing."""

    content: bytes
    error: str | None


def evaluate_process(sandbox: HookSandbox, path: str, inputs: Any) -> Process:
    return Process(
        argv=(sandbox.node, sandbox.script("evaluate_config.cjs"), PLAN, _EVALUATED),
        env=sandbox.env,
        input_digest=inputs,
        immutable_input_digests=sandbox.immutable_input_digests,
        output_files=(_EVALUATED,),
        description=f"Evaluate `{path}`",
        level=LogLevel.DEBUG,
        timeout_seconds=60,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Evaluate a pkg configuration", level=LogLevel.DEBUG)
async def _evaluated_config(request: EvaluatedConfigRequest) -> EvaluatedConfig:
    directory = request.path.rpartition("/")[0]
    plan = {"prefix": PROJECT, "file": request.path, "directory": directory, "mark": FUNCTION_MARK}
    sandbox, plan_digest = await concurrently(
        hook_sandbox(
            HookSandboxRequest(HookFilesRequest(directory, (request.path,), ()), all_packages=False),
            **implicitly(),
        ),
        create_digest(
            CreateDigest([FileContent(PLAN, json.dumps(plan, sort_keys=True).encode())]),
            **implicitly(),
        ),
    )
    inputs = await merge_digests(MergeDigests([sandbox.digest, plan_digest]), **implicitly())
    result = await run_fallible_process(evaluate_process(sandbox, request.path, inputs), **implicitly())
    if result.exit_code:
        return EvaluatedConfig(
            b"",
            f"The pkg configuration `{request.path}` could not be evaluated. Node.js says:\n\n"
            f"{result.stderr.decode(errors='replace').strip()}\n\n"
            "It sees itself, the package.json above it, and of the repository what it imports by literal names and a "
            "target owns: add the files it needs to the `dependencies` of the target that owns it.",
        )
    contents = await get_digest_contents(result.output_digest, **implicitly())
    return EvaluatedConfig(contents[0].content, None)


if CALL_BY_NAME:
    evaluated_config = _evaluated_config
else:

    def evaluated_config(request: EvaluatedConfigRequest, **_: object) -> Get:
        return Get(EvaluatedConfig, EvaluatedConfigRequest, request)


@dataclass(frozen=True)
class PkgConfigRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class LoadedPkgConfig:
    """`config` is None if there is none; `error` says why it cannot be used, for packaging to fail with.

    Listing the dependencies of a repository should not fail because of one executable.
    """

    config: PkgConfig | None
    error: str | None = None

    def checked(self) -> PkgConfig | None:
        if self.error is not None:
            raise PkgConfigError(self.error)
        return self.config


@rule(desc="Read the pkg configuration", level=LogLevel.DEBUG)
async def _pkg_config(request: PkgConfigRequest) -> LoadedPkgConfig:
    spec = request.address.spec
    wrapped, files = await concurrently(
        wrapped_target(request.address, "the `node_executable` that is packaged"),
        first_party(**implicitly()),
    )
    value = wrapped.target[NodeExecutablePkgConfigField].value
    package = files.view.package_json(request.address.spec_path)
    try:
        wanted = candidates(value, request.address.spec_path, spec)
    except PkgConfigError as error:
        return LoadedPkgConfig(None, str(error))
    found = await path_globs_to_digest(PathGlobs(map(escape_glob, wanted)), **implicitly())
    existing = {file.path: file.content for file in await get_digest_contents(found, **implicitly())}
    try:
        source = choose_source(value, wanted, existing, package, spec)
    except PkgConfigError as error:
        return LoadedPkgConfig(None, str(error))
    for warning in source.warnings:
        logger.warning(warning)
    if source.path is None:
        return LoadedPkgConfig(None)
    if source.is_program:
        evaluated = await evaluated_config(EvaluatedConfigRequest(source.path), **implicitly())
        if evaluated.error is not None:
            return LoadedPkgConfig(None, evaluated.error)
        content = evaluated.content
    else:
        content = existing[source.path] if source.path in existing else package.content
    return _read(source, content)


def _read(source: ConfigSource, content: bytes) -> LoadedPkgConfig:
    assert source.path is not None
    try:
        block = (
            block_of_value(source.path, json.loads(content))
            if source.is_program
            else block_of(source.path, content)
        )
        config = read_block(source.path, block)
    except PkgRulesError as error:
        return LoadedPkgConfig(None, str(error))
    for warning in config.warnings:
        logger.warning(warning)
    return LoadedPkgConfig(config)


if CALL_BY_NAME:
    pkg_config = _pkg_config
else:

    def pkg_config(request: PkgConfigRequest, **_: object) -> Get:
        return Get(LoadedPkgConfig, PkgConfigRequest, request)


def rules() -> Any:
    return collect_rules()
