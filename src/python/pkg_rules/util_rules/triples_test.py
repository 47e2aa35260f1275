from __future__ import annotations

import platform
import re

import pytest
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.rules import QueryRule
from pants.engine.target import InvalidFieldException
from pants.testutil.rule_runner import RuleRunner

from pkg_rules.core.node_lock import NodeLock, PinnedEntry, PinnedFile, Source
from pkg_rules.core.node_lock_file import render_node_lock
from pkg_rules.util_rules import (
    base_binary,
    node_distribution,
    node_lock,
    pinned_download,
    python_tools,
    registry_access,
    triples,
)
from pkg_rules.util_rules.triples import Triples, TriplesRequest

ORIGIN = "The `targets` field of app:bin"
OTHER_PLATFORM = "win-x64"


def pinned(version: str, system: str, arch: str) -> PinnedEntry:
    return PinnedEntry(
        layout="executable",
        name="node",
        version=version,
        platform=system,
        arch=arch,
        sources=(Source("npm", name=f"node-{system}-{arch}", version=version, member="bin/node", sha256="0" * 64, size=1),),
        executable=PinnedFile("bin/node", "1" * 64, 1),
    )


@pytest.fixture
def rule_runner() -> RuleRunner:
    modules = (
        base_binary,
        node_distribution,
        node_lock,
        pinned_download,
        python_tools,
        registry_access,
        triples,
    )
    runner = RuleRunner(
        rules=[
            *(rule for module in modules for rule in module.rules()),
            QueryRule(Triples, [TriplesRequest]),
        ]
    )
    entries = [
        pinned(version, system, arch)
        for version in ("22.23.2", "24.21.0", "26.10.0")
        for system, arch in (*HOST_PLATFORMS, tuple(OTHER_PLATFORM.split("-")))
    ]
    runner.write_files({"3rdparty/node/node.lock.json": render_node_lock(NodeLock(tuple(entries)))})
    return runner


HOST_PLATFORMS = (("linux", "x64"), ("linux", "arm64"), ("macos", "x64"), ("macos", "arm64"))


def versions(rule_runner: RuleRunner, *targets: str) -> list[str]:
    resolved = rule_runner.request(Triples, [TriplesRequest(ORIGIN, targets)])
    return [triple.version for triple in resolved.triples]


def test_what_is_left_out_is_the_default_node(rule_runner: RuleRunner) -> None:
    assert versions(rule_runner, "host") == ["24.21.0"]
    rule_runner.set_options(["--node-executables-default-node=22"])
    assert versions(rule_runner, "host", OTHER_PLATFORM) == ["22.23.2", "22.23.2"]


def test_latest_is_the_newest_pinned_whatever_the_default(rule_runner: RuleRunner) -> None:
    assert versions(rule_runner, "latest", "node22") == ["26.10.0", "22.23.2"]


def test_run_takes_the_node_of_the_first_target_when_none_is_for_this_machine(
    rule_runner: RuleRunner,
) -> None:
    request = TriplesRequest(ORIGIN, (f"node22-{OTHER_PLATFORM}", f"node26-{OTHER_PLATFORM}"))
    resolved = rule_runner.request(Triples, [request])
    assert (resolved.for_host.version, resolved.for_host.platform) == (
        "22.23.2",
        {"Linux": "linux", "Darwin": "macos"}[platform.system()],
    )


@pytest.mark.parametrize(
    "targets, message",
    [
        (("node24-linus",), "has the part `linus`, which is neither .* Did you mean `linux`"),
        (("linuxstatic-x64",), "Node.js is not published for `linuxstatic`.*supply your own executable"),
        ((), "is empty, so there is nothing to build"),
    ],
)
def test_bad_targets_are_errors_of_the_field(
    rule_runner: RuleRunner, targets: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ExecutionError) as caught:
        rule_runner.request(Triples, [TriplesRequest(ORIGIN, targets)])
    (error,) = caught.value.wrapped_exceptions
    assert isinstance(error, InvalidFieldException)
    assert str(error).startswith("The `targets` field of app:bin ")
    assert re.search(message, str(error), re.DOTALL), str(error)
