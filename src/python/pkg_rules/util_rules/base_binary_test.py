"""A Node.js of the user's own: what targets may say, what they become, and that the file has to be that."""

from __future__ import annotations

import hashlib
import re
from typing import Iterator

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import Digest, DigestContents
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.base_binary_target_types import NodeBaseBinaryTarget
from pkg_rules.core.binfmt.node_facts_test import NODE
from pkg_rules.core.node_lock import NodeLock
from pkg_rules.core.node_lock_file import render_node_lock
from pkg_rules.target_types import NodeExecutableTarget
from pkg_rules.util_rules import (
    base_binary,
    node_distribution,
    node_lock,
    pinned_download,
    python_tools,
    registry_access,
    triples,
)
from pkg_rules.util_rules.base_binary import (
    BaseBinaryError,
    BaseDistribution,
    BaseDistributionRequest,
)
from pkg_rules.util_rules.triples import Triples, TriplesRequest
from pkg_rules.util_rules.triples_test import pinned

IS_LINUX = "version='24.21.0', platform='linux', arch='x64'"


@pytest.fixture
def rule_runner() -> Iterator[RuleRunner]:
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
            QueryRule(BaseDistribution, [BaseDistributionRequest]),
            QueryRule(DigestContents, [Digest]),
            QueryRule(Triples, [TriplesRequest]),
        ],
        target_types=[NodeBaseBinaryTarget, NodeExecutableTarget],
    )
    runner.set_options([], env_inherit={"PATH"})
    entries = tuple(pinned("24.23.0", "linux", arch) for arch in ("x64", "arm64"))
    runner.write_files(
        {
            "3rdparty/node/node.lock.json": render_node_lock(NodeLock(entries)),
            "bases/node": NODE,
        }
    )
    yield runner


def base(rule_runner: RuleRunner, fields: str) -> BaseDistribution:
    rule_runner.write_files({"bases/BUILD": f"node_base_binary(name='base', {fields})"})
    request = BaseDistributionRequest(Address("bases", target_name="base"))
    return rule_runner.request(BaseDistribution, [request])


def failure(rule_runner: RuleRunner, fields: str) -> str:
    with pytest.raises(ExecutionError) as caught:
        base(rule_runner, fields)
    (error,) = caught.value.wrapped_exceptions
    return str(error)


def test_a_file_of_the_repository(rule_runner: RuleRunner) -> None:
    node = base(rule_runner, f"source='node', {IS_LINUX}").node
    assert (node.version, node.runs_on, node.executable) == ("24.21.0", "linux-x64", "bin/node")
    assert node.sha256 == hashlib.sha256(NODE).hexdigest()
    (file,) = rule_runner.request(DigestContents, [node.digest])
    assert (file.path, file.content, file.is_executable) == ("bin/node", NODE, True)


def test_a_file_that_is_something_else(rule_runner: RuleRunner) -> None:
    with pytest.raises(ExecutionError) as caught:
        base(rule_runner, "source='node', version='24.20.0', platform='alpine', arch='arm64', abi=131")
    (error,) = caught.value.wrapped_exceptions
    assert isinstance(error, BaseBinaryError)
    assert str(error) == (
        "The base binary bases:base is not what its target says:\n"
        "  * it is for `linux-x64`, not for `alpine-arm64`\n"
        "  * its version is `24.21.0`, not `24.20.0`\n"
        "  * its ABI (NODE_MODULE_VERSION) is `137`, not `131`\n"
        "Correct the fields of the target, or let it name another file."
    )


def test_a_file_that_is_no_executable(rule_runner: RuleRunner) -> None:
    rule_runner.write_files({"bases/script": "#!/bin/sh\n"})
    assert "is not an executable of a known format" in failure(rule_runner, f"source='script', {IS_LINUX}")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (IS_LINUX, "The target bases:base must say where the executable is: either `source`, a file of the repository"),
        (f"source='node', url='https://example.com/n', {IS_LINUX}", "or `url`, and not both."),
        (f"url='https://example.com/n', {IS_LINUX}", "has a `url` without a `sha256`, and nothing is downloaded that is not"),
        (f"source='node', size=3, member='x', {IS_LINUX}", "has `size` and `member`, which is about a download"),
        (f"url='http://example.com/n', {IS_LINUX}", "is `http://example.com/n`, but it must begin with `https://`"),
        (f"url='https://example.com/n', sha256='ABC', {IS_LINUX}", "The `sha256` field of bases:base is `ABC`, but it must"),
        ("source='node', version='24', platform='linux', arch='x64'", "`24` is not a Node.js version such as `24.21.0`"),
        ("source='node', version='24.21.0', platform='linus', arch='x64'", "platform"),
    ],
)
def test_fields_that_contradict(rule_runner: RuleRunner, fields: str, message: str) -> None:
    assert message in failure(rule_runner, fields)


def resolved(rule_runner: RuleRunner, bases: str, *targets: str) -> list[tuple[str, str]]:
    rule_runner.write_files(
        {
            "bases/BUILD": f"node_base_binary(name='base', source='node', {IS_LINUX})",
            "app/BUILD": f"node_executable(name='bin', base_binaries={bases})",
        }
    )
    request = TriplesRequest("The field", targets, Address("app", target_name="bin"))
    found = rule_runner.request(Triples, [request])
    return [(str(triple), triple.base) for triple in found.triples]


def test_a_base_counts_for_what_asks_for_the_same(rule_runner: RuleRunner) -> None:
    assert resolved(rule_runner, "{'linux-x64': '//bases:base'}", "x64-node24-linux", "node24-linux-arm64", "latest-linux-x64") == [
        ("node24.21.0-linux-x64", "bases:base"),
        ("node24.23.0-linux-arm64", ""),
        ("node24.23.0-linux-x64", ""),
    ]


@pytest.mark.parametrize(
    ("bases", "message"),
    [
        ("{'linus': '//bases:base'}", "The `base_binaries` field of app:bin cannot be used. The target `linus` has the part"),
        ("{'linux-x64': 3}", "must be a dictionary of items of `targets` and addresses"),
        ("['linux-x64']", "must be a dictionary of items of `targets` and addresses"),
        (
            "{'alpine-x64': '//bases:base'}",
            "The key `alpine-x64` of `base_binaries` asks for something else than the base bases:base is: "
            "`node24.21.0-linux-x64`. Write e.g. `node24-linux-x64`",
        ),
        ("{'node24-linux-x64': ':bin'}", "which is a `node_executable` and not a `node_base_binary`"),
    ],
)
def test_bases_that_cannot_be_used(rule_runner: RuleRunner, bases: str, message: str) -> None:
    with pytest.raises(ExecutionError) as caught:
        resolved(rule_runner, bases, "node24-linux-x64")
    (error,) = caught.value.wrapped_exceptions
    assert re.search(re.escape(message), str(error)), str(error)
