"""Puts an application into a Node.js executable: `inject EXECUTABLE APPLICATION OUT [--kind KIND] [--branding FILE]
[--signing FILE] [--strip-symbols]`; its layout goes to `OUT.json`, and how many bytes the symbols had to stdout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pkg_rules.core.binfmt.branding import Branding
from pkg_rules.core.binfmt.macho_signature import read_signing_file
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sea.inject import inject, size_of_symbols


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="inject.py")
    parser.add_argument("executable", type=Path)
    parser.add_argument("application", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kind")
    parser.add_argument("--branding", type=Path)
    parser.add_argument("--signing")
    parser.add_argument("--strip-symbols", action="store_true")
    options = parser.parse_args(argv[1:])
    try:
        layout = inject(
            options.executable,
            options.application.read_bytes(),
            options.out,
            branding=None if options.branding is None else Branding.read(options.branding),
            signing=read_signing_file(options.signing),
            strip_symbols=options.strip_symbols,
            kind=options.kind,
        )
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    if options.strip_symbols:
        print(size_of_symbols(options.executable))
    Path(f"{options.out}.json").write_text(layout.render(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
