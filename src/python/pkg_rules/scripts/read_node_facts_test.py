"""What Node.js offers to addons, read from real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkg_rules.core.native.errors import NodeFactsError
from pkg_rules.core.native.images_for_tests import elf
from pkg_rules.core.native.node_facts import AddonHost, read_node_facts
from pkg_rules.scripts.read_node_facts import main
from pkg_rules.testutil import pinned_tools

ABI_VERSIONS = {22: 127, 24: 137, 26: 147}


@pytest.mark.parametrize("major", pinned_tools.NODE_MAJORS)
def test_node_for_linux(major: int, tmp_path: Path) -> None:
    node = pinned_tools.node(major, ("linux", "x64"))
    output = tmp_path / "out" / "facts.json"
    assert main(str(node), f"{major}.0.0", "linux", "x64", str(output)) == 0
    facts = AddonHost.read(str(output))
    assert (facts.modules, facts.glibc) == (ABI_VERSIONS[major], "2.28")
    assert {"napi_create_error", "node_module_register", "uv_run"} <= facts.symbols
    assert "_ZN2v87Isolate10GetCurrentEv" in facts.symbols


def test_what_is_no_node_or_that_of_another_platform(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_bytes(b"#!/bin/sh\n")
    with pytest.raises(NodeFactsError, match="for `linux-x64`, is no executable, so nothing tells"):
        read_node_facts(node, "24.21.0", "linux", "x64")
    node.write_bytes(elf(["libc.so.6"], "") + b'"node_module_version": 137')
    with pytest.raises(NodeFactsError, match="for `linux-arm64`, is for `linux-x64` and names 1 ABI versions"):
        read_node_facts(node, "24.21.0", "linux", "arm64")
    assert read_node_facts(node, "24.21.0", "linux", "x64").modules == 137
