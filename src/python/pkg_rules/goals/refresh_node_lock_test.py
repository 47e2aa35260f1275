"""Refreshes a lock from the configured registries and looks at what was written and said."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pants.engine.fs import EMPTY_DIGEST
from pants.testutil.rule_runner import RuleRunner
from pants.util.frozendict import FrozenDict

from pkg_rules.core.node_lock import NodeLock
from pkg_rules.core.node_lock_diff import describe_changes, keep_own_entries
from pkg_rules.core.node_lock_file import parse_node_lock
from pkg_rules.goals import refresh_node_lock
from pkg_rules.goals.refresh_node_lock import RefreshNodeLock, pin_process
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules import node_lock, pinned_download, python_tools, registry_access
from pkg_rules.util_rules.python_tools import PythonScript
from pkg_rules.util_rules.registry_access import RegistryAccess

LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"


def yarn(version: str, sha256: str) -> dict[str, Any]:
    source = {"kind": "npm", "name": "yarn", "version": version, "sha256": sha256, "size": 1}
    return {"name": "yarn", "version": version, "sources": [source]}


def own_node() -> dict[str, Any]:
    return {
        "version": "24.21.0",
        "platform": "linuxstatic",
        "arch": "x64",
        "executable": {"path": "bin/node", "sha256": "1" * 64, "size": 5},
        "sources": [{"kind": "url", "path": "https://example.org/node"}],
    }


def lock(*packages: dict[str, Any], node: tuple[dict[str, Any], ...] = ()) -> NodeLock:
    return parse_node_lock(
        json.dumps({"schema": 1, "node": list(node), "packages": list(packages)}), "lock"
    )


@pytest.mark.slow
def test_a_refresh_writes_what_the_registry_has() -> None:
    modules = (refresh_node_lock, node_lock, pinned_download, python_tools, registry_access)
    runner = RuleRunner(rules=[rule for module in modules for rule in module.rules()])
    old = {"schema": 1, "packages": [yarn("1.22.19", "0" * 64), yarn("1.22.22", "0" * 64)], "node": [own_node()]}
    runner.write_files({"locks/node.json": json.dumps(old)})
    result = runner.run_goal_rule(
        RefreshNodeLock,
        global_args=[
            "--node-distributions-lock-file=locks/node.json",
            "--node-distributions-versions=[]",
            "--node-distributions-packages=['yarn@1.22.22']",
            "--node-distributions-libraries=[]",
        ],
        env_inherit=set(os.environ),
    )
    assert result.stdout == "removed yarn 1.22.19\nWrote `locks/node.json`: 2 pinned, 2 changes.\n"
    assert "yarn 1.22.22 has another content than was pinned" in result.stderr
    written = parse_node_lock(Path(runner.build_root, "locks/node.json").read_bytes(), "written")
    pinned = parse_node_lock(LOCK.read_bytes(), "pinned")
    assert written.package("yarn") == pinned.package("yarn")
    assert written.node("24.21.0", "linuxstatic", "x64") == lock(node=(own_node(),)).entries[0]


def test_changes_are_told_apart_from_alarms() -> None:
    old = lock(yarn("1.0.0", "0" * 64), yarn("1.1.0", "0" * 64))
    new = lock(yarn("1.1.0", "1" * 64), yarn("1.2.0", "0" * 64))
    assert describe_changes(old, new) == (
        ["removed yarn 1.0.0", "added yarn 1.2.0"],
        [
            "yarn 1.1.0 has another content than was pinned: published versions never change, so make sure why before "
            "you check this in"
        ],
    )
    assert describe_changes(old, old) == ([], [])


def test_entries_made_by_hand_are_kept() -> None:
    old, new = lock(yarn("1.0.0", "0" * 64), node=(own_node(),)), lock(yarn("1.2.0", "0" * 64))
    assert [entry.describe() for entry in keep_own_entries(old, new).entries] == [
        "node 24.21.0 for linuxstatic-x64",
        "yarn 1.2.0",
    ]


def test_the_step_is_portable() -> None:
    script = PythonScript(("__tools/python", "x"), FrozenDict({"__tools": EMPTY_DIGEST}), FrozenDict())
    assert_portable(pin_process(script, RegistryAccess(FrozenDict(), EMPTY_DIGEST, FrozenDict()), EMPTY_DIGEST))
