"""How a build step runs a Node.js that may be of another platform than the machine: itself, or under an emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.platform import Platform
from pants.engine.process import Process, ProcessCacheScope
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.emulator_launcher import (
    render_musl_launcher,
    render_qemu_launcher,
    render_wine_launcher,
)
from pkg_rules.core.node_dist import HOSTS
from pkg_rules.core.sandbox_paths import HOST_NODE
from pkg_rules.engine import CALL_BY_NAME, Get, create_digest, implicitly, run_fallible_process
from pkg_rules.subsystems.node_emulators import EmulatorUse, NodeEmulators
from pkg_rules.util_rules.node_distribution import NodeDistribution

EMULATOR = "__emulator"


@dataclass(frozen=True)
class NodeRunnerRequest:
    node: NodeDistribution


@dataclass(frozen=True)
class NodeRunner:
    """What a process that runs the Node.js needs: what comes before Node's own arguments, and immutable inputs.

    The working folder of the process must be the root of the sandbox. Without `argv` it cannot be run here, and
    `reason` says why and what to do; it ends without a full stop. `can_be_mended` says whether that is by something that
    this machine lacks.
    """

    argv: tuple[str, ...]
    immutable_input_digests: FrozenDict[str, Digest]
    reason: str = ""
    can_be_mended: bool = True


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
    if none := why_not(node, host, emulators):
        return none
    use, script = emulator(node, emulators)
    launcher = await create_digest(
        CreateDigest([FileContent("node", script.encode(), is_executable=True)]), **implicitly()
    )
    runner = emulated_runner(node, launcher)
    if use == EmulatorUse.REQUIRED:
        # Looked for when the step really runs: what is in a cache needs no emulator.
        return runner
    checked = await run_fallible_process(check_of(node, runner), **implicitly())
    if checked.exit_code == 0:
        return runner
    return _none(" ".join(checked.stderr.decode(errors="replace").split()).rstrip("."))


def why_not(node: NodeDistribution, host: str, emulators: NodeEmulators) -> NodeRunner | None:
    """A runner without `argv` if no emulator is to run that Node.js on the host."""
    if node.platform == "macos":
        return _none(
            "V8 compiles for macOS only on a Mac: build there to have it", can_be_mended=False
        )
    if node.runs_on == "win-arm64":
        return _none(
            "V8 compiles for Windows on arm64 only there, and no emulator runs it", can_be_mended=False
        )
    if node.runs_on == "win-x64":
        if host != "linux-x64":
            return _none(f"Wine runs Node.js for {node.runs_on} on linux-x64, not on {host}", can_be_mended=False)
        if emulators.wine == EmulatorUse.NEVER:
            # As long as nobody says otherwise, so a warning would be one of each build.
            return _none(
                "V8 compiles for Windows only there or under Wine, and `[node-emulators].wine` is `never`",
                can_be_mended=False,
            )
        return None
    if node.platform == "alpine" and host == f"linux-{node.arch}":
        return _none("`[node-emulators].musl` is `never`") if emulators.musl == EmulatorUse.NEVER else None
    if node.runs_on != "linux-arm64" or not host.startswith("linux-"):
        return _none(
            f"Node.js for {node.runs_on} does not run on {host}. Build with an `environment` of that platform"
        )
    if emulators.qemu == EmulatorUse.NEVER:
        return _none("`[node-emulators].qemu` is `never`")
    return None


def emulator(node: NodeDistribution, emulators: NodeEmulators) -> tuple[EmulatorUse, str]:
    """Whether it has to be there, and the script that runs that Node.js with it."""
    if node.platform == "win":
        script = render_wine_launcher(
            node.executable, node.version, emulators.wine_search_path, emulators.wine_names
        )
        return emulators.wine, script
    if node.platform == "alpine":
        return emulators.musl, render_musl_launcher(
            node.executable, node.arch, emulators.musl_search_path
        )
    script = render_qemu_launcher(
        node.executable,
        emulators.qemu_search_path,
        emulators.qemu_names,
        emulators.arm64_sysroots,
    )
    return emulators.qemu, script


def check_of(node: NodeDistribution, runner: NodeRunner) -> Process:
    if node.platform == "win":
        return check_process(runner, "Wine")
    if node.platform == "alpine":
        # An old one is found and crashes.
        return check_process(runner, "the C library musl", (EMULATOR, HOST_NODE))
    return check_process(runner, "QEMU for arm64")


def _none(reason: str, *, can_be_mended: bool = True) -> NodeRunner:
    return NodeRunner((), FrozenDict(), reason, can_be_mended)


if CALL_BY_NAME:
    node_runner = _node_runner
else:

    def node_runner(request: NodeRunnerRequest, **_: object) -> Get:
        return Get(NodeRunner, NodeRunnerRequest, request)


def rules() -> Any:
    return collect_rules()
