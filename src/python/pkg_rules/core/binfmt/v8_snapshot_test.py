"""Which of the snapshots in a file counts; scripts/v8_snapshot_test.py reads those of real Node.js."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.v8_snapshot import read_only_checksum

VERSION = b"13.6.233.17-node.53\0"


def snapshot(contexts: int, checksum: int, rehashable: int = 1) -> bytes:
    return struct.pack("<IIII", contexts, rehashable, 7, checksum) + VERSION


def test_the_snapshot_of_node_counts_and_not_that_of_v8(tmp_path: Path) -> None:
    file = tmp_path / "node"
    file.write_bytes(VERSION + b"x" * 99 + snapshot(1, 1) + snapshot(4, 2) + b"%s" + VERSION)
    assert read_only_checksum(file) == 2
    file.write_bytes(VERSION + b"x" * 99 + snapshot(1, 1) + b"%s" + VERSION)
    assert read_only_checksum(file) == 1


def test_a_checksum_may_end_with_a_digit(tmp_path: Path) -> None:
    file = tmp_path / "node"
    file.write_bytes(b"x" * 99 + snapshot(1, 1) + snapshot(4, 0x31000002, rehashable=0))
    assert read_only_checksum(file) == 0x31000002


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"nothing", 0),
        (snapshot(4, 1, rehashable=9), 0),
        (snapshot(4, 1) + snapshot(4, 2), 2),
    ],
)
def test_anything_but_one_is_refused(content: bytes, count: int, tmp_path: Path) -> None:
    file = tmp_path / "node"
    file.write_bytes(content)
    with pytest.raises(ExecutableFormatError) as caught:
        read_only_checksum(file)
    assert str(caught.value) == (
        f"`node` has {count} snapshots of V8 that Node.js could start from, not one, so nothing tells whether it would "
        "take bytecode: it is a differently built Node.js. With `bytecode=False` programs are packaged as source."
    )
