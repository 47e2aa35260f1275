"""What a failed download looks like from a build, and that its step is portable."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import QueryRule, RuleRunner
from pants.util.frozendict import FrozenDict

from pkg_rules.core.node_lock import NodeLockError
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules import node_lock, pinned_download, python_tools, registry_access
from pkg_rules.util_rules.pinned_download import (
    PinnedDownloadError,
    PinnedPackage,
    PinnedPackageRequest,
    fetch_process,
)
from pkg_rules.util_rules.python_tools import PythonScript
from pkg_rules.util_rules.registry_access import RegistryAccess

LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"


def rule_runner(lock: dict[str, Any] | None, *options: str) -> RuleRunner:
    modules = (node_lock, pinned_download, python_tools, registry_access)
    runner = RuleRunner(
        rules=[
            *(rule for module in modules for rule in module.rules()),
            QueryRule(PinnedPackage, [PinnedPackageRequest]),
        ]
    )
    runner.set_options(options, env_inherit=set(os.environ))
    if lock is not None:
        runner.write_files({"3rdparty/node/node.lock.json": json.dumps(lock)})
    return runner


def failure(runner: RuleRunner) -> Exception:
    with pytest.raises(ExecutionError) as error:
        runner.request(PinnedPackage, [PinnedPackageRequest("yarn")])
    (cause,) = error.value.wrapped_exceptions
    return cause


def test_without_a_lock_file_nothing_is_downloaded() -> None:
    error = failure(rule_runner(None))
    assert isinstance(error, NodeLockError)
    assert str(error) == (
        "The lock file `3rdparty/node/node.lock.json` (option `[node-distributions].lock_file`) does not exist. It pins "
        "what is downloaded, so nothing can be downloaded without it. Make it with `./pants refresh-node-lock` and check "
        "it in."
    )


@pytest.mark.slow
def test_a_wrong_hash_stops_the_build_and_names_the_command() -> None:
    lock = json.loads(LOCK.read_bytes())
    (yarn,) = (package for package in lock["packages"] if package["name"] == "yarn")
    yarn["sources"][0]["sha256"] = "0" * 64
    error = failure(rule_runner({"schema": 1, "packages": [yarn]}))
    assert isinstance(error, PinnedDownloadError)
    assert str(error).startswith("Could not fetch yarn 1.22.22.\n\n")
    assert f"  pinned: sha256 {'0' * 64}\n" in str(error)
    assert "if the lock file was edited by hand, distrust the lock" in str(error)
    assert str(error).endswith("refresh the lock: `./pants refresh-node-lock`.")


@pytest.mark.slow
def test_without_an_interpreter_the_folders_are_listed() -> None:
    lock = json.loads(LOCK.read_bytes())
    error = failure(rule_runner(lock, "--python-tools-search-path=['/nowhere/bin']"))
    assert "No suitable Python was found for a build step" in str(error)
    assert "  /nowhere/bin\n" in str(error)


def test_the_step_is_portable() -> None:
    script = PythonScript(("__tools/python", "x"), FrozenDict({"__tools": EMPTY_DIGEST}), FrozenDict())
    access = RegistryAccess(FrozenDict(), EMPTY_DIGEST, FrozenDict())
    assert_portable(fetch_process(script, access, EMPTY_DIGEST, "yarn"), large_output=True)
