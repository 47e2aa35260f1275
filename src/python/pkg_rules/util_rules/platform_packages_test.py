"""Real installations for other platforms than this one, with each package manager."""

from __future__ import annotations

import os.path
from pathlib import Path

import pytest
import yaml
from pants.build_graph.address import Address
from pants.engine.fs import Digest, DigestEntries
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.core.npm.platforms import InstallPlatform
from pkg_rules.testutil.graph_rules import graph_rule_runner
from pkg_rules.util_rules.app_files import AppFiles, AppFilesRequest
from pkg_rules.util_rules.node_modules import InstalledNodeModules, NodeModulesRequest

pytestmark = pytest.mark.slow

LOCK_FILES = Path(__file__).parent / "testdata" / "platform_packages"
LOCKS = ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"]
BUILD = """
package_json(name="pkg")
javascript_sources(name="src")
node_executable(name="bin", entry_point="main.js")
"""
ADDONS = {
    InstallPlatform.of("linux", "arm64"): "crc32.linux-arm64-gnu.node",
    InstallPlatform.of("alpine", "x64"): "crc32.linux-x64-musl.node",
    InstallPlatform.of("macos", "x64"): "crc32.darwin-x64.node",
    InstallPlatform.of("win", "x64"): "crc32.win32-x64-msvc.node",
}


@pytest.fixture
def rule_runner() -> RuleRunner:
    return graph_rule_runner(
        QueryRule(InstalledNodeModules, [NodeModulesRequest]), QueryRule(DigestEntries, [Digest])
    )


def write_project(rule_runner: RuleRunner, lock: str, content: str = "") -> None:
    rule_runner.write_files(
        {
            "app/BUILD": BUILD,
            "app/package.json": (LOCK_FILES / "package.json").read_text(),
            f"app/{lock}": content or (LOCK_FILES / lock).read_text(),
            "app/main.js": "require('@node-rs/crc32')",
        }
    )


def paths_of(rule_runner: RuleRunner, digest: Digest) -> list[str]:
    return [entry.path for entry in rule_runner.request(DigestEntries, [digest])]


def app_files(rule_runner: RuleRunner, platform: InstallPlatform) -> AppFiles:
    request = AppFilesRequest(Address("app", target_name="bin"), platform)
    return rule_runner.request(AppFiles, [request])


@pytest.mark.parametrize("lock", LOCKS)
def test_the_packages_of_that_platform_and_no_other(rule_runner: RuleRunner, lock: str) -> None:
    write_project(rule_runner, lock)
    for platform, addon in ADDONS.items():
        paths = paths_of(rule_runner, app_files(rule_runner, platform).third_party)
        assert [os.path.basename(path) for path in paths if path.endswith(".node")] == [addon]
        assert any(path.endswith("/@node-rs/crc32/index.js") for path in paths)


def test_yarn_leaves_nothing_of_other_platforms(rule_runner: RuleRunner) -> None:
    write_project(rule_runner, "yarn.lock")
    request = NodeModulesRequest("app", True, InstallPlatform.of("win", "x64"))
    installed = rule_runner.request(InstalledNodeModules, [request])
    packages = {path.split("/")[3] for path in paths_of(rule_runner, installed.digest) if "/@node-rs/" in path}
    assert packages == {"crc32", "crc32-win32-x64-msvc"}


def test_a_lock_file_with_the_packages_of_one_platform_only(rule_runner: RuleRunner) -> None:
    """pnpm takes it; npm 11 says itself that something is missing."""
    lock = yaml.safe_load((LOCK_FILES / "pnpm-lock.yaml").read_text())
    of_package = lock["snapshots"]["@node-rs/crc32@1.10.6"]["optionalDependencies"]
    for table in (lock["packages"], lock["snapshots"], of_package):
        for name in [name for name in table if "win32" in name]:
            del table[name]
    write_project(rule_runner, "pnpm-lock.yaml", yaml.safe_dump(lock))
    app_files(rule_runner, InstallPlatform.of("linux", "arm64"))
    with pytest.raises(ExecutionError) as raised:
        app_files(rule_runner, InstallPlatform.of("win", "x64"))
    message = str(raised.value.wrapped_exceptions[0])
    assert message.startswith(
        "`app:bin` cannot be packaged for `win-x64`: the package `@node-rs/crc32` has its native code for that in "
        "`@node-rs/crc32-win32-x64-msvc`, and the lock file does not have it"
    )
