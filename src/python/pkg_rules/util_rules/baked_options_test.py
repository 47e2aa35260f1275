"""Tries options with each pinned Node.js."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

import pytest
from pants.engine.fs import EMPTY_DIGEST
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules import (
    baked_options,
    node_distribution,
    node_lock,
    pinned_download,
    python_tools,
    registry_access,
)
from pkg_rules.util_rules.baked_options import BakedOptions, BakedOptionsRequest, check_process
from pkg_rules.util_rules.node_distribution import NodeDistribution

LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"
VERSIONS = ("22.23.2", "24.21.0", "26.10.0")
ORIGIN = "The `options` field of app:bin"


@pytest.fixture
def rule_runner() -> Iterator[RuleRunner]:
    modules = (
        baked_options,
        node_distribution,
        node_lock,
        pinned_download,
        python_tools,
        registry_access,
    )
    runner = RuleRunner(
        rules=[
            *(rule for module in modules for rule in module.rules()),
            QueryRule(BakedOptions, [BakedOptionsRequest]),
        ]
    )
    runner.set_options([], env_inherit=set(os.environ))
    runner.write_files({"3rdparty/node/node.lock.json": LOCK.read_bytes()})
    yield runner


def tried(runner: RuleRunner, version: str, *options: str) -> BakedOptions:
    return runner.request(BakedOptions, [BakedOptionsRequest(ORIGIN, options, version)])


def refused(runner: RuleRunner, version: str, *options: str) -> str:
    with pytest.raises(ExecutionError) as raised:
        tried(runner, version, *options)
    (error,) = raised.value.wrapped_exceptions
    return str(error)


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_code_is_compiled_under_what_v8_compares(rule_runner: RuleRunner, version: str) -> None:
    # Options of V8, options of Node.js, and one of Node.js that sets one of V8. `--trace-opt` prints.
    v8 = ("--expose_gc", "--no-opt", "--stack-size=2000", "--trace-opt", "--experimental-shadow-realm")
    node = ("--no-warnings", "--tls-min-v1.0", "--title=x", "--conditions=special")
    assert tried(rule_runner, version, "expose_gc", *node, *v8[1:]) == BakedOptions(
        (v8[0], *node, *v8[1:]), v8
    )


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_an_option_may_need_another(rule_runner: RuleRunner, version: str) -> None:
    options = ("--cpu-prof-dir=x", "--cpu-prof")
    assert tried(rule_runner, version, *options).exec_argv == options
    assert "`--cpu-prof-dir=x`: --cpu-prof-dir must be used with --cpu-prof\n" in refused(
        rule_runner, version, "--cpu-prof-dir=x"
    )


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_each_unknown_option_is_named(rule_runner: RuleRunner, version: str) -> None:
    options = ("--no-warnings", "expose-gcc", "max-old-space-size=much", "--title", "main.js")
    assert refused(rule_runner, version, *options) == (
        f"The `options` field of app:bin has options that Node.js {version} does not accept:\n"
        "  * `--expose-gcc`: bad option: --expose-gcc\n"
        "  * `--max-old-space-size=much`: Error: illegal value for flag --max-old-space-size=much of type size_t\n"
        "  * `--title`: --title requires an argument\n"
        "  * `--main.js`: bad option: --main.js\n"
        "Each option is one item of the list, its value after a `=`. `node --help` and `node --v8-options` list what "
        "that version knows."
    )


@pytest.mark.slow
def test_an_old_version_is_not_even_asked(rule_runner: RuleRunner) -> None:
    assert "needs a newer Node.js than 24.0.0" in refused(rule_runner, "24.0.0", "--no-warnings")
    assert tried(rule_runner, "24.0.0") == BakedOptions()


def test_the_step_is_portable() -> None:
    node = NodeDistribution("24.21.0", "linux", "x64", EMPTY_DIGEST, "bin/node", "0" * 64)
    assert_portable(check_process(node, EMPTY_DIGEST))
