"""The same sources give the same bytes, whoever packages them, where, when, and with whatever in their caches."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from pathlib import Path
from typing import Mapping

import pytest

from pkg_rules.testutil.listing import listing
from pkg_rules.testutil.repository import RepositoryCopy

# All kinds of input: own files, packages of npm, links of pnpm, outputs of build scripts, three versions of Node.js.
TARGETS = (
    "testprojects/hello:majors",
    "testprojects/assets:bin",
    "testprojects/esm-cli:bin",
    "testprojects/workspace-pnpm/packages/app:bin",
    "testprojects/big:bin",
    "testprojects/bundled:bin",
)
# Another user for everything that asks the system, with our rights to the files.
OTHER_USER = ("unshare", "--user", "--map-user=1", "--map-group=1")
# Times of files are far from now, and differ from one file to the next.
OLDEST_FILE = 1_000_000_000


def other_user() -> tuple[str, ...]:
    try:
        attempt = subprocess.run([*OTHER_USER, "true"], stderr=subprocess.DEVNULL)
    except FileNotFoundError:  # Not Linux; USER and LOGNAME differ all the same.
        return ()
    return OTHER_USER if attempt.returncode == 0 else ()


def other_environment(folder: Path) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    return {
        **inherited,
        "USER": "somebody-else",
        "LOGNAME": "somebody-else",
        "TZ": "Pacific/Chatham",
        "LANG": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "12345",
        "PANTS_LOCAL_STORE_DIR": str(folder / "store"),
        "PANTS_NAMED_CACHES_DIR": str(folder / "caches"),
        "PANTS_LOCAL_EXECUTION_ROOT_DIR": str(folder / "sandboxes"),
    }


def digests(dist: Path) -> Mapping[str, str]:
    return {
        str(path.relative_to(dist)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(dist.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
@pytest.mark.large
def test_byte_identical_elsewhere(tmp_path: Path) -> None:
    here = RepositoryCopy.make(tmp_path / "here" / "repository")
    here.package(TARGETS)

    time.sleep(2.1)  # More than the resolution of any time stamp that could have got in.
    there = RepositoryCopy.make(tmp_path / "there" / "another" / "deeper folder" / "checkout")
    for number, file in enumerate(sorted(there.root.rglob("*"))):
        if file.is_file() and ".venv" not in file.parts:
            os.utime(file, (OLDEST_FILE + number, OLDEST_FILE + number))
    (tmp_path / "there" / "sandboxes").mkdir()
    there.package(
        TARGETS,
        environment=other_environment(tmp_path / "there"),
        prefix=other_user(),
        umask=0o077,
    )

    names = sorted(digests(here.dist))
    assert names == sorted(digests(there.dist))
    assert len(names) == len(TARGETS) + 2
    for name in names:
        assert listing(here.dist / name) == listing(there.dist / name), name
    assert digests(here.dist) == digests(there.dist)
