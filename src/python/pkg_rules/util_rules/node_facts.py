"""What the Node.js of an executable offers to native addons, read from it without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import Digest
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.engine import CALL_BY_NAME, Get, implicitly, run_fallible_process
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script

BASE = "__base"
OUTPUT = f"{OUT}/facts.json"


class NodeFactsError(PkgRulesError):
    """Nothing tells which native addons a Node.js takes; the message says why."""


@dataclass(frozen=True)
class NodeFactsRequest:
    node: NodeDistribution


@dataclass(frozen=True)
class NodeFactsFile:
    """`path` is that of the file in the digest."""

    digest: Digest
    path: str


def facts_process(script: PythonScript, node: NodeDistribution) -> Process:
    return Process(
        argv=(*script.argv, f"{BASE}/{node.executable}", node.version, node.platform, node.arch, OUTPUT),
        env=script.env,
        immutable_input_digests=FrozenDict({**script.immutable_input_digests, BASE: node.digest}),
        output_files=(OUTPUT,),
        description=f"Read what Node {node.version} for {node.runs_on} offers to native addons",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
    )


@rule(desc="Read what Node.js offers to native addons", level=LogLevel.DEBUG)
async def _node_facts(request: NodeFactsRequest) -> NodeFactsFile:
    script = await python_script(
        PythonScriptRequest("read_node_facts.py", ("core/native",)), **implicitly()
    )
    result = await run_fallible_process(facts_process(script, request.node), **implicitly())
    if result.exit_code:
        raise NodeFactsError(result.stderr.decode(errors="replace").strip())
    return NodeFactsFile(result.output_digest, OUTPUT)


if CALL_BY_NAME:
    node_facts = _node_facts
else:

    def node_facts(request: NodeFactsRequest, **_: object) -> Get:
        return Get(NodeFactsFile, NodeFactsRequest, request)


def rules() -> Any:
    return collect_rules()
