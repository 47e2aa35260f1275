"""What is read from a Node.js without running it: the checksum is that of its own cached data, and all facts are there."""

from __future__ import annotations

import subprocess

import pytest

from pkg_rules.core.binfmt.node_facts import NodeClaim, read_node_facts
from pkg_rules.core.binfmt.v8_snapshot import read_only_checksum
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, node, node_lock, node_version

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
def test_every_pinned_platform_says_what_it_is(platform: str, arch: str, major: int) -> None:
    executable = node(major, (platform, arch))
    assert 0 < read_only_checksum(executable) < 1 << 32
    claim = NodeClaim(node_version(major, (platform, arch)), platform, arch)
    assert list(claim.differences(read_node_facts(executable))) == []
