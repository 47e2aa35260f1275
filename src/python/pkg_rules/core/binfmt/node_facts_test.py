"""What is read from a Node.js without running it, and how it is compared with what a target says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.identify_test import GLIBC, elf
from pkg_rules.core.binfmt.node_facts import NodeClaim, NodeFacts, read_node_facts

SOURCES = b"\0https://nodejs.org/download/release/v24.21.0/node-v24.21.0.tar.gz\0"
CONFIG = b'{"node_module_version": 137, "other": 1}'
# After a checksum that ends in a digit, as in a snapshot, and as it is.
V8 = b"\x015" + b"13.6.233.17-node.53\0" + b"\0" * 64 + b"13.6.233.17-node.53\0"
NODE = elf(62, GLIBC) + SOURCES + CONFIG + V8 + FUSE_OFF + b"\0"
CLAIM = NodeClaim("24.21.0", "linux", "x64")
FACTS = NodeFacts("linux", "x64", ("24.21.0",), 137, "13.6.233.17-node.53", (1, 0))


def facts(folder: Path, content: bytes) -> NodeFacts:
    (folder / "node").write_bytes(content)
    return read_node_facts(folder / "node")


def test_facts(tmp_path: Path) -> None:
    assert facts(tmp_path, NODE) == FACTS
    assert NodeFacts.parse(FACTS.render()) == FACTS


def test_facts_of_something_else(tmp_path: Path) -> None:
    found = facts(tmp_path, elf(183))
    assert found == NodeFacts("linuxstatic", "arm64", (), None, "", (0, 0))
    assert list(CLAIM.differences(found)) == [
        "it is for `linuxstatic-arm64`, not for `linux-x64`",
        "it has no V8, so it is no Node.js",
    ]


def test_two_in_one_file(tmp_path: Path) -> None:
    with pytest.raises(ExecutableFormatError, match=r"`node` holds more than one Node.js: of the ABIs \[127, 137\]"):
        facts(tmp_path, NODE + b'"node_module_version": 127,')


@pytest.mark.parametrize(
    ("claim", "content", "differences"),
    [
        (CLAIM, NODE, []),
        (replace(CLAIM, abi=137, v8_version="13.6.233.17-node.53"), NODE, []),
        (replace(CLAIM, version="24.20.0"), NODE, ["its version is `24.21.0`, not `24.20.0`"]),
        (CLAIM, NODE.replace(SOURCES, b""), ["its version is unknown, not `24.21.0`"]),
        (
            replace(CLAIM, version="22.20.0", arch="arm64"),
            NODE,
            [
                "it is for `linux-x64`, not for `linux-arm64`",
                "its version is `24.21.0`, not `22.20.0`",
                "its ABI (NODE_MODULE_VERSION) is `137`, not `127`",
            ],
        ),
        (replace(CLAIM, abi=131), NODE, ["its ABI (NODE_MODULE_VERSION) is `137`, not `131`"]),
        (CLAIM, NODE.replace(CONFIG, b""), ["its ABI (NODE_MODULE_VERSION) is unknown, not `137`"]),
        (replace(CLAIM, v8_version="1"), NODE, ["its V8 is `13.6.233.17-node.53`, not `1`"]),
        (
            CLAIM,
            NODE.replace(FUSE_OFF, FUSE_ON),
            ["its switch for single executable applications is on: an application is in it already"],
        ),
        (CLAIM, NODE + FUSE_OFF, ["its switch for single executable applications is there 2 times, not once"]),
        (
            CLAIM,
            NODE.replace(FUSE_OFF, b""),
            ["its switch for single executable applications is there 0 times, not once"],
        ),
    ],
)
def test_differences(tmp_path: Path, claim: NodeClaim, content: bytes, differences: list[str]) -> None:
    assert list(claim.differences(facts(tmp_path, content))) == differences
