"""How a build step runs a Node.js that may be of another platform than the machine: itself, or under an emulator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.platform import Platform
from pants.engine.process import Process, ProcessCacheScope
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.emulator_launcher import (
    DEBIAN_PACKAGES,
    render_musl_launcher,
    render_qemu_launcher,
)
from pkg_rules.core.node_dist import HOSTS
from pkg_rules.core.sandbox_paths import HOST_NODE
from pkg_rules.engine import CALL_BY_NAME, Get, create_digest, implicitly, run_fallible_process
from pkg_rules.subsystems.node_emulators import EmulatorUse, NodeEmulators
from pkg_rules.util_rules.node_distribution import NodeDistribution

EMULATOR = "__emulator"
_MUSL_ADVICE = (
    "In Debian 13 and Ubuntu 24.04 it is the package `musl`; other places can be named in `[node-emulators].musl_search_path`"
)
_QEMU_ADVICE = (
    f"In Debian and Ubuntu these are the packages `{' '.join(DEBIAN_PACKAGES)}`; other places can be named in "
    "`[node-emulators]`"
)


@dataclass(frozen=True)
class NodeRunnerRequest:
    node: NodeDistribution


@dataclass(frozen=True)
class NodeRunner:
    """What a process that runs the Node.js needs: what comes before Node's own arguments, and immutable inputs.

    The working folder of the process must be the root of the sandbox. Without `argv` it cannot be run here, and
    `reason` says why and what to do; it ends without a full stop.
    """

    argv: tuple[str, ...]
    immutable_input_digests: FrozenDict[str, Digest]
    reason: str = ""
    can_be_mended: bool = True


def emulator_advice(node: NodeDistribution) -> str:
    """How to get what runs it; without a full stop."""
    return _MUSL_ADVICE if node.platform == "alpine" else _QEMU_ADVICE


def native_runner(node: NodeDistribution) -> NodeRunner:
    return NodeRunner((f"{HOST_NODE}/{node.executable}",), FrozenDict({HOST_NODE: node.digest}))


def emulated_runner(node: NodeDistribution, launcher: Digest) -> NodeRunner:
    return NodeRunner(
        (f"{EMULATOR}/node",), FrozenDict({HOST_NODE: node.digest, EMULATOR: launcher})
    )


def check_process(runner: NodeRunner, what: str, inputs: tuple[str, ...] = (EMULATOR,)) -> Process:
    """`inputs` are those of the runner that looking takes."""
    return Process(
        argv=(*runner.argv, "--check"),
        immutable_input_digests={name: runner.immutable_input_digests[name] for name in inputs},
        description=f"Look for {what}",
        level=LogLevel.DEBUG,
        timeout_seconds=60,
        # About this machine, and only as it is now.
        cache_scope=ProcessCacheScope.PER_SESSION,
    )


@rule(desc="Find out how to run Node.js for another platform", level=LogLevel.DEBUG)
async def _node_runner(
    request: NodeRunnerRequest, platform: Platform, emulators: NodeEmulators
) -> NodeRunner:
    node = request.node
    host = "-".join(HOSTS[platform.value])
    if node.runs_on == host:
        return native_runner(node)
    if node.platform == "win":
        return replace(
            _none("V8 compiles for Windows only on Windows, where Pants does not run"), can_be_mended=False
        )
    if node.platform == "macos":
        return replace(
            _none("V8 compiles for macOS only on a Mac: build there to have it"), can_be_mended=False
        )
    is_musl = node.platform == "alpine" and host == f"linux-{node.arch}"
    if not is_musl and (node.runs_on != "linux-arm64" or not host.startswith("linux-")):
        return _none(
            f"Node.js for {node.runs_on} does not run on {host}. Build with an `environment` of that platform"
        )
    option, use = ("musl", emulators.musl) if is_musl else ("qemu", emulators.qemu)
    if use == EmulatorUse.NEVER:
        return _none(f"`[node-emulators].{option}` is `never`")
    if is_musl:
        script = render_musl_launcher(node.executable, node.arch, emulators.musl_search_path)
    else:
        script = render_qemu_launcher(
            node.executable,
            emulators.qemu_search_path,
            emulators.qemu_names,
            emulators.arm64_sysroots,
        )
    launcher = await create_digest(
        CreateDigest([FileContent("node", script.encode(), is_executable=True)]), **implicitly()
    )
    runner = emulated_runner(node, launcher)
    if use == EmulatorUse.REQUIRED:
        # Looked for when the step really runs: what is in a cache needs no emulator.
        return runner
    check = (
        # An old one is found and crashes.
        check_process(runner, "the C library musl", (EMULATOR, HOST_NODE))
        if is_musl
        else check_process(runner, "QEMU for arm64")
    )
    checked = await run_fallible_process(check, **implicitly())
    if checked.exit_code == 0:
        return runner
    found = " ".join(checked.stderr.decode(errors="replace").split())
    return _none(f"{found} {emulator_advice(node)}")


def _none(reason: str) -> NodeRunner:
    return NodeRunner((), FrozenDict(), reason)


if CALL_BY_NAME:
    node_runner = _node_runner
else:

    def node_runner(request: NodeRunnerRequest, **_: object) -> Get:
        return Get(NodeRunner, NodeRunnerRequest, request)


def rules() -> Any:
    return collect_rules()
