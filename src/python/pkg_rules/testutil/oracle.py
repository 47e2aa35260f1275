"""Runs a program as plain `node` runs it and as an executable does, so that the two can be compared.

The oracle is Node.js itself, of the same version, on the same files: what it prints, where it prints it, how it ends
and which files it leaves behind.
"""

from __future__ import annotations

import dataclasses
import functools
import shutil
import subprocess
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Mapping

from pkg_rules.testutil.bounded import TookTooLong, run_bounded
from pkg_rules.testutil.masks import masked

# Nothing of the environment of the tests reaches a program; the compile cache of Node.js is off on both sides.
ENVIRONMENT: Mapping[str, str] = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "NODE_DISABLE_COMPILE_CACHE": "1",
}
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Case:
    """One way to call a program: its arguments, what it reads, and the files it finds where it is started."""

    name: str
    arguments: tuple[str, ...] = ()
    stdin: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0


@dataclass(frozen=True)
class Program:
    """How to start a program, and where the build root of its files lies (nowhere, for an executable)."""

    argv: tuple[str, ...]
    root: str = ""
    hidden: tuple[Path, ...] = ()

    def command(self, arguments: Iterable[str]) -> list[str]:
        return [*out_of_reach(self.hidden), *self.argv, *arguments]


@dataclass(frozen=True)
class Outcome:
    exit_code: int
    stdout: str
    stderr: str
    files: Mapping[str, bytes]


def run(program: Program, case: Case, directory: Path, *, seconds: float = TIMEOUT_SECONDS) -> Outcome:
    """Runs the case in a new directory; of the outcome only what the masks name is changed.

    V8 can deadlock when Node.js ends (issue 54918 of Node.js: a thread that compiles waits for the main thread to collect
    garbage, which waits for that thread). A program that did everything and did not end is therefore started once more;
    one that did less than it does then has failed.

    :raises TookTooLong: when it has not ended after `seconds`
    """
    try:
        return _run_once(program, case, directory, seconds)
    except TookTooLong as hang:
        done = _outcome(program, directory, 0, hang.stdout, hang.stderr)
        shutil.rmtree(directory)
        outcome = _run_once(program, case, directory, seconds)
        if dataclasses.replace(outcome, exit_code=0) != done:
            raise
        warnings.warn(f"Did everything but did not end, as Node.js at times: {hang}", stacklevel=2)
        return outcome


def run_both(plain: Program, packaged: Program, case: Case, directory: Path) -> tuple[Outcome, Outcome]:
    """Side by side: neither keeps more than one processor busy for long."""
    with ThreadPoolExecutor(2) as pool:
        expected = pool.submit(run, plain, case, directory / "plain" / "here")
        actual = pool.submit(run, packaged, case, directory / "packaged" / "here")
        return expected.result(), actual.result()


def _run_once(program: Program, case: Case, directory: Path, seconds: float) -> Outcome:
    directory.mkdir(parents=True)
    for name, content in case.files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(content)
    finished = run_bounded(
        program.command(case.arguments),
        seconds=seconds,
        cwd=directory,
        env=environment(case, directory),
        input=case.stdin.encode(),
    )
    return _outcome(program, directory, finished.returncode, finished.stdout, finished.stderr)


def _outcome(program: Program, directory: Path, exit_code: int, stdout: bytes, stderr: bytes) -> Outcome:
    def shown(output: bytes) -> str:
        text = output.decode(errors="backslashreplace").replace(str(directory), "<here>")
        return masked(text, program.root)

    return Outcome(exit_code, shown(stdout), shown(stderr), files_below(directory))


def environment(case: Case, directory: Path) -> Mapping[str, str]:
    return {**ENVIRONMENT, "HOME": str(directory), **case.environment}


def files_below(directory: Path) -> Mapping[str, bytes]:
    """Without caches: the directory is the home folder too, and an executable keeps native addons there."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.relative_to(directory).parts[0] != ".cache"
    }


def out_of_reach(folders: Iterable[Path]) -> tuple[str, ...]:
    """The start of a command line that runs the rest with these folders covered by empty ones.

    Empty where this machine does not let us make a mount namespace; see `can_hide_folders`.
    """
    covered = [str(folder) for folder in folders]
    if not covered or not can_hide_folders():
        return ()
    script = 'while [ "$1" != -- ]; do mount -t tmpfs none "$1" || exit 125; shift; done; shift; exec "$@"'
    return (*NAMESPACE, "sh", "-c", script, "sh", *covered, "--")


NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


@functools.lru_cache(maxsize=None)
def can_hide_folders() -> bool:
    try:
        attempt = subprocess.run(
            [*NAMESPACE, "sh", "-c", "mount -t tmpfs none /mnt"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError:  # No `unshare`: not Linux.
        return False
    return attempt.returncode == 0
