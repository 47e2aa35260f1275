"""Makes the executable: `assemble BASE PAYLOAD OUT [SIGNING]`, with the description of the base in `BASE.json`."""

from __future__ import annotations

import sys
from pathlib import Path

from pkg_rules.core.binfmt.macho_signature import read_signing_file
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.assemble import assemble
from pkg_rules.core.sea.base_layout import BaseLayout


def main(base: str, payload: str, out: str, signing: str | None = None) -> int:
    try:
        assemble(
            Path(base),
            BaseLayout.read(Path(f"{base}.json")),
            Path(payload),
            Path(out),
            read_signing_file(signing),
        )
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
