"""Writes a payload in a sandbox: `write_payload.py plan.json out/payload`.

Runs on any CPython from 3.9 with only the standard library; `pkg_rules.core` has to be importable (PYTHONPATH).
Everything the payload depends on is in the plan and in the files it names, all by paths relative to the sandbox:

    {
      "version": 1,
      "entry_point": "testprojects/api/main.js",       path below the mount point, no symlink
      "roots": [                                       laid over each other; equal files may meet
        {"directory": "__files", "prefix": ""},
        {"directory": "__node_modules", "prefix": "testprojects/api/node_modules"}
      ],
      "code_caches": [                                 outputs of compile_code_cache.cjs, in any order
        {"file": "__code_cache/express", "prefix": "testprojects/api/node_modules/express"}
      ],
      "hidden": ["", "app/node_modules/own"],          packages without sources; "" is what is in no package
      "bytecode_checksum": 2817815431,                 what V8 compares before it takes bytecode
      "fallback_to_source": false,                     whether hidden sources without bytecode are kept
      "node_facts": "__node_facts/facts.json",         output of read_node_facts.py
      "metadata": {"name": "api", "mode": "sea"}       strings, shown by tools
    }

All but the first three may be missing. A code cache that mentions files which are not in the roots is fine.
Exit code 1 and one message on stderr if the plan cannot be fulfilled; then there is no output.
"""

from __future__ import annotations

import os
import sys

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.payload.plan import parse_plan
from pkg_rules.core.payload.writer import write_payload


# What comes before each source that is there although it was to be hidden.
KEPT_SOURCE = "source kept: "
# What comes before each remark about native code.
REMARK = "remark: "


def main(argv: list[str]) -> int:
    if len(argv) != 3:
        print("usage: write_payload.py plan.json out/payload", file=sys.stderr)
        return 2
    plan_path, output_path = argv[1:]
    if os.path.dirname(output_path):
        os.makedirs(os.path.dirname(output_path), exist_ok=True)
    try:
        with open(plan_path, encoding="utf-8") as file:
            plan = parse_plan(file.read())
        summary = write_payload(plan, output_path)
    except PkgRulesError as error:
        if os.path.exists(output_path):
            os.remove(output_path)
        print(error, file=sys.stderr)
        return 1
    print(
        f"{summary.files} files, {summary.directories} directories, {summary.symlinks} symlinks,"
        f" {summary.scripts_with_cached_data} scripts with cached data, {summary.size} bytes"
    )
    for kept in summary.kept_sources:
        print(f"{KEPT_SOURCE}{kept}")
    for remark in summary.remarks:
        print(f"{REMARK}{remark}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
