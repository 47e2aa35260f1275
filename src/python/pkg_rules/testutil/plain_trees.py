"""The test projects as a developer has them on disk: sources, installed packages, outputs of build scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from pkg_rules.testutil import pinned_tools
from pkg_rules.testutil.bounded import LARGE_LIMIT_SECONDS, run_bounded
from pkg_rules.testutil.repository import repository_files

# Scripts of package.json that make what the entry points load. Their packages include development dependencies.
BUILD_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "testprojects/big": ("generate-cjs", "generate-esm"),
    "testprojects/bundled": ("bundle",),
    "testprojects/pkg-block": ("stamp",),
}
# Which Node.js installs and builds; the installed files do not depend on it.
TOOL_MAJOR = 24


@dataclass(frozen=True)
class PlainTrees:
    """A build root for plain `node`: the test projects at the same paths as in the repository."""

    root: Path

    @classmethod
    def install(cls, root: Path) -> PlainTrees:
        files = _copied("testprojects", root)
        for lock in (Path(file) for file in files):
            if lock.name not in _MANAGERS:
                continue
            manager, scripts = _MANAGERS[lock.name], BUILD_SCRIPTS.get(str(lock.parent), ())
            which = () if scripts else (manager.production,)
            _run(manager, root / lock.parent, *manager.install, *which)
            for script in scripts:
                _run(manager, root / lock.parent, "run", script)
        return cls(root)


    @classmethod
    def install_for(cls, root: Path, project: str, *platform: str) -> PlainTrees:
        """One project that npm installs, e.g. `testprojects/native`, with npm's options for another platform."""
        _copied(project, root)
        _run(_NPM, root / project, *_NPM.install, _NPM.production, *platform)
        return cls(root)


def _copied(folder: str, root: Path) -> tuple[str, ...]:
    files = repository_files(folder)
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(pinned_tools.REPOSITORY / file, root / file)
    return files


@dataclass(frozen=True)
class _Manager:
    package: str
    version_prefix: str
    program: str
    install: tuple[str, ...]
    production: str


_NPM = _Manager(
    "npm", "", "bin/npm-cli.js", ("ci", "--ignore-scripts", "--no-audit", "--no-fund"), "--omit=dev"
)
# Pinned in several versions; this is the one that the projects' own `packageManager` names.
_PNPM = _Manager(
    "pnpm", "9", "bin/pnpm.cjs", ("install", "--frozen-lockfile", "--ignore-scripts"), "--prod"
)
_MANAGERS: Mapping[str, _Manager] = {"package-lock.json": _NPM, "pnpm-lock.yaml": _PNPM}


def _run(manager: _Manager, directory: Path, *arguments: str) -> None:
    node = pinned_tools.node(TOOL_MAJOR)
    program = pinned_tools.package(manager.package, manager.version_prefix) / manager.program
    finished = run_bounded(
        [str(node), str(program), *arguments],
        seconds=LARGE_LIMIT_SECONDS,
        cwd=directory,
        env={**os.environ, "PATH": f"{node.parent}:/usr/bin:/bin"},
        stderr=subprocess.STDOUT,
    )
    if finished.returncode:
        command = " ".join([manager.package, *arguments])
        raise AssertionError(f"`{command}` in `{directory}` failed:\n{finished.stdout.decode()}")
