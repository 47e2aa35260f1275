"""A second machine gets executables from the remote cache: from a real server, with nothing of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

import pytest

from pkg_rules.testutil.cache_server import CacheServer, cache_server, why_no_cache_server
from pkg_rules.testutil.repository import RepositoryCopy

# Five programs for three versions of Node.js each: own files, assets, ES modules, packages of npm and of pnpm.
PROGRAMS = (
    "testprojects/hello:majors",
    "testprojects/api:majors",
    "testprojects/assets:majors",
    "testprojects/esm-cli:majors",
    "testprojects/workspace-pnpm/packages/app:majors",
)
EXECUTABLES = 15

_COUNTER = re.compile(r"^  (\w+): (\d+)$", re.MULTILINE)
_MISS = re.compile(r'remote cache miss for: "(.*?)" digest=')


@dataclass(frozen=True)
class Machine:
    """A checkout with a local store, caches and a home folder of its own."""

    folder: Path
    copy: RepositoryCopy

    @classmethod
    def make(cls, folder: Path) -> Machine:
        for name in ("store", "caches", "sandboxes", "home"):
            (folder / name).mkdir(parents=True)
        return cls(folder, RepositoryCopy.make(folder / "checkout"))

    def package(self, server: CacheServer) -> Build:
        started = time.monotonic()
        output = self.copy.package(PROGRAMS, environment=self._environment(server))
        return Build(
            seconds=time.monotonic() - started,
            counters={name: int(value) for name, value in _COUNTER.findall(output)},
            ran=tuple(sorted(_MISS.findall(output))),
            executables={
                str(path.relative_to(self.copy.dist)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(self.copy.dist.rglob("*"))
                if path.is_file()
            },
        )

    def _environment(self, server: CacheServer) -> Mapping[str, str]:
        return {
            **os.environ,
            **server.pants_options(),
            "HOME": str(self.folder / "home"),
            "USER": self.folder.name,
            "PANTS_LEVEL": "debug",
            "PANTS_LOCAL_STORE_DIR": str(self.folder / "store"),
            "PANTS_NAMED_CACHES_DIR": str(self.folder / "caches"),
            "PANTS_LOCAL_EXECUTION_ROOT_DIR": str(self.folder / "sandboxes"),
        }


@dataclass(frozen=True)
class Build:
    """`ran` are the steps that the remote cache did not have; `executables` is path to sha256."""

    seconds: float
    counters: Mapping[str, int]
    ran: tuple[str, ...]
    executables: Mapping[str, str]


@pytest.mark.slow
@pytest.mark.large
def test_a_second_machine_only_downloads_and_an_edit_runs_only_what_depends_on_it(
    tmp_path: Path,
) -> None:
    if reason := why_no_cache_server():
        pytest.skip(reason)
    with cache_server(tmp_path / "server") as server:
        first = Machine.make(tmp_path / "a").package(server)
        # The second must not find anything of it, and its store and executables are four gigabytes.
        shutil.rmtree(tmp_path / "a")
        assert len(first.executables) == EXECUTABLES
        assert first.counters["remote_cache_requests_cached"] == 0
        assert first.counters["remote_cache_write_successes"] == len(first.ran)

        machine = Machine.make(tmp_path / "somewhere" / "b")
        second = machine.package(server)
        assert second.ran == ()
        assert second.counters["remote_cache_requests_cached"] == len(first.ran)
        # Where much else is going on a hit can take longer than a step waits for it, so that it starts here, too.
        assert second.counters["remote_cache_speculation_local_completed_first"] == 0
        assert second.executables == first.executables
        print(f"first machine {first.seconds:.1f} s, second {second.seconds:.1f} s")
        # Both include the start of Pants, some 9 s, and other work of the machine.
        assert second.seconds * 3 < first.seconds

        edited = machine.copy.root / "testprojects" / "hello" / "src" / "greet.js"
        edited.write_text(edited.read_text() + "\n// edited\n")
        third = machine.package(server)
        assert [re.sub(r"\d+ files|node\d+|\d+\.\d+\.\d+", "*", name) for name in third.ran] == [
            *["Assemble `testprojects.hello/majors-*`"] * 3,
            *["Compile `testprojects/hello` (*) with Node * for linux-x64"] * 3,
            *["Write the payload of `testprojects/hello/src/main.js`"] * 3,
        ]
        changed = {
            path for path, digest in third.executables.items() if second.executables[path] != digest
        }
        assert changed == {f"testprojects.hello/majors-node{major}" for major in (22, 24, 26)}
