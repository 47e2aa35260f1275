"""Makes a universal executable for macOS: `join_executables OUT EXPECTED PART...`, with what `Expected.render` writes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pkg_rules.core.binfmt.macho_universal import join
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.errors import written_whole
from pkg_rules.core.sea.finished import Expected, check_finished


def main(out: str, expected: str, *parts: str) -> int:
    try:
        with written_whole(Path(out)) as whole:
            with open(whole, "xb", buffering=0) as file:
                join([Path(path) for path in parts], file.fileno())
                os.fchmod(file.fileno(), 0o755)
            check_finished(whole, Expected.parse(expected))
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
