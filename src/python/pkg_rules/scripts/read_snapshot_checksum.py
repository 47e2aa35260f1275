"""Prints what bytecode for a Node.js must have so that its V8 takes it: `read_snapshot_checksum.py EXECUTABLE`."""

from __future__ import annotations

import sys
from pathlib import Path

from pkg_rules.core.binfmt.v8_snapshot import read_only_checksum
from pkg_rules.core.errors import PkgRulesError


def main(executable: str) -> int:
    try:
        print(read_only_checksum(Path(executable)))
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
