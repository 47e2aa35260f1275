"""What V8 compares before it takes bytecode, read from the Node.js of an executable without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.engine import CALL_BY_NAME, Get, implicitly, run_fallible_process
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script

BASE = "__base"


class SnapshotChecksumError(PkgRulesError):
    """Nothing tells whether that Node.js would take bytecode; the message says why."""


@dataclass(frozen=True)
class SnapshotChecksumRequest:
    node: NodeDistribution


@dataclass(frozen=True)
class SnapshotChecksum:
    value: int


def checksum_process(script: PythonScript, node: NodeDistribution) -> Process:
    return Process(
        argv=(*script.argv, f"{BASE}/{node.executable}"),
        env=script.env,
        immutable_input_digests=FrozenDict(
            {**script.immutable_input_digests, BASE: node.digest}
        ),
        description=f"Read what bytecode of Node {node.version} for {node.runs_on} must have",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
    )


@rule(desc="Read the checksum of V8's snapshot", level=LogLevel.DEBUG)
async def _snapshot_checksum(request: SnapshotChecksumRequest) -> SnapshotChecksum:
    script = await python_script(
        PythonScriptRequest("read_snapshot_checksum.py", ("core/binfmt",)), **implicitly()
    )
    result = await run_fallible_process(checksum_process(script, request.node), **implicitly())
    if result.exit_code:
        raise SnapshotChecksumError(result.stderr.decode(errors="replace").strip())
    return SnapshotChecksum(int(result.stdout))


if CALL_BY_NAME:
    snapshot_checksum = _snapshot_checksum
else:

    def snapshot_checksum(request: SnapshotChecksumRequest, **_: object) -> Get:
        return Get(SnapshotChecksum, SnapshotChecksumRequest, request)


def rules() -> Any:
    return collect_rules()
