"""The command line of the tool."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Optional, Sequence

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.inspection.executable import read_executable
from pkg_rules.core.inspection.extract import extract
from pkg_rules.core.inspection.listing import as_json, as_tree
from pkg_rules.core.inspection.node_decoder import NodeDecoder
from pkg_rules.core.inspection.verify import not_decompressed, problems
from pkg_rules.core.payload.decoding import Decoder


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Exit code 0, 1 for problems of the executable, 2 for those of the command line."""
    options = _parser().parse_args(arguments)
    try:
        if options.node is None:
            return int(options.run(options, Decoder()))
        with NodeDecoder(options.node) as foreign:
            return int(options.run(options, Decoder(foreign)))
    except PkgRulesError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pkg_rules.inspect",
        description="Shows, extracts and checks what is in an executable, of any platform, without running it.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--node",
        metavar="PROGRAM",
        help="a Node.js of version 22.15 or newer, which decompresses what Python cannot: brotli and zstd",
    )
    steps = parser.add_subparsers(required=True, metavar="list | extract | verify")

    listing = steps.add_parser("list", parents=[common], help="show its files, links and sizes")
    listing.add_argument("file", type=Path)
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=_list)

    extraction = steps.add_parser("extract", parents=[common], help="write its files to a new folder")
    extraction.add_argument("file", type=Path)
    extraction.add_argument("folder", type=Path)
    extraction.add_argument("--path", help="only this file or directory, e.g. `/snapshot/app/src`")
    extraction.set_defaults(run=_extract)

    check = steps.add_parser(
        "verify",
        parents=[common],
        help="check everything that can be checked; one line for each problem, and exit code 1",
    )
    check.add_argument("file", type=Path)
    check.set_defaults(run=_verify)
    return parser


def _list(options: argparse.Namespace, decoder: Decoder) -> int:
    executable = read_executable(options.file)
    with executable.payload(decoder) as payload:
        if options.json:
            print(as_json(executable, payload))
        else:
            print("\n".join(as_tree(executable, payload)))
    return 0


def _extract(options: argparse.Namespace, decoder: Decoder) -> int:
    with read_executable(options.file).payload(decoder) as payload:
        print(f"{extract(payload, options.folder, options.path):,} files")
    return 0


def _verify(options: argparse.Namespace, decoder: Decoder) -> int:
    executable = read_executable(options.file)
    found = False
    for problem in problems(executable, decoder):
        found = True
        print(f"{options.file.name}: {problem}")
    if found:
        return 1
    with executable.payload(decoder) as payload:
        rest = not_decompressed(payload, decoder)
    note = f"; {rest:,} blocks were checked as they are stored, not decompressed" if rest else ""
    print(f"{options.file.name}: sound, Node.js {executable.node_version} for {executable.kind}{note}")
    return 0
