"""The pinned Node.js and package managers as files on this machine, for tests and benchmarks.

They come from the lock file by the same way as in a build, and are kept in the checkout's `.venv/`.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from pants.backend.python.subsystems.repos import PythonRepos

from pkg_rules.core.fetch.fetch import Fetcher
from pkg_rules.core.fetch.locate import Locator, Surroundings
from pkg_rules.core.fetch.transfer import Patience
from pkg_rules.core.node_dist import HOSTS, NodeVersion
from pkg_rules.core.node_lock import NodeLock, PinnedEntry
from pkg_rules.core.node_lock_file import parse_node_lock

REPOSITORY = Path(__file__).resolve().parents[4]
LOCK_FILE = REPOSITORY / "3rdparty" / "node" / "node.lock.json"
# The versions of Node.js that every program of `testprojects/` is run with.
NODE_MAJORS = (22, 24, 26)


def node_lock() -> NodeLock:
    return parse_node_lock(LOCK_FILE.read_bytes(), str(LOCK_FILE.relative_to(REPOSITORY)))


def node_version(major: int, platform_and_arch: tuple[str, str] | None = None) -> str:
    """The newest version pinned for a platform, which is what a target `node<major>` becomes; without, for this machine."""
    wanted = platform_and_arch or host()
    versions = [
        NodeVersion.parse(entry.version)
        for entry in node_lock().nodes()
        if (entry.platform, entry.arch) == wanted and entry.version.startswith(f"{major}.")
    ]
    return str(max(versions))


def node(major: int, platform_and_arch: tuple[str, str] | None = None) -> Path:
    wanted = platform_and_arch or host()
    entry = node_lock().node(node_version(major, wanted), *wanted)
    assert entry.executable is not None, f"{entry.describe()} is pinned without an executable"
    return _fetched(entry) / entry.executable.path


def package(name: str, version_prefix: str = "") -> Path:
    """The folder of a pinned npm package."""
    return _fetched(node_lock().package(name, version_prefix))


def host() -> tuple[str, str]:
    system = {"Linux": "linux", "Darwin": "macos"}[platform.system()]
    machine = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return HOSTS[f"{system}_{machine}"]


def _fetched(entry: PinnedEntry) -> Path:
    tools = REPOSITORY / ".venv" / "tools"
    target = tools / "-".join(
        part for part in (entry.name, entry.version, entry.platform, entry.arch) if part
    )
    if target.exists():
        return target
    tools.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=tools))
    try:
        surroundings = Surroundings(
            env=dict(os.environ),
            project_npmrc=REPOSITORY / ".npmrc",
            dist_url="https://nodejs.org/dist",
            python_indexes=[PythonRepos.pypi_index],
            python_indexes_are_default=True,
            patience=Patience(stall_seconds=60),
            log=lambda line: print(line, file=sys.stderr),
        )
        fetcher = Fetcher(Locator(surroundings), scratch / "partial", surroundings.log)
        fetcher.fetch(entry, scratch / "complete")
        try:
            (scratch / "complete").rename(target)
        except OSError:
            # Another process was quicker, and has the same bytes.
            if not target.exists():
                raise
    finally:
        shutil.rmtree(scratch)
    return target
