"""Which Node.js can be run on this machine, and that what an emulated one compiles is taken by the platform's own."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest, FileContent, MergeDigests
from pants.engine.platform import Platform
from pants.engine.process import FallibleProcessResult, Process, ProcessResult
from pants.testutil.option_util import create_subsystem
from pants.testutil.rule_runner import (
    MockGet,
    QueryRule,
    RuleRunner,
    engine_error,
    run_rule_with_mocks,
)

from pkg_rules.core.payload.code_cache import read_code_caches
from pkg_rules.core.payload.model import CodeCacheUnit as CodeCacheFile
from pkg_rules.subsystems.node_emulators import NodeEmulators
from pkg_rules.testutil.emulation import LINUX_ARM64, why_no_arm64
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, node_version
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.testutil.wine import WHY_NONE, WINDOWS_X64, build_options
from pkg_rules.util_rules import (
    code_cache,
    node_distribution,
    node_lock,
    node_runner,
    pinned_download,
    python_tools,
    registry_access,
)
from pkg_rules.util_rules.code_cache import CodeCacheUnit, CodeCacheUnitRequest, compile_process
from pkg_rules.util_rules.node_distribution import NodeDistribution, NodeDistributionRequest
from pkg_rules.util_rules.node_runner import (
    NodeRunner,
    NodeRunnerRequest,
    emulated_runner,
    native_runner,
)

LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"

pytestmark = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="it is about emulation on Linux and x64",
)

# Says for each script of a code cache whether V8 takes the data.
CHECK = """
const fs = require('node:fs');
const vm = require('node:vm');
const files = JSON.parse(fs.readFileSync(process.argv[2]));
for (const { source, cache, offset, size } of files) {
  const wrapped =
    `(function (exports, require, module, __filename, __dirname) {\\n${fs.readFileSync(source, 'utf8')}\\n})`;
  const cachedData = fs.readFileSync(cache).subarray(offset, offset + size);
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script(wrapped, { filename: source, lineOffset: -1, cachedData, importModuleDynamically });
  console.log(script.cachedDataRejected);
}
"""


@pytest.fixture
def rule_runner() -> Iterator[RuleRunner]:
    modules = (
        code_cache,
        node_distribution,
        node_lock,
        node_runner,
        pinned_download,
        python_tools,
        registry_access,
    )
    runner = RuleRunner(
        rules=[
            *(rule for module in modules for rule in module.rules()),
            QueryRule(CodeCacheUnit, [CodeCacheUnitRequest]),
            QueryRule(NodeDistribution, [NodeDistributionRequest]),
            QueryRule(NodeRunner, [NodeRunnerRequest]),
            QueryRule(ProcessResult, [Process]),
        ]
    )
    runner.set_options([], env_inherit=set(os.environ))
    runner.write_files({"3rdparty/node/node.lock.json": LOCK.read_bytes()})
    yield runner


def node(platform_name: str, arch: str) -> NodeDistribution:
    return NodeDistribution("24.21.0", platform_name, arch, EMPTY_DIGEST, "bin/node", "0" * 64)


def runner_for(rules: RuleRunner, distribution: NodeDistribution) -> NodeRunner:
    return rules.request(NodeRunner, [NodeRunnerRequest(distribution)])


def test_the_own_platform_needs_no_emulator(rule_runner: RuleRunner) -> None:
    assert runner_for(rule_runner, node("linux", "x64")).argv == ("__node/bin/node",)


def nothing_is_run(request: object) -> Any:
    raise AssertionError(request)


@pytest.mark.parametrize(
    ("environment", "platform_name", "arch"),
    [
        (Platform.linux_arm64, "linux", "arm64"),
        (Platform.macos_arm64, "macos", "arm64"),
        (Platform.macos_x86_64, "macos", "x64"),
    ],
)
def test_an_environment_of_the_platform_needs_no_emulator(
    environment: Platform, platform_name: str, arch: str
) -> None:
    found = run_rule_with_mocks(
        node_runner._node_runner,
        rule_args=[NodeRunnerRequest(node(platform_name, arch)), environment, create_subsystem(NodeEmulators)],
        mock_gets=[
            MockGet(Digest, (CreateDigest,), nothing_is_run),
            MockGet(FallibleProcessResult, (Process,), nothing_is_run),
        ],
    )
    assert found == native_runner(node(platform_name, arch))


def test_wine_is_off_unless_somebody_says_otherwise(rule_runner: RuleRunner) -> None:
    """Which is no warning of each build."""
    found = runner_for(rule_runner, node("win", "x64"))
    assert (found.argv, found.can_be_mended) == ((), False)
    assert found.reason == (
        "V8 compiles for Windows only there or under Wine, and `[node-emulators].wine` is `never`"
    )


def test_nothing_runs_node_for_windows_on_arm64(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(["--node-emulators-wine=required"], env_inherit={"PATH"})
    found = runner_for(rule_runner, node("win", "arm64"))
    assert (found.argv, found.can_be_mended) == ((), False)
    assert found.reason == "V8 compiles for Windows on arm64 only there, and no emulator runs it"


def test_a_machine_without_wine_says_what_to_install(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(
        ["--node-emulators-wine=auto", "--node-emulators-wine-names=['no-such-wine']"],
        env_inherit={"PATH"},
    )
    found = runner_for(rule_runner, node("win", "x64"))
    assert (found.argv, found.can_be_mended) == ((), True)
    assert "none of no-such-wine in" in found.reason and "`wine64`" in found.reason
    assert not found.reason.endswith(".")


def test_a_wine_that_is_required_is_looked_for_when_it_is_needed(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(
        ["--node-emulators-wine=required", "--node-emulators-wine-names=['no-such-wine']"],
        env_inherit={"PATH"},
    )
    windows = node("win", "x64")
    found = runner_for(rule_runner, windows)
    assert found.argv == ("__emulator/node",)
    with engine_error(code_cache.CompileError, contains="it is the package `wine64`"):
        rule_runner.request(
            CodeCacheUnit,
            [CodeCacheUnitRequest(EMPTY_DIGEST, windows, found, "nothing", bytecode=True)],
        )


@pytest.mark.parametrize("arch", ["arm64", "x64"])
def test_nothing_but_a_mac_runs_node_for_macos(rule_runner: RuleRunner, arch: str) -> None:
    found = runner_for(rule_runner, node("macos", arch))
    assert (found.argv, found.can_be_mended) == ((), False)
    assert found.reason == "V8 compiles for macOS only on a Mac: build there to have it"


@pytest.mark.parametrize("other", [("alpine", "arm64"), ("linux", "armv7")])
def test_other_systems_are_not_emulated(rule_runner: RuleRunner, other: tuple[str, str]) -> None:
    found = runner_for(rule_runner, node(*other))
    assert found.argv == ()
    assert "`environment`" in found.reason and "-".join(other) in found.reason


def test_a_machine_without_qemu_says_what_to_install(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(["--node-emulators-qemu-names=['no-such-qemu']"], env_inherit={"PATH"})
    found = runner_for(rule_runner, node("linux", "arm64"))
    assert found.argv == ()
    assert "none of no-such-qemu in" in found.reason and "qemu-user-static" in found.reason


def test_a_machine_without_musl_says_what_to_install(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(["--node-emulators-musl-search-path=['/nowhere']"], env_inherit={"PATH"})
    found = runner_for(rule_runner, node("alpine", "x64"))
    assert (found.argv, found.reason) == (
        (),
        "The C library musl was not found: no ld-musl-x86_64.so.1 in /nowhere. In Debian 13 and Ubuntu 24.04 it is the package "
        "`musl`; other places can be named in `[node-emulators].musl_search_path`",
    )
    rule_runner.set_options(["--node-emulators-musl=never"], env_inherit={"PATH"})
    assert runner_for(rule_runner, node("alpine", "x64")).reason == "`[node-emulators].musl` is `never`"


def test_it_can_be_switched_off(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(["--node-emulators-qemu=never"], env_inherit={"PATH"})
    found = runner_for(rule_runner, node("linux", "arm64"))
    assert (found.argv, found.reason) == ((), "`[node-emulators].qemu` is `never`")


def test_what_is_required_is_looked_for_when_it_is_needed(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(
        ["--node-emulators-qemu=required", "--node-emulators-qemu-names=['no-such-qemu']"],
        env_inherit={"PATH"},
    )
    arm64 = node("linux", "arm64")
    found = runner_for(rule_runner, arm64)
    assert found.argv == ("__emulator/node",)
    with engine_error(code_cache.CompileError, contains="`qemu-user-static"):
        rule_runner.request(
            CodeCacheUnit, [CodeCacheUnitRequest(EMPTY_DIGEST, arm64, found, "nothing")]
        )


def test_an_emulated_step_is_portable() -> None:
    arm64 = node("linux", "arm64")
    unit = CodeCacheUnitRequest(EMPTY_DIGEST, arm64, emulated_runner(arm64, EMPTY_DIGEST), "x 1.0.0")
    assert_portable(compile_process(unit, EMPTY_DIGEST))


def why_not_emulated(platform_and_arch: tuple[str, str]) -> str:
    if platform_and_arch == LINUX_ARM64:
        return why_no_arm64()
    return "" if build_options() else WHY_NONE


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize("platform_and_arch", [LINUX_ARM64, WINDOWS_X64], ids="-".join)
def test_what_is_compiled_under_an_emulator_is_accepted(
    rule_runner: RuleRunner, platform_and_arch: tuple[str, str], major: int
) -> None:
    if reason := why_not_emulated(platform_and_arch):
        pytest.skip(reason)
    rule_runner.set_options([], env={**os.environ, **build_options()}, env_inherit=set(os.environ))
    version = node_version(major, platform_and_arch)
    distribution = rule_runner.request(
        NodeDistribution, [NodeDistributionRequest(version, *platform_and_arch)]
    )
    sources = {
        "a.js": "exports.a = class A { static #b = 1; get c() { return A.#b; } };\n",
        "b.js": "module.exports = async function* () { yield `${await 1} ☃`; };\n",
        "grüße/aux.js": "exports.aux = require('../a.js').a;\n",
    }
    digest = digest_of(rule_runner, sources)
    runner = runner_for(rule_runner, distribution)
    unit = rule_runner.request(
        CodeCacheUnit, [CodeCacheUnitRequest(digest, distribution, runner, "three scripts")]
    )
    rule_runner.write_digest(unit.digest)
    cache = "out/code_cache"
    scripts = read_code_caches([CodeCacheFile(str(Path(rule_runner.build_root, cache)), "")])
    assert sorted(scripts) == sorted(sources)
    assert all(script.size > 0 for script in scripts.values())

    files = [
        {"source": name, "cache": cache, "offset": script.offset, "size": script.size}
        for name, script in scripts.items()
    ]
    programs = digest_of(rule_runner, {"check.js": CHECK, "files.json": json.dumps(files)})
    checked = rule_runner.request(
        ProcessResult,
        [
            Process(
                argv=(*runner.argv, "check.js", "files.json"),
                input_digest=rule_runner.request(
                    Digest, [MergeDigests([digest, unit.digest, programs])]
                ),
                immutable_input_digests=runner.immutable_input_digests,
                description="Ask V8 whether it takes the data",
            )
        ],
    )
    assert (checked.stderr, checked.stdout) == (b"", b"false\n" * len(sources))


def digest_of(rules: RuleRunner, files: Mapping[str, str]) -> Digest:
    return rules.request(
        Digest, [CreateDigest(FileContent(name, text.encode()) for name, text in files.items())]
    )
