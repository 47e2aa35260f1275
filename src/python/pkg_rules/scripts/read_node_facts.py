"""Writes what a Node.js offers to native addons: `read_node_facts.py EXECUTABLE VERSION PLATFORM ARCH OUTPUT`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.native.node_facts import read_node_facts


def main(executable: str, version: str, platform: str, arch: str, output: str) -> int:
    try:
        facts = read_node_facts(Path(executable), version, platform, arch)
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    os.makedirs(os.path.dirname(output), exist_ok=True)
    facts.write(output)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
