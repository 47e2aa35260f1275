"""Repositories of a few files, in which a real Pants with this plugin runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from pkg_rules.testutil.bounded import LARGE_LIMIT_SECONDS, run_bounded
from pkg_rules.testutil.pinned_tools import LOCK_FILE, REPOSITORY


@dataclass(frozen=True)
class Finished:
    exit_code: int
    output: str


@dataclass(frozen=True)
class SmallRepository:
    root: Path

    @classmethod
    def make(cls, root: Path, files: Mapping[str, str]) -> SmallRepository:
        """The files, with this repository's configuration of Pants and its lock of Node.js."""
        settings = (REPOSITORY / "pants.toml").read_text()
        own_sources = str(REPOSITORY / "src" / "python")
        repository = cls(root)
        repository.write({"pants.toml": settings.replace("%(buildroot)s/src/python", own_sources)})
        lock = root / LOCK_FILE.relative_to(REPOSITORY)
        lock.parent.mkdir(parents=True)
        shutil.copyfile(LOCK_FILE, lock)
        repository.write(files)
        return repository

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)

    def pants(self, *arguments: str) -> Finished:
        """Without a daemon; the caches of this machine are used."""
        python = REPOSITORY / ".venv" / "pants" / "bin" / "python"
        finished = run_bounded(
            [str(python), "-s", "-m", "pants", "--no-pantsd", *arguments],
            seconds=LARGE_LIMIT_SECONDS,
            cwd=self.root,
            env={**os.environ, "NO_SCIE_WARNING": "1"},
            stderr=subprocess.STDOUT,
        )
        return Finished(finished.returncode, finished.stdout.decode())

    def distributed(self) -> tuple[str, ...]:
        """What lies in `dist/`, whole or half-written."""
        dist = self.root / "dist"
        return tuple(sorted(str(path.relative_to(dist)) for path in dist.rglob("*") if path.is_file()))
