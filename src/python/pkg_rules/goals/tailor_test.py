from __future__ import annotations

from typing import Mapping

import pytest
from pants.backend.javascript import package_json
from pants.build_graph.address import Address
from pants.core.goals.tailor import AllOwnedSources, PutativeTargets
from pants.engine.rules import QueryRule
from pants.testutil.rule_runner import RuleRunner

from pkg_rules.goals import tailor
from pkg_rules.goals.tailor import PutativeNodeExecutablesRequest
from pkg_rules.target_types import NodeExecutableTarget


@pytest.fixture
def rule_runner() -> RuleRunner:
    return RuleRunner(
        rules=[
            *package_json.rules(),
            *tailor.rules(),
            QueryRule(PutativeTargets, (PutativeNodeExecutablesRequest, AllOwnedSources)),
        ],
        target_types=[NodeExecutableTarget],
    )


def proposed(rule_runner: RuleRunner, files: Mapping[str, str]) -> list[tuple[str, dict[str, object]]]:
    rule_runner.write_files(files)
    request = PutativeNodeExecutablesRequest(("app", "lib"))
    targets = rule_runner.request(PutativeTargets, [request, AllOwnedSources()])
    return [(f"{t.path}:{t.name}", dict(t.kwargs)) for t in targets]


def test_a_package_with_a_command_gets_an_executable_and_others_do_not(
    rule_runner: RuleRunner,
) -> None:
    files = {
        "app/package.json": '{"name": "app", "bin": "main.js"}',
        "lib/package.json": '{"name": "lib", "main": "index.js"}',
    }
    assert proposed(rule_runner, files) == [("app:bin", {})]


def test_the_entry_point_is_named_where_the_default_would_not_find_it(rule_runner: RuleRunner) -> None:
    files = {"app/package.json": '{"name": "app", "bin": {"two": "2.js", "one": "1.js"}}'}
    assert proposed(rule_runner, files) == [("app:bin", {"entry_point": "1.js"})]


def test_nothing_is_proposed_beside_an_executable(rule_runner: RuleRunner) -> None:
    files = {
        "app/package.json": '{"name": "app", "bin": "main.js"}',
        "app/BUILD": "node_executable(name='tool', entry_point='main.js')",
    }
    assert proposed(rule_runner, files) == []
    assert rule_runner.get_target(Address("app", target_name="tool")).alias == "node_executable"


def test_it_can_be_switched_off(rule_runner: RuleRunner) -> None:
    rule_runner.set_options(["--no-node-executables-tailor"])
    assert proposed(rule_runner, {"app/package.json": '{"name": "app", "bin": "main.js"}'}) == []
