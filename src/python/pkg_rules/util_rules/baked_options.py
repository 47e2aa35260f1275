"""Options of Node.js and V8 for an executable, tried with the very version that will run with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.baked_options import baked_options as as_node_takes_them
from pkg_rules.core.baked_options import check_can_have_options, rejected_options
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import HOST_NODE, OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    create_digest,
    get_digest_contents,
    implicitly,
    run_process,
)
from pkg_rules.util_rules.node_distribution import HostNodeRequest, NodeDistribution, host_node
from pkg_rules.util_rules.python_tools import package_data

PROGRAM = "__check_options.cjs"
PLAN = "__plan.json"
OUTPUT = f"{OUT}/options.json"


@dataclass(frozen=True)
class BakedOptionsRequest:
    """Options as the user wrote them, with or without dashes, and where: "The `options` field of app:bin"."""

    origin: str
    options: tuple[str, ...]
    node_version: str


@dataclass(frozen=True)
class BakedOptions:
    """`compile` are those of `exec_argv` under which code has to be compiled, so that V8 accepts its cache."""

    exec_argv: tuple[str, ...] = ()
    compile: tuple[str, ...] = ()


def check_process(node: NodeDistribution, inputs: Digest) -> Process:
    return Process(
        argv=(f"{HOST_NODE}/{node.executable}", PROGRAM, PLAN, OUTPUT),
        env={"LANG": "C.UTF-8", "TZ": "UTC"},
        input_digest=inputs,
        immutable_input_digests=FrozenDict({HOST_NODE: node.digest}),
        output_files=(OUTPUT,),
        description=f"Try the options of an executable with Node {node.version}",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Check the options of an executable", level=LogLevel.DEBUG)
async def _baked_options(request: BakedOptionsRequest) -> BakedOptions:
    options = as_node_takes_them(request.origin, request.options)
    if not options:
        return BakedOptions()
    check_can_have_options(request.origin, request.node_version)
    host = await host_node(HostNodeRequest(request.node_version), **implicitly())
    ((_, program),) = package_data("scripts/check_options.cjs")
    plan = json.dumps({"options": options})
    inputs = await create_digest(
        CreateDigest([FileContent(PROGRAM, program), FileContent(PLAN, plan.encode())]),
        **implicitly(),
    )
    result = await run_process(check_process(host.distribution, inputs), **implicitly())
    (report,) = await get_digest_contents(result.output_digest, **implicitly())
    found = json.loads(report.content)
    if found["rejected"]:
        rejected = [(option, said) for option, said in found["rejected"]]
        raise rejected_options(request.origin, rejected, request.node_version)
    return BakedOptions(options, tuple(found["compile"]))


if CALL_BY_NAME:
    baked_options = _baked_options
else:

    def baked_options(request: BakedOptionsRequest, **_: object) -> Get:
        return Get(BakedOptions, BakedOptionsRequest, request)


def rules() -> Any:
    return collect_rules()
