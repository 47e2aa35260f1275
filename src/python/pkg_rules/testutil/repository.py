"""Copies of this repository in which Pants builds, so that a test can do to them what it likes."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping

from pkg_rules.testutil.bounded import LARGE_LIMIT_SECONDS, run_bounded
from pkg_rules.testutil.pinned_tools import REPOSITORY


class PackageFailed(Exception):
    """Pants did not package what it was asked for; the message is what it said."""


def repository_files(*below: str) -> tuple[str, ...]:
    """The files of the working tree that git has or would take, without what was deleted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *below],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode()
    files = (file for file in listed.split("\0") if file)
    return tuple(sorted(file for file in files if (REPOSITORY / file).is_file()))


@dataclass(frozen=True)
class RepositoryCopy:
    root: Path

    @property
    def dist(self) -> Path:
        """Where Pants puts what it packages; it takes no folder outside."""
        return self.root / "dist"

    @classmethod
    def make(cls, root: Path) -> RepositoryCopy:
        for file in repository_files():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / file, root / file)
        # Pants and its packages, as the launcher installed them. Pants does not look into `.venv/`, but it would
        # look at a link of that name.
        (root / ".venv").mkdir()
        for part in ("pants", "tools"):
            (root / ".venv" / part).symlink_to(REPOSITORY / ".venv" / part)
        return cls(root)

    def package(
        self,
        addresses: Iterable[str],
        *,
        environment: Mapping[str, str] = os.environ,
        prefix: Iterable[str] = (),
        umask: int = 0o022,
    ) -> str:
        """Runs the `package` goal and returns what Pants printed. No daemon: it may miss edits of the plugin."""
        arguments = ["--no-pantsd", "package", *addresses]
        finished = run_bounded(
            [*prefix, "./pants", *arguments],
            seconds=LARGE_LIMIT_SECONDS,
            cwd=self.root,
            env=dict(environment),
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.umask(umask) and None,
        )
        if finished.returncode:
            raise PackageFailed(f"`./pants {' '.join(arguments)}` failed:\n{finished.stdout.decode()}")
        return finished.stdout.decode()
