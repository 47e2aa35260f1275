"""Checks an executable that something else changed after it was finished: `check_executable EXECUTABLE EXPECTED`, with what
`Expected.render` writes."""

from __future__ import annotations

import sys
from pathlib import Path

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.finished import Expected, check_finished


def main(executable: str, expected: str) -> int:
    try:
        check_finished(Path(executable), Expected.parse(expected))
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
