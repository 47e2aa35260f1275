"""Checks an executable that another tool signed: `check_executable EXECUTABLE`."""

from __future__ import annotations

import sys
from pathlib import Path

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.signed import verify_signed


def main(executable: str) -> int:
    try:
        verify_signed(Path(executable))
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
