"""Fetches with the real lock file: the pinned Node.js runs, package managers and libraries are usable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import pytest
from pants.engine.fs import Digest, DigestContents
from pants.engine.process import Process, ProcessResult
from pants.testutil.rule_runner import QueryRule, RuleRunner
from pants.util.frozendict import FrozenDict

from pkg_rules.util_rules import (
    node_distribution,
    node_lock,
    pinned_download,
    python_libraries,
    python_tools,
    registry_access,
)
from pkg_rules.util_rules.node_distribution import HostNode, HostNodeRequest
from pkg_rules.util_rules.pinned_download import PinnedPackage, PinnedPackageRequest
from pkg_rules.util_rules.python_libraries import PythonLibraries, PythonLibrariesRequest
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest

LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"


@pytest.fixture
def rule_runner() -> Iterator[RuleRunner]:
    modules = (
        node_distribution,
        node_lock,
        pinned_download,
        python_libraries,
        python_tools,
        registry_access,
    )
    runner = RuleRunner(
        rules=[
            *(rule for module in modules for rule in module.rules()),
            QueryRule(HostNode, [HostNodeRequest]),
            QueryRule(PinnedPackage, [PinnedPackageRequest]),
            QueryRule(PythonLibraries, [PythonLibrariesRequest]),
            QueryRule(PythonScript, [PythonScriptRequest]),
            QueryRule(ProcessResult, [Process]),
            QueryRule(DigestContents, [Digest]),
        ]
    )
    runner.set_options([], env_inherit=set(os.environ))
    runner.write_files({"3rdparty/node/node.lock.json": LOCK.read_bytes()})
    yield runner


@pytest.mark.slow
@pytest.mark.parametrize("version", ["22.23.2", "24.21.0", "26.10.0"])
def test_the_pinned_node_runs_and_is_the_only_file(rule_runner: RuleRunner, version: str) -> None:
    node = rule_runner.request(HostNode, [HostNodeRequest(version)]).distribution
    assert node.executable == "bin/node"
    result = rule_runner.request(
        ProcessResult,
        [
            Process(
                ("__node/bin/node", "-p", "process.version"),
                immutable_input_digests={"__node": node.digest},
                description="ask Node.js for its version",
            )
        ],
    )
    assert result.stdout == f"v{version}\n".encode()
    (file,) = rule_runner.request(DigestContents, [node.digest])
    assert (file.path, file.is_executable) == ("bin/node", True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "prefix", "version", "program"),
    [
        ("npm", "", "11.21.2", "bin/npm-cli.js"),
        ("pnpm", "8", "8.15.9", "bin/pnpm.cjs"),
        ("pnpm", "", "9.15.9", "bin/pnpm.cjs"),
        ("yarn", "1", "1.22.22", "bin/yarn.js"),
    ],
)
def test_a_package_manager_runs_with_the_pinned_node(
    rule_runner: RuleRunner, name: str, prefix: str, version: str, program: str
) -> None:
    package = rule_runner.request(PinnedPackage, [PinnedPackageRequest(name, prefix)])
    assert (package.name, package.version) == (name, version)
    node = rule_runner.request(HostNode, [HostNodeRequest("24.21.0")]).distribution
    result = rule_runner.request(
        ProcessResult,
        [
            Process(
                ("__node/bin/node", f"__manager/{program}", "--version"),
                immutable_input_digests={"__node": node.digest, "__manager": package.digest},
                description="ask a package manager for its version",
            )
        ],
    )
    assert result.stdout.decode().strip() == version


@pytest.mark.slow
def test_a_script_imports_the_pinned_library(rule_runner: RuleRunner) -> None:
    libraries = rule_runner.request(PythonLibraries, [PythonLibrariesRequest("lief")])
    script = rule_runner.request(
        PythonScript, [PythonScriptRequest("fetch.py", (), libraries.digest)]
    )
    # The launcher runs any module; the version is that of the library's own metadata.
    result = rule_runner.request(
        ProcessResult,
        [
            Process(
                (script.argv[0], "timeit", "-n1", "-r1", "-s", "import lief", "print(lief.__version__)"),
                env=FrozenDict(script.env),
                immutable_input_digests=script.immutable_input_digests,
                description="import lief",
            )
        ],
    )
    assert result.stdout.decode().startswith("1.0.0")
