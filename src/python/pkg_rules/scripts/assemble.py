"""Makes the executable: `assemble BASE PAYLOAD OUT [BRANDING]`, with the description of the base in `BASE.json`."""

from __future__ import annotations

import sys
from pathlib import Path

from pkg_rules.core.binfmt.branding import Branding
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.assemble import assemble
from pkg_rules.core.sea.base_layout import BaseLayout


def main(base: str, payload: str, out: str, branding: str | None = None) -> int:
    try:
        assemble(
            Path(base),
            BaseLayout.read(Path(f"{base}.json")),
            Path(payload),
            Path(out),
            None if branding is None else Branding.read(Path(branding)),
        )
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
