"""Makes an executable from a directory without Pants, for work on the prelude:

    .venv/pants/bin/python prelude/dev/make_executable.py --node <node> --entry main.js [--prefix app] \
        [--mode standard] [--fallback-to-source] [--no-code-cache] [--exec-argv=--expose-gc] \
        [--ignore-node-options] [--compress zstd] [--debug] [--target-node <node.exe>] \
        [--functions <recorded.json>] <directory> <output>

`--target-node` is the same version for another platform, which the executable is then for, without code cache.
`--functions` is an output of scripts/record_start_up.cjs.

With `--batch jobs.json` it makes many from one prepared base:
`[{"directory", "entry", "prefix", "output", "code_cache": true, "compress": "none", "debug": false, "mode": "sea",
"fallback_to_source": false}, ...]`; those after `code_cache` may be missing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "src/python"))

from pkg_rules.core.binfmt.identify import identify  # noqa: E402
from pkg_rules.core.binfmt.v8_snapshot import read_only_checksum  # noqa: E402
from pkg_rules.core.native.node_facts import read_node_facts  # noqa: E402
from pkg_rules.core.native.tree_images import ADDON_EXTENSION  # noqa: E402
from pkg_rules.core.payload.code_cache import (  # noqa: E402
    BYTECODE_COMPILE_OPTIONS,
    COMPILE_OPTIONS,
    COMPILE_PROGRAMS,
    LOADER_OPTIONS,
)
from pkg_rules.core.payload.compression import (  # noqa: E402
    NAMES,
    Compression,
    compression,
    write_blocks,
    write_compressed,
)
from pkg_rules.core.payload.model import CodeCacheUnit, PayloadPlan, Root  # noqa: E402
from pkg_rules.core.payload.writer import PayloadSummary, write_payload  # noqa: E402
from pkg_rules.core.sea.assemble import assemble  # noqa: E402
from pkg_rules.core.sea.base_layout import BaseLayout  # noqa: E402
from pkg_rules.core.sea.inject import inject  # noqa: E402
from pkg_rules.core.sea.locator import EMPTY  # noqa: E402

PACKAGE = Path(ROOT, "src/python/pkg_rules")
LOADER = PACKAGE / "prelude/loader.cjs"
START_LOADER = PACKAGE / "scripts/start_loader.cjs"
MAKE_APPLICATION = PACKAGE / "scripts/make_application.cjs"
COMPILER = PACKAGE / "scripts" / COMPILE_PROGRAMS[0]
COMPRESSOR = PACKAGE / "scripts/compress_blocks.cjs"


def prepare_base(
    node: str, target_node: str, exec_argv: list[str], ignore_node_options: bool, work: Path
) -> tuple[Path, BaseLayout]:
    """A Node with the loader injected, in the folder `work`, and where the places to fill are."""
    for program in (LOADER, START_LOADER):
        shutil.copy(program, work)
    (work / "locator").write_bytes(EMPTY)
    config = {
        "main": START_LOADER.name,
        "disableExperimentalSEAWarning": True,
        "useSnapshot": False,
        "useCodeCache": False,
        "execArgv": [*LOADER_OPTIONS, *exec_argv],
        "execArgvExtension": "none" if ignore_node_options else "env",
        "assets": {"locator": "locator"},
        "loader": LOADER.name,
        "loaderCache": node == target_node,
    }
    (work / "config.json").write_text(json.dumps(config))
    subprocess.run(
        [os.path.abspath(node), MAKE_APPLICATION, "config.json", "out/application"],
        cwd=work,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    base = work / "base"
    return base, inject(Path(target_node), (work / "out/application").read_bytes(), base)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--node", required=True)
    parser.add_argument("--entry")
    parser.add_argument("--prefix", default="app")
    parser.add_argument("--no-code-cache", action="store_true")
    parser.add_argument("--mode", choices=("sea", "standard"), default="sea")
    parser.add_argument("--fallback-to-source", action="store_true")
    parser.add_argument("--exec-argv", action="append", default=[])
    parser.add_argument("--ignore-node-options", action="store_true")
    parser.add_argument("--compress", choices=("none", *NAMES), default="none")
    parser.add_argument("--compress-level", type=int)
    parser.add_argument("--debug", action="store_true")
    parser.add_argument("--target-node")
    parser.add_argument("--functions")
    parser.add_argument("--batch")
    parser.add_argument("directory", nargs="?")
    parser.add_argument("output", nargs="?")
    options = parser.parse_args()
    target_node = options.target_node or options.node
    if options.batch:
        with open(options.batch) as file:
            jobs = json.load(file)
    else:
        jobs = [
            {
                "directory": options.directory,
                "entry": options.entry,
                "prefix": options.prefix,
                "output": options.output,
                "code_cache": not options.no_code_cache,
                "compress": options.compress,
                "compress_level": options.compress_level,
                "debug": options.debug,
                "mode": options.mode,
                "fallback_to_source": options.fallback_to_source,
                "functions": options.functions,
            }
        ]
    with tempfile.TemporaryDirectory() as work:
        base, layout = prepare_base(
            options.node, target_node, options.exec_argv, options.ignore_node_options, Path(work)
        )
        for job in jobs:
            job["code_cache"] &= options.node == target_node
            print(f"{job['output']}: {make(base, layout, options, job)}")


def make(
    base: Path,
    layout: BaseLayout,
    options: argparse.Namespace,
    job: dict[str, Any],
) -> PayloadSummary:
    prefix = job["prefix"]
    with tempfile.TemporaryDirectory() as work:
        caches: tuple[CodeCacheUnit, ...] = ()
        if job["code_cache"]:
            plan = os.path.join(work, "plan.json")
            cache = os.path.join(work, "code_cache")
            bytecode = job.get("mode") == "standard"
            functions = {}
            if job.get("functions"):
                functions = json.loads(Path(job["functions"]).read_text())
            with open(plan, "w") as file:
                json.dump(
                    {
                        "version": 1,
                        "directory": os.path.abspath(job["directory"]),
                        "bytecode": bytecode,
                        "functions": functions,
                        "fallback_to_source": job.get("fallback_to_source", False),
                        "typescript": bytecode,
                    },
                    file,
                )
            compile_options = BYTECODE_COMPILE_OPTIONS if bytecode else COMPILE_OPTIONS
            subprocess.run(
                [options.node, *options.exec_argv, *compile_options, COMPILER, plan, cache],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            caches = (CodeCacheUnit(cache, prefix),)
        payload = os.path.join(work, "payload")
        summary = write_payload(
            PayloadPlan(
                entry_point=f"{prefix}/{job['entry']}" if prefix else job["entry"],
                roots=(Root(job["directory"], prefix),),
                code_caches=caches,
                hidden=("",) if job.get("mode") == "standard" else (),
                bytecode_checksum=read_only_checksum(Path(options.node)),
                fallback_to_source=job.get("fallback_to_source", False),
                node_facts=node_facts(options, job["directory"], work),
                metadata=(
                    ("debug", "true" if job.get("debug") else "false"),
                    ("name", os.path.basename(job["output"])),
                    *((("node_options", "ignore"),) if options.ignore_node_options else ()),
                ),
            ),
            payload,
        )
        chosen = compression(job.get("compress", "none"), job.get("compress_level"))
        if chosen is not None:
            payload = compress(payload, options.node, chosen, Path(work))
        assemble(base, layout, Path(payload), Path(job["output"]))
    return summary


def node_facts(options: argparse.Namespace, directory: str, work: str) -> str:
    """The file with what the Node.js of the executable offers to native addons; empty if there are none."""
    if not any(Path(directory).rglob(f"*{ADDON_EXTENSION}")):
        return ""
    target = Path(options.target_node or options.node)
    kind = identify(target)
    version = subprocess.check_output([options.node, "--print", "process.versions.node"], text=True)
    file = os.path.join(work, "facts.json")
    read_node_facts(target, version.strip(), kind.platform, kind.arch).write(file)
    return file


def compress(payload: str, node: str, chosen: Compression, work: Path) -> str:
    write_blocks(Path(payload), work / "blocks")
    for bucket in sorted((work / "blocks").iterdir()):
        subprocess.run(
            [node, COMPRESSOR, chosen.name, str(chosen.level), bucket, work / "compressed"], check=True
        )
    write_compressed(Path(payload), chosen.codec, work / "compressed", work / "compressed_payload")
    return str(work / "compressed_payload")


if __name__ == "__main__":
    main()
