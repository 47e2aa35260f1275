"""The two ends of compressing a payload in sandboxes; compress_blocks.cjs does what is between them.

    compress_payload.py split payload out/blocks             each block once, as out/blocks/<bucket>/<sha256>
    compress_payload.py join payload zstd blocks out/payload   the payload with what is in blocks/<sha256> instead

Runs on any CPython from 3.9 with only the standard library; `pkg_rules.core` has to be importable (PYTHONPATH).
Exit code 1 and one message on stderr if the payload is damaged.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.payload.compression import NAMES, write_blocks, write_compressed


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="compress_payload.py")
    steps = parser.add_subparsers(dest="step", required=True)
    split = steps.add_parser("split")
    split.add_argument("payload", type=Path)
    split.add_argument("folder", type=Path)
    join = steps.add_parser("join")
    join.add_argument("payload", type=Path)
    join.add_argument("codec", choices=NAMES)
    join.add_argument("blocks", type=Path)
    join.add_argument("output", type=Path)
    options = parser.parse_args(argv[1:])
    try:
        if options.step == "split":
            write_blocks(options.payload, options.folder)
        else:
            options.output.parent.mkdir(parents=True, exist_ok=True)
            write_compressed(options.payload, NAMES[options.codec], options.blocks, options.output)
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
