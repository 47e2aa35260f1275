"""Measures builds and executables against plain Node.js of the same version, prints tables and writes JSON.

Times belong to one machine and one moment; only ratios within one run say something. Nothing here passes or fails:
budgets are marked as met or missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Iterable, Mapping, Sequence

from assembling import assemble_times
from budgets import PACKAGED, PLAIN, Measurements, verdicts
from builds import BuildLab, BuildTimes
from programs import PROGRAMS, BenchmarkProgram
from start_up import Runs, measure

from pkg_rules.testutil import pinned_tools
from pkg_rules.testutil.plain_trees import PlainTrees


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    programs = [program for program in PROGRAMS if program.name in options.programs]
    folder = Path(tempfile.mkdtemp(prefix="pkg-rules-benchmark-"))
    facts = machine_facts(options.node)
    print("  ".join(f"{name}: {value}" for name, value in facts.items()))
    try:
        measured, sizes = measure_all(programs, options, folder)
    finally:
        shutil.rmtree(folder)
    report(measured, sizes, options.node)
    if options.json:
        options.json.write_text(json.dumps(as_json(facts, measured, sizes), indent=2) + "\n")
        print(f"\nwritten: {options.json}")
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    names = [program.name for program in PROGRAMS]
    parser = argparse.ArgumentParser(prog="run-benchmarks", description=__doc__)
    parser.add_argument("--node", type=int, default=24, choices=pinned_tools.NODE_MAJORS)
    parser.add_argument("--runs", type=int, default=17, help="of each side of each call, after a warm-up")
    parser.add_argument("--builds", type=int, default=5, help="after an edit, and with nothing to do; 0: none are timed")
    parser.add_argument("--programs", nargs="+", default=names, choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--json", type=Path, help="where to write the results")
    return parser.parse_args(arguments)


def measure_all(
    programs: Iterable[BenchmarkProgram], options: argparse.Namespace, folder: Path
) -> tuple[Measurements, Mapping[str, int]]:
    builds: dict[str, BuildTimes] = {}
    start_up: dict[tuple[str, str], Mapping[str, Runs]] = {}
    with BuildLab(folder / "builds", options.node) as lab:
        if options.builds:
            for program in programs:
                progress(f"packaging {program.name}")
                builds[program.name] = lab.times(program, options.builds)
        progress("packaging what is to be started")
        lab.package_all(programs)
    progress("installing the same programs for plain Node.js")
    trees = PlainTrees.install(folder / "plain")
    for program in programs:
        commands = {
            PLAIN: [str(pinned_tools.node(options.node)), str(trees.root / program.script)],
            PACKAGED: [str(lab.executable(program))],
            **{name: [str(path)] for name, path in lab.variants(program).items()},
        }
        for call in program.calls:
            progress(f"starting {program.name}: {call.name}")
            start_up[program.name, call.name] = measure(commands, call, options.runs)
    progress("assembling")
    largest = max((lab.executable(program) for program in programs), key=os.path.getsize)
    assemble = assemble_times(largest, folder, max(options.builds, 3))
    sizes = {program.name: os.path.getsize(lab.executable(program)) for program in programs}
    return Measurements(start_up, builds, assemble), sizes


def report(measured: Measurements, sizes: Mapping[str, int], major: int) -> None:
    table(
        f"Start-up and peak memory, median, against plain node {major}",
        ("program", "call", "node ms", "exe ms", "ratio", "node MB", "exe MB", "ratio"),
        (
            (
                program,
                call,
                f"{runs[PLAIN].seconds * 1000:.0f}",
                f"{runs[PACKAGED].seconds * 1000:.0f}",
                f"{runs[PACKAGED].seconds / runs[PLAIN].seconds:.2f}",
                f"{runs[PLAIN].peak_memory_mb:.0f}",
                f"{runs[PACKAGED].peak_memory_mb:.0f}",
                f"{runs[PACKAGED].peak_memory_mb / runs[PLAIN].peak_memory_mb:.2f}",
            )
            for (program, call), runs in measured.start_up.items()
        ),
    )
    node_size = os.path.getsize(pinned_tools.node(major))
    table(
        "The same in other modes",
        ("program", "call", "variant", "ms", "to node", "to the default", "MB"),
        (
            (
                program,
                call,
                side,
                f"{run.seconds * 1000:.0f}",
                f"{run.seconds / runs[PLAIN].seconds:.2f}",
                f"{run.seconds / runs[PACKAGED].seconds:.2f}",
                f"{run.peak_memory_mb:.0f}",
            )
            for (program, call), runs in measured.start_up.items()
            for side, run in runs.items()
            if side not in (PLAIN, PACKAGED)
        ),
    )
    table(
        "Size of the executable",
        ("program", "MB", "beyond node MB"),
        ((name, f"{size / 1e6:.1f}", f"{(size - node_size) / 1e6:.1f}") for name, size in sizes.items()),
    )
    table(
        "`package`, seconds (after an edit and unchanged: median, with a warm daemon), and its largest step",
        ("program", "cold", "edited", "unchanged", "MB", "process"),
        (
            (name, f"{times.cold:.1f}", f"{times.edited:.2f}", f"{times.unchanged:.2f}", *largest_step(times))
            for name, times in measured.builds.items()
        ),
    )
    table(
        "Assemble step, seconds",
        tuple(measured.assemble),
        [tuple(f"{seconds:.3f}" for seconds in measured.assemble.values())],
    )
    table(
        "Budgets",
        ("what", "limit", "measured", "unit", ""),
        (
            (
                verdict.budget.what,
                f"{verdict.budget.limit:g}",
                f"{verdict.value:.2f}",
                verdict.budget.unit,
                "met" if verdict.met else "MISSED",
            )
            for verdict in verdicts(measured)
        ),
    )


def largest_step(times: BuildTimes) -> tuple[str, str]:
    return next(
        ((f"{mb:.0f}", name) for name, mb in times.peak_memory_mb.items() if name != "pants"), ("-", "-")
    )


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [tuple(heads), *(tuple(row) for row in rows)]
    if len(lines) == 1:
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    print(f"\n{title}")
    for number, line in enumerate(lines):
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * width for width in widths))


def as_json(
    facts: Mapping[str, object], measured: Measurements, sizes: Mapping[str, int]
) -> Mapping[str, object]:
    return {
        "machine": facts,
        "start_up": [
            {"program": program, "call": call, **{side: runs[side].as_json() for side in runs}}
            for (program, call), runs in measured.start_up.items()
        ],
        "builds": {name: times.as_json() for name, times in measured.builds.items()},
        "assemble_s": measured.assemble,
        "sizes": sizes,
        "budgets": [
            {
                "what": verdict.budget.what,
                "limit": verdict.budget.limit,
                "unit": verdict.budget.unit,
                "value": round(verdict.value, 3),
                "met": verdict.met,
            }
            for verdict in verdicts(measured)
        ],
    }


def machine_facts(major: int) -> Mapping[str, object]:
    """What is needed to judge the figures, and nothing that names the machine."""
    return {
        "system": platform.system(),
        "kernel": platform.release().split("-")[0],
        "machine": platform.machine(),
        "cpus": os.cpu_count() or 0,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load": round(os.getloadavg()[0], 2),
        "node": pinned_tools.node_version(major),
        "python": platform.python_version(),
    }


def progress(line: str) -> None:
    print(f"... {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
