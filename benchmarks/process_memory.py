"""Peak memory of the processes that a build starts, watched through /proc while it runs."""

from __future__ import annotations

import os
import threading
from pathlib import Path, PurePath
from types import TracebackType
from typing import Iterator, Mapping

# The kernel keeps the peak of a process itself; it must only be read before the process is gone.
INTERVAL_SECONDS = 0.03
PANTS = "pants"


class PeakMemory:
    """Watches all descendants of this process and, as a daemon leaves its parent, of new `pantsd` processes."""

    def __init__(self) -> None:
        self._peaks_kb: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._known = set(_processes())
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def peaks_mb(self) -> Mapping[str, float]:
        """By program; the one with the highest peak first."""
        ordered = sorted(self._peaks_kb.items(), key=lambda item: -item[1])
        return {name: kb / 1024 for name, kb in ordered}

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            parents = _processes()
            roots = {os.getpid(), *(pid for pid in parents if pid not in self._known and _is_pantsd(pid))}
            for pid in parents:
                if pid not in roots and _descends(pid, roots, parents):
                    self._note(pid)
                elif pid in roots and pid != os.getpid():
                    self._note(pid)

    def _note(self, pid: int) -> None:
        try:
            name = _program_name(pid)
            status = Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return  # It ended between two looks.
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                self._peaks_kb[name] = max(self._peaks_kb.get(name, 0), int(line.split()[1]))


def _processes() -> dict[int, int]:
    """Process ids and those of their parents."""
    return dict(_process_parents())


def _process_parents() -> Iterator[tuple[int, int]]:
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = Path(f"/proc/{entry}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # The name of the program is in parentheses and may hold anything.
        yield int(entry), int(stat.rpartition(")")[2].split()[1])


def _descends(pid: int, roots: set[int], parents: Mapping[int, int]) -> bool:
    while pid in parents:
        pid = parents[pid]
        if pid in roots:
            return True
    return False


def _arguments(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _is_pantsd(pid: int) -> bool:
    return any(argument.startswith("pantsd [") for argument in _arguments(pid)[:1])


def _program_name(pid: int) -> str:
    """The program, and the script it runs if it is an interpreter: `node compile_code_cache.cjs`."""
    arguments = _arguments(pid)
    if not arguments:
        return "(kernel)"
    if _is_pantsd(pid) or "pants" in arguments[1:5]:
        return PANTS
    script = next(
        (PurePath(item).name for item in arguments[1:] if item.endswith((".py", ".cjs", ".js", ".mjs"))),
        "",
    )
    return f"{PurePath(arguments[0]).name} {script}".strip()
