"""Time to readiness and peak memory of programs, interleaved so that a busy moment of the machine hits all alike."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

from programs import Call

from pkg_rules.testutil.oracle import ENVIRONMENT

WARM_UP_RUNS = 3
LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Run:
    seconds: float
    peak_memory_kb: int


@dataclass(frozen=True)
class Runs:
    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def peak_memory_mb(self) -> float:
        return statistics.median(run.peak_memory_kb for run in self.runs) / 1024

    def as_json(self) -> Mapping[str, object]:
        seconds = sorted(run.seconds for run in self.runs)
        return {
            "median_ms": round(self.seconds * 1000, 2),
            "fastest_ms": round(seconds[0] * 1000, 2),
            "slowest_ms": round(seconds[-1] * 1000, 2),
            "peak_memory_mb": round(self.peak_memory_mb, 1),
            "runs": len(self.runs),
        }


def measure(commands: Mapping[str, Sequence[str]], call: Call, rounds: int) -> Mapping[str, Runs]:
    """Runs all commands in turn, `rounds` times after a warm-up, each time in the opposite order."""
    results: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(WARM_UP_RUNS + rounds):
        names = list(commands) if number % 2 == 0 else list(reversed(commands))
        for name in names:
            run = _run(commands[name], call)
            if number >= WARM_UP_RUNS:
                results[name].append(run)
    return {name: Runs(tuple(runs)) for name, runs in results.items()}


def _run(command: Sequence[str], call: Call) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="pkg-rules-benchmark-"))
    try:
        for name, text in call.files.items():
            (folder / name).write_text(text)
        return _timed([*command, *call.arguments], folder, call.service)
    finally:
        shutil.rmtree(folder)


def _timed(argv: Sequence[str], folder: Path, service: bool) -> Run:
    request = {
        "argv": argv,
        "folder": str(folder),
        "environment": {**ENVIRONMENT, "HOME": str(folder)},
        "errors": str(folder / "stderr"),
        "service": service,
        "limit": LIMIT_SECONDS,
    }
    program = [sys.executable, "-I", "-S", str(Path(__file__).with_name("timed_run.py"))]
    result = json.loads(subprocess.check_output([*program, json.dumps(request)]))
    if result["exit_code"] is None:
        result = _once_more(program, request, result)
    if result["exit_code"]:
        message = (folder / "stderr").read_text(errors="backslashreplace")
        raise SystemExit(f"`{' '.join(argv)}` ended with {result['exit_code']}:\n{message}")
    return Run(result["seconds"], result["peak_memory_kb"])


def _once_more(program: Sequence[str], request: Mapping[str, Any], hung: Mapping[str, Any]) -> Any:
    """Node.js can do everything and then not end (see testutil/oracle.py); any other hang ends the benchmark."""
    what = f"`{' '.join(request['argv'])}` had not ended after {LIMIT_SECONDS} s. It had printed:\n{hung['output']}"
    result = json.loads(subprocess.check_output([*program, json.dumps(request)]))
    if result["exit_code"] is None or result["output"] != hung["output"]:
        raise SystemExit(what)
    print(f"Did everything but did not end, as Node.js at times: {what}", file=sys.stderr)
    return result
