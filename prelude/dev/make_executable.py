"""Makes an executable from a directory without Pants, for work on the prelude:

    .venv/pants/bin/python prelude/dev/make_executable.py --node <node> --entry main.js [--prefix app] \
        [--no-code-cache] [--exec-argv=--expose-gc] <directory> <output>

The prepared base (the slow part) is kept in a temporary folder, per Node, loader and options. With `--batch jobs.json`
it makes many with the same Node: `[{"directory", "entry", "prefix", "output", "code_cache": true}, ...]`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "src/python"))

from pkg_rules.core.payload.code_cache import COMPILE_OPTIONS  # noqa: E402
from pkg_rules.core.payload.model import CodeCacheUnit, PayloadPlan, Root  # noqa: E402
from pkg_rules.core.payload.writer import PayloadSummary, write_payload  # noqa: E402

LOADER = os.path.join(ROOT, "src/python/pkg_rules/prelude/loader.cjs")
START_LOADER = os.path.join(ROOT, "src/python/pkg_rules/scripts/start_loader.cjs")
MAKE_APPLICATION = os.path.join(ROOT, "src/python/pkg_rules/scripts/make_application.cjs")
COMPILER = os.path.join(ROOT, "src/python/pkg_rules/scripts/compile_code_cache.cjs")
FUSE = b"NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:"
# One for each Node under test, and again for the loader before the last change.
KEPT_BASES = 6
LOCATOR_MAGIC = b"PKGRULES-" + b"LOCATOR"


def prepare_base(node: str, exec_argv: list[str], cache: str) -> str:
    """The path of a Node with the loader injected."""
    programs = []
    for program in (LOADER, START_LOADER, MAKE_APPLICATION):
        with open(program, "rb") as file:
            programs.append(file.read())
    status = os.stat(node)
    key = hashlib.sha256(
        repr(
            (programs, os.path.abspath(node), status.st_size, status.st_mtime_ns, exec_argv)
        ).encode()
    ).hexdigest()[:16]
    base = os.path.join(cache, f"base-{key}")
    if not os.path.exists(base):
        os.makedirs(cache, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            blob = _make_blob(node, exec_argv, work)
            _inject(node, blob, os.path.join(work, "base"))
            os.replace(os.path.join(work, "base"), base)
        _forget_old_bases(cache)
    os.utime(base)
    return base


def _forget_old_bases(cache: str) -> None:
    bases = sorted(
        (os.path.join(cache, name) for name in os.listdir(cache) if name.startswith("base-")),
        key=os.path.getmtime,
    )
    for base in bases[:-KEPT_BASES]:
        os.remove(base)


def _make_blob(node: str, exec_argv: list[str], work: str) -> bytes:
    shutil.copy(LOADER, os.path.join(work, "loader.cjs"))
    shutil.copy(START_LOADER, os.path.join(work, "start_loader.cjs"))
    with open(os.path.join(work, "locator"), "wb") as file:
        file.write(LOCATOR_MAGIC + bytes(16))
    config = {
        "main": "start_loader.cjs",
        "disableExperimentalSEAWarning": True,
        "useSnapshot": False,
        "useCodeCache": False,
        "execArgv": exec_argv,
        "execArgvExtension": "env",
        "assets": {"locator": "locator"},
        "loader": "loader.cjs",
        "loaderCache": True,
    }
    with open(os.path.join(work, "config.json"), "w") as file:
        json.dump(config, file)
    subprocess.run(
        [os.path.abspath(node), MAKE_APPLICATION, "config.json", "out/application"],
        cwd=work,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with open(os.path.join(work, "out/application"), "rb") as file:
        return file.read()


def _inject(node: str, blob: bytes, output: str) -> None:
    import lief  # Only for preparing; a cached base needs none.

    binary = lief.ELF.parse(node)
    note = lief.ELF.Note.create("NODE_SEA_BLOB", 0, list(blob), ".note.sea")
    binary.add(note)
    config = lief.ELF.Builder.config_t()
    config.notes = True
    binary.write(output, config)
    with open(output, "r+b") as file:
        data = file.read()
        assert data.count(FUSE + b"0") == 1, "the fuse is not in this Node"
        file.seek(data.index(FUSE + b"0") + len(FUSE))
        file.write(b"1")
    os.chmod(output, 0o755)


def assemble(base: str, payload: str, output: str) -> None:
    shutil.copyfile(base, output)
    with open(output, "r+b") as file:
        data = file.read()
        assert data.count(LOCATOR_MAGIC) == 1, "the locator is not once in the prepared base"
        locator = data.index(LOCATOR_MAGIC)
        start = -(-len(data) // 4096) * 4096
        file.seek(start)
        with open(payload, "rb") as source:
            shutil.copyfileobj(source, file, 1 << 20)
        file.seek(locator + len(LOCATOR_MAGIC))
        file.write(struct.pack("<QQ", start, os.path.getsize(payload)))
    os.chmod(output, 0o755)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--node", required=True)
    parser.add_argument("--entry")
    parser.add_argument("--prefix", default="app")
    parser.add_argument("--no-code-cache", action="store_true")
    parser.add_argument("--exec-argv", action="append", default=[])
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "pkg_rules-dev"))
    parser.add_argument("--batch")
    parser.add_argument("directory", nargs="?")
    parser.add_argument("output", nargs="?")
    options = parser.parse_args()
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
            }
        ]
    base = prepare_base(options.node, options.exec_argv, options.cache)
    for job in jobs:
        print(f"{job['output']}: {make(base, options.node, options.exec_argv, job)}")


def make(base: str, node: str, exec_argv: list[str], job: dict[str, Any]) -> PayloadSummary:
    prefix = job["prefix"]
    with tempfile.TemporaryDirectory() as work:
        caches: tuple[CodeCacheUnit, ...] = ()
        if job["code_cache"]:
            plan = os.path.join(work, "plan.json")
            cache = os.path.join(work, "code_cache")
            with open(plan, "w") as file:
                json.dump({"version": 1, "directory": os.path.abspath(job["directory"])}, file)
            subprocess.run(
                [node, *COMPILE_OPTIONS, *exec_argv, COMPILER, plan, cache],
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
                metadata=(("name", os.path.basename(job["output"])),),
            ),
            payload,
        )
        assemble(base, payload, job["output"])
    return summary


if __name__ == "__main__":
    main()
