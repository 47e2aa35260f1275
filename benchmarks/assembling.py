"""The assemble step as a process, against a plain copy of what it makes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Mapping

from pkg_rules.core.binfmt.fuse import FUSE_ON
from pkg_rules.core.sea import locator
from pkg_rules.core.sea.base_layout import BaseLayout
from pkg_rules.testutil.pinned_tools import REPOSITORY


def assemble_times(executable: Path, folder: Path, rounds: int) -> Mapping[str, float]:
    """Takes an executable apart and puts it together again; medians in seconds of interleaved runs."""
    base, payload, made = folder / "base", folder / "payload", folder / "made"
    _take_apart(executable, base, payload)
    commands = {
        "assemble": [sys.executable, "-m", "pkg_rules.scripts.assemble", str(base), str(payload), str(made)],
        "copy": ["cp", str(executable), str(made)],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            made.unlink(missing_ok=True)
            os.sync()
            started = time.perf_counter()
            subprocess.run(
                command, check=True, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY / "src/python")}
            )
            seconds[name].append(time.perf_counter() - started)
            if made.read_bytes() != executable.read_bytes():
                raise SystemExit(f"`{name}` did not make the same file again")
    # The first of each only warmed the caches.
    return {name: statistics.median(values[1:]) for name, values in seconds.items()}


def _take_apart(executable: Path, base: Path, payload: Path) -> None:
    content = executable.read_bytes()
    place = content.index(locator.MAGIC)
    start, _ = locator.unpack_place(content[place + len(locator.MAGIC) : place + locator.SIZE])
    prepared = content[:start].replace(content[place : place + locator.SIZE], locator.EMPTY)
    base.write_bytes(prepared)
    payload.write_bytes(content[start:])
    layout = BaseLayout(
        fuse_offset=content.index(FUSE_ON),
        application_offset=0,
        application_size=0,
        locator_offset=place,
        size=len(prepared),
    )
    Path(f"{base}.json").write_text(layout.render())
