"""Times `./pants package` in a copy of the repository: with nothing cached, after an edit, and with nothing to do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Iterable, Mapping

from process_memory import PeakMemory
from programs import PROGRAMS, BenchmarkProgram, output_of

from pkg_rules.testutil.repository import RepositoryCopy


@dataclass(frozen=True)
class BuildTimes:
    cold: float
    edited: float
    unchanged: float
    peak_memory_mb: Mapping[str, float]

    def as_json(self) -> Mapping[str, object]:
        return {
            "cold_s": round(self.cold, 2),
            "edited_s": round(self.edited, 2),
            "unchanged_s": round(self.unchanged, 2),
            "peak_memory_mb": {name: round(mb, 1) for name, mb in self.peak_memory_mb.items()},
        }


class BuildLab:
    """A copy of the repository with a daemon and caches of its own, whose programs are for one Node.js only."""

    def __init__(self, folder: Path, node_major: int) -> None:
        self._folder = folder
        self._node_major = node_major
        self._edits = 0

    def __enter__(self) -> BuildLab:
        self._copy = RepositoryCopy.make(self._folder / "repository")
        for program in PROGRAMS:
            self._pin_node(program)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop_daemon()

    def times(self, program: BenchmarkProgram, rounds: int) -> BuildTimes:
        self._forget_everything()
        with PeakMemory() as memory:
            cold = self._package(program)
            edited = []
            for _ in range(rounds):
                self._edit(program)
                edited.append(self._package(program))
        unchanged = [self._package(program) for _ in range(rounds)]
        return BuildTimes(
            cold, statistics.median(edited), statistics.median(unchanged), memory.peaks_mb()
        )

    def package_all(self, programs: Iterable[BenchmarkProgram]) -> None:
        for program in programs:
            self._package(program, *program.variants.values())

    def executable(self, program: BenchmarkProgram) -> Path:
        return self._copy.dist / output_of(program.target)

    def variants(self, program: BenchmarkProgram) -> Mapping[str, Path]:
        return {name: self._copy.dist / output_of(target) for name, target in program.variants.items()}

    def _package(self, program: BenchmarkProgram, *others: str) -> float:
        environment = {
            **os.environ,
            "PANTS_LOCAL_STORE_DIR": str(self._folder / "store"),
            "PANTS_NAMED_CACHES_DIR": str(self._folder / "caches"),
        }
        started = time.perf_counter()
        finished = subprocess.run(
            ["./pants", "--pantsd", "package", program.target, *others],
            cwd=self._copy.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        seconds = time.perf_counter() - started
        if finished.returncode:
            raise SystemExit(f"`./pants package {program.target}` failed:\n{finished.stdout}")
        return seconds

    def _pin_node(self, program: BenchmarkProgram) -> None:
        """Plain Node.js of this major is what the executables are compared with."""
        folder, name = program.target.split(":")
        build_file = self._copy.root / folder / "BUILD"
        pinned, count = re.subn(
            rf'(node_executable\(\s*name="{name}",)',
            rf'\1 targets=["node{self._node_major}"],',
            build_file.read_text(),
        )
        if count != 1:
            raise SystemExit(f"`{folder}/BUILD` has no target `{name}` where a `targets` field can be added")
        build_file.write_text(pinned)

    def _edit(self, program: BenchmarkProgram) -> None:
        self._edits += 1
        with open(self._copy.root / program.edited_file, "a") as source:
            source.write(f"// Edit {self._edits}.\n")
        # The daemon learns of changes from the file system's events, as it does when a person edits.
        time.sleep(0.5)

    def _forget_everything(self) -> None:
        self._stop_daemon()
        for cache in (self._folder / "store", self._folder / "caches", self._copy.root / ".pants.d"):
            if cache.exists():
                subprocess.run(["chmod", "-R", "u+w", str(cache)], check=True)
                shutil.rmtree(cache)

    def _stop_daemon(self) -> None:
        for pid_file in self._copy.root.glob(".pids/*/pantsd/pid"):
            pid = int(pid_file.read_text())
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue
            while Path(f"/proc/{pid}").exists():
                time.sleep(0.05)
