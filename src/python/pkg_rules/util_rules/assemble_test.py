"""Prepares bases, assembles executables and runs them, with each pinned Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterator, Mapping

import pytest
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest, DigestContents, FileContent
from pants.testutil.rule_runner import QueryRule, RuleRunner
from pants.util.frozendict import FrozenDict

from pkg_rules.core.payload.model import PayloadPlan, Root
from pkg_rules.core.payload.writer import write_payload
from pkg_rules.core.sea.locator import EMPTY
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules import (
    assemble,
    node_distribution,
    node_lock,
    node_runner,
    pinned_download,
    prepared_base,
    python_tools,
    registry_access,
)
from pkg_rules.util_rules.assemble import (
    AssembledExecutable,
    AssembleRequest,
    SimpleExecutableRequest,
    assemble_process,
)
from pkg_rules.util_rules.node_distribution import (
    NodeDistribution,
    NodeDistributionRequest,
)
from pkg_rules.util_rules.node_runner import native_runner
from pkg_rules.util_rules.prepared_base import (
    InjectRequest,
    PreparedBase,
    PreparedBaseRequest,
    SeaApplication,
    application_process,
    inject_process,
)
from pkg_rules.util_rules.python_tools import PythonScript

PACKAGE = Path(__file__).parents[1]
LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"
VERSIONS = ("22.23.2", "24.21.0", "26.10.0")
NODE = NodeDistribution("24.21.0", "linux", "x64", EMPTY_DIGEST, "bin/node", "0" * 64)
SCRIPT = PythonScript(
    ("__tools/python", "pkg_rules.scripts.x"), FrozenDict({"__tools": EMPTY_DIGEST}), FrozenDict()
)

# Reads the payload as the real loader does, but only its first bytes.
LOADER = b"""
const fs = require('node:fs');
const locator = Buffer.from(require('node:sea').getRawAsset('locator'));
const fd = fs.openSync(process.execPath);
const head = Buffer.alloc(8);
fs.readSync(fd, head, 0, 8, Number(locator.readBigUInt64LE(16)));
const { Script } = require('node:vm');
const asset = (name) => Buffer.from(require('node:sea').getRawAsset(name));
const cached = new Script(asset('loader').toString(), { cachedData: asset('loader_cache') });
const end = Number(locator.readBigUInt64LE(16) + locator.readBigUInt64LE(24));
console.log(JSON.stringify({
  version: process.version,
  payload: head.toString(),
  reachesTheEnd: end === fs.fstatSync(fd).size,
  execArgv: process.execArgv,
  cacheRejected: cached.cachedDataRejected,
  argv: process.argv.slice(2),
}));
"""


@pytest.fixture
def rule_runner() -> Iterator[RuleRunner]:
    modules = (
        assemble,
        node_distribution,
        node_lock,
        node_runner,
        pinned_download,
        prepared_base,
        python_tools,
        registry_access,
    )
    runner = RuleRunner(
        rules=[
            *(rule for module in modules for rule in module.rules()),
            QueryRule(AssembledExecutable, [AssembleRequest]),
            QueryRule(AssembledExecutable, [SimpleExecutableRequest]),
            QueryRule(NodeDistribution, [NodeDistributionRequest]),
            QueryRule(PreparedBase, [PreparedBaseRequest]),
        ]
    )
    runner.set_options([], env_inherit=set(os.environ))
    runner.write_files({"3rdparty/node/node.lock.json": LOCK.read_bytes()})
    yield runner


def digest_of(runner: RuleRunner, path: str, content: bytes) -> Digest:
    return runner.request(Digest, [CreateDigest([FileContent(path, content)])])


def payload_bytes(folder: Path) -> bytes:
    (folder / "root").mkdir(exist_ok=True)
    (folder / "root/main.js").write_text("console.log('hello')\n")
    target = folder / "payload"
    write_payload(PayloadPlan("main.js", (Root(str(folder / "root"), ""),), (), ()), str(target))
    content = target.read_bytes()
    target.unlink()
    return content


def run(
    runner: RuleRunner,
    executable: AssembledExecutable,
    *arguments: str,
    env: Mapping[str, str] = FrozenDict(),
) -> subprocess.CompletedProcess:
    runner.write_digest(executable.digest, path_prefix="dist")
    file = Path(runner.build_root, "dist", executable.path)
    return subprocess.run([str(file), *arguments], capture_output=True, text=True, env=dict(env))


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_an_assembled_executable_finds_its_payload(
    rule_runner: RuleRunner, tmp_path: Path, version: str
) -> None:
    node = rule_runner.request(NodeDistribution, [NodeDistributionRequest(version, "linux", "x64")])
    base = rule_runner.request(
        PreparedBase,
        [
            PreparedBaseRequest(
                node, digest_of(rule_runner, "loader.cjs", LOADER), exec_argv=("--expose-gc",)
            )
        ],
    )
    payload = digest_of(rule_runner, "payload", payload_bytes(tmp_path))
    executable = rule_runner.request(
        AssembledExecutable, [AssembleRequest(base, payload, "payload", "app/tool")]
    )
    assert executable.path == "app/tool"
    result = run(rule_runner, executable, "a", "b")
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "version": f"v{version}",
        "payload": "PKGPAYLD",
        "reachesTheEnd": True,
        "execArgv": ["--expose-gc"],
        "cacheRejected": False,
        "argv": ["a", "b"],
    }
    # Options of V8 that make it refuse the cache are no reason to warn.
    limited = run(rule_runner, executable, env={"NODE_OPTIONS": "--stack-trace-limit=50"})
    assert (limited.returncode, limited.stderr) == (0, "")
    assert json.loads(limited.stdout)["cacheRejected"] is True
    # Another name is no other content.
    renamed = rule_runner.request(
        AssembledExecutable, [AssembleRequest(base, payload, "payload", "other")]
    )
    first, second = (
        rule_runner.request(DigestContents, [item.digest])[0].content
        for item in (executable, renamed)
    )
    assert first == second


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_an_application_is_the_same_on_every_run_and_in_every_folder(
    rule_runner: RuleRunner, tmp_path: Path, version: str
) -> None:
    node = rule_runner.request(NodeDistribution, [NodeDistributionRequest(version, "linux", "x64")])
    rule_runner.write_digest(node.digest)
    made = []
    for folder, zone in (("a", "UTC"), ("b/much/longer", "Asia/Tokyo"), ("c", "America/Lima")):
        place = tmp_path / folder
        place.mkdir(parents=True)
        for name in ("scripts/start_loader.cjs", "prelude/loader.cjs"):
            shutil.copy(PACKAGE / name, place)
        (place / "locator").write_bytes(EMPTY)
        config = {
            "main": "start_loader.cjs",
            "useCodeCache": False,
            "execArgv": ["--expose-gc"],
            "assets": {"locator": "locator"},
            "loader": "loader.cjs",
            "loaderCache": True,
        }
        (place / "config.json").write_text(json.dumps(config))
        subprocess.run(
            [f"{rule_runner.build_root}/{node.executable}", PACKAGE / "scripts/make_application.cjs", "config.json", "out/made"],
            cwd=place,
            env={"TZ": zone, "HOME": str(place)},
            check=True,
        )
        made.append((place / "out/made").read_bytes())
    assert made[0] == made[1] == made[2]
    assert made[0].count(EMPTY) == 1


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_a_simple_executable_runs_its_script(rule_runner: RuleRunner, version: str) -> None:
    node = rule_runner.request(NodeDistribution, [NodeDistributionRequest(version, "linux", "x64")])
    script = b"console.log(process.version, process.argv.slice(2)); process.exitCode = 3\n"
    executable = rule_runner.request(
        AssembledExecutable,
        [
            SimpleExecutableRequest(
                node, digest_of(rule_runner, "app/main.js", script), "app/main.js", "tool"
            )
        ],
    )
    result = run(rule_runner, executable, "x")
    assert (result.stdout, result.stderr, result.returncode) == (f"v{version} [ 'x' ]\n", "", 3)


@pytest.mark.parametrize(
    ("process", "large_output"),
    [
        (application_process(NODE, native_runner(NODE), EMPTY_DIGEST), False),
        (inject_process(SCRIPT, InjectRequest(NODE, SeaApplication(EMPTY_DIGEST, "application"))), True),
        (
            assemble_process(
                SCRIPT,
                AssembleRequest(PreparedBase(NODE, EMPTY_DIGEST, "base"), EMPTY_DIGEST, "out/payload", "app"),
            ),
            True,
        ),
        (
            assemble_process(
                SCRIPT,
                AssembleRequest(
                    PreparedBase(NODE, EMPTY_DIGEST, "base"),
                    EMPTY_DIGEST,
                    "out/payload",
                    "app",
                    branding=EMPTY_DIGEST,
                ),
            ),
            True,
        ),
        (
            assemble_process(
                SCRIPT,
                AssembleRequest(
                    PreparedBase(NODE, EMPTY_DIGEST, "base"),
                    EMPTY_DIGEST,
                    "out/payload",
                    "app",
                    signing=EMPTY_DIGEST,
                ),
            ),
            True,
        ),
    ],
    ids=["application", "inject", "assemble", "assemble, branded", "assemble, signed"],
)
def test_steps_are_portable(process, large_output: bool) -> None:
    assert_portable(process, large_output=large_output)
