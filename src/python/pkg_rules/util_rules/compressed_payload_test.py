"""The steps that compress a payload, and the fields that ask for it."""

from __future__ import annotations

import re

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, EMPTY_FILE_DIGEST, FileEntry
from pants.engine.target import InvalidTargetException
from pants.util.frozendict import FrozenDict

from pkg_rules.core.payload.compression import Compression
from pkg_rules.core.payload.format import Codec
from pkg_rules.target_types import ExecutableMode
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules.compressed_payload import (
    CompressedPayloadRequest,
    buckets,
    compress_process,
    join_process,
    split_process,
)
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.payload import PayloadSettings
from pkg_rules.util_rules.python_tools import PythonScript

ADDRESS = Address("app", target_name="bin")
NODE = NodeDistribution("24.21.0", "linux", "x64", EMPTY_DIGEST, "bin/node", "0" * 64)
SCRIPT = PythonScript(("__tools/python", "x"), FrozenDict({"__tools": EMPTY_DIGEST}), FrozenDict())
ZSTD = Compression(Codec.ZSTD, 12)


def test_steps_can_run_anywhere_and_be_shared() -> None:
    request = CompressedPayloadRequest(EMPTY_DIGEST, "out/payload", "24.21.0", ZSTD)
    assert_portable(split_process(SCRIPT, request))
    assert_portable(compress_process(NODE, EMPTY_DIGEST, EMPTY_DIGEST, ZSTD))
    assert_portable(join_process(SCRIPT, request, EMPTY_DIGEST))


def test_a_process_compresses_what_is_in_one_folder() -> None:
    entries = [
        FileEntry(f"out/blocks/{path}", EMPTY_FILE_DIGEST) for path in ("01/b", "00/c", "01/a")
    ]
    assert [[entry.path for entry in bucket] for bucket in buckets(entries)] == [["c"], ["a", "b"]]
    assert buckets([]) == []


def settings(
    mode: ExecutableMode, compress: str | None, level: int | None, debug: bool
) -> PayloadSettings:
    return PayloadSettings.of(ADDRESS, mode, compress, level, debug)


def test_fields() -> None:
    sea = ExecutableMode.SEA
    assert settings(sea, None, None, False) == PayloadSettings(None, False)
    assert settings(sea, "zstd", None, True) == PayloadSettings(ZSTD, True)
    assert settings(sea, "gzip", 9, False) == PayloadSettings(Compression(Codec.GZIP, 9), False)
    assert settings(ExecutableMode.SIMPLE, "none", None, False) == PayloadSettings()


@pytest.mark.parametrize(
    "mode, compress, level, debug, message",
    [
        (
            ExecutableMode.SEA,
            "zstd",
            23,
            False,
            "`compress` and `compress_level` of app:bin cannot be used. `zstd` has levels from 1 to 22, and"
            " not 23.",
        ),
        (
            ExecutableMode.SIMPLE,
            "gzip",
            None,
            False,
            'app:bin has `compress` and `mode="simple"`, whose executables hold one script and no files to which it'
            " could apply. Leave out `compress`, or choose another mode.",
        ),
        (
            ExecutableMode.SIMPLE,
            None,
            None,
            True,
            'app:bin has `debug` and `mode="simple"`, whose executables hold one script and no files to which it'
            " could apply. Leave out `debug`, or choose another mode.",
        ),
    ],
)
def test_fields_that_do_not_go_together(
    mode: ExecutableMode, compress: str | None, level: int | None, debug: bool, message: str
) -> None:
    with pytest.raises(InvalidTargetException, match=f"^{re.escape(message)}$"):
        settings(mode, compress, level, debug)
