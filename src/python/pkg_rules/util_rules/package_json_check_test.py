from __future__ import annotations

import pytest
from pants.build_graph.address import Address
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.target import AllTargets
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.testutil.graph_rules import graph_rule_runner


@pytest.fixture
def rule_runner() -> RuleRunner:
    runner = graph_rule_runner(QueryRule(AllTargets, []))
    runner.write_files({"good/BUILD": "package_json()", "good/package.json": '{"name": "good"}'})
    return runner


def test_targets_are_generated_as_ever(rule_runner: RuleRunner) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": "package_json(name='pkg', dependencies=['good'])",
            "app/package.json": '{"name": "@s/app", "dependencies": {"x": "1", "good": "*"}}',
        }
    )
    targets = rule_runner.request(AllTargets, [])
    assert sorted(target.address.spec for target in targets) == [
        "app:pkg#__s/app",
        "app:pkg#app/package.json",
        "app:pkg#x",
        "good#good",
        "good#good/package.json",
    ]
    assert rule_runner.get_target(Address("app", target_name="pkg", generated_name="x"))


@pytest.mark.parametrize(
    "content, message",
    [
        ('{\n  "name": "app",\n}', "`app/package.json` is not a valid package.json: "),
        ('{"version": "1.0.0"}', "`app/package.json` has no `name`"),
        ('{"name": 1}', "`app/package.json` has no `name`"),
    ],
)
def test_a_package_json_that_pants_cannot_read(
    rule_runner: RuleRunner, content: str, message: str
) -> None:
    rule_runner.write_files({"app/BUILD": "package_json()", "app/package.json": content})
    with pytest.raises(ExecutionError) as raised:
        rule_runner.request(AllTargets, [])
    assert str(raised.value.wrapped_exceptions[0]).startswith(message)
