"""A real remote cache on this machine, for tests: BuildGrid as content store and action cache."""

from __future__ import annotations

import functools
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping

from pkg_rules.testutil.pinned_tools import REPOSITORY

_LOCK = REPOSITORY / "3rdparty" / "python" / "cache-server.txt"
_SETUP = REPOSITORY / "build-support" / "setup_venv.py"
_INTERPRETERS = ("python3.11", "python3.12", "python3.13", "python3", "python3.14")
_READY_SECONDS = 60

_CONFIGURATION = """\
server:
  - !channel {{address: "127.0.0.1:{port}", insecure-mode: true}}
authorization: {{method: none}}
monitoring: {{enabled: false}}
storages:
  - !disk-storage &cas {{path: ./cas}}
caches:
  - !lru-action-cache &ac {{storage: *cas, max-cached-refs: 65536, cache-failed-actions: false, allow-updates: true}}
instances:
  - name: ''
    services:
      - !action-cache {{cache: *ac}}
      - !cas {{storage: *cas}}
      - !bytestream {{storage: *cas}}
thread-pool-size: 300
"""


@dataclass(frozen=True)
class CacheServer:
    """`process` may be ended by a test; its data are below `folder`."""

    port: int
    folder: Path
    process: subprocess.Popen

    def pants_options(self) -> Mapping[str, str]:
        """As environment variables. The limits are those for outputs of 100 MB; see docs/guide/remote-caching.md."""
        return {
            "PANTS_REMOTE_CACHE_READ": "true",
            "PANTS_REMOTE_CACHE_WRITE": "true",
            "PANTS_REMOTE_STORE_ADDRESS": f"grpc://127.0.0.1:{self.port}",
            "PANTS_REMOTE_STORE_BATCH_API_SIZE_LIMIT": "4000000",
            "PANTS_REMOTE_STORE_RPC_TIMEOUT_MILLIS": "300000",
            "PANTS_SESSION_END_TASKS_TIMEOUT": "300",
            "PANTS_STATS_LOG": "true",
        }


@functools.lru_cache(maxsize=None)
def why_no_cache_server() -> str:
    """Why the server cannot be had on this machine; empty if it can."""
    if _interpreter() is None:
        return f"BuildGrid needs Python 3.11 or newer: none of {', '.join(_INTERPRETERS)} is one"
    return ""


@contextmanager
def cache_server(folder: Path) -> Iterator[CacheServer]:
    """Starts an empty server that keeps its data in `folder`, which must not exist, and ends it."""
    folder.mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "cache.yml").write_text(_CONFIGURATION.format(port=port))
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [str(_program()), "server", "start", "cache.yml"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(process, port, folder / "log")
        yield CacheServer(port, folder, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The cache server did not start:\n{log.read_text(errors='replace')}")


def _program() -> Path:
    interpreter = _interpreter()
    assert interpreter is not None, why_no_cache_server()
    environment = REPOSITORY / ".venv" / "cache-server"
    subprocess.run(
        [interpreter, str(_SETUP), str(environment), str(_LOCK)], check=True, stdout=sys.stderr
    )
    return environment / "bin" / "bgd"


def _interpreter() -> str | None:
    check = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
    for name in _INTERPRETERS:
        found = shutil.which(name)
        # Run, not only found: a launcher of a version manager may exist and yet start nothing.
        if found and not subprocess.run([found, "-c", check], stderr=subprocess.DEVNULL).returncode:
            return found
    return None
