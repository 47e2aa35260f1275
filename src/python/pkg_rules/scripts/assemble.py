"""Makes the executable: `assemble BASE PAYLOAD OUT [--kind KIND] [--branding FILE] [--signing FILE]`, with the description of
the base in `BASE.json`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pkg_rules.core.binfmt.branding import Branding
from pkg_rules.core.binfmt.macho_signature import read_signing_file
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.assemble import assemble
from pkg_rules.core.sea.base_layout import BaseLayout


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="assemble.py")
    parser.add_argument("base", type=Path)
    parser.add_argument("payload", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind")
    parser.add_argument("--branding", type=Path)
    parser.add_argument("--signing")
    options = parser.parse_args(argv[1:])
    try:
        assemble(
            options.base,
            BaseLayout.read(Path(f"{options.base}.json")),
            options.payload,
            options.out,
            branding=None if options.branding is None else Branding.read(options.branding),
            signing=read_signing_file(options.signing),
            kind=options.kind,
        )
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
