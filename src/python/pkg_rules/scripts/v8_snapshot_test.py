"""The checksum that is read from a Node.js is the one that its own cached data has."""

from __future__ import annotations

import subprocess

import pytest

from pkg_rules.core.binfmt.v8_snapshot import read_only_checksum
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, node, node_lock

CHECKSUM_OF_CACHED_DATA = (
    "process.stdout.write(String(new (require('vm').Script)('0').createCachedData().readUInt32LE(16)))"
)


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_it_is_the_one_in_cached_data(major: int) -> None:
    made = subprocess.check_output([str(node(major)), "-e", CHECKSUM_OF_CACHED_DATA], text=True)
    assert read_only_checksum(node(major)) == int(made)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("platform", "arch", "major"),
    sorted(
        {
            (entry.platform, entry.arch, int(entry.version.split(".")[0]))
            for entry in node_lock().nodes()
        }
    ),
)
def test_every_pinned_platform_has_one(platform: str, arch: str, major: int) -> None:
    assert 0 < read_only_checksum(node(major, (platform, arch))) < 1 << 32
