"""`options` and `node_options_env_var`: what is baked into executables, in each mode and with each Node.js."""

from __future__ import annotations

import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any, Iterable, Mapping

import pytest

from pkg_rules.core.payload.format import PAYLOAD_MAGIC
from pkg_rules.core.payload.reader import PayloadReader
from pkg_rules.testutil.pinned_tools import NODE_MAJORS
from pkg_rules.testutil.small_repository import SmallRepository

BUILD = """
package_json(name="pkg")
javascript_sources(name="src")

OPTIONS = ["expose_gc", "--no-opt", "--no-deprecation", "max-semi-space-size=16"]
TARGETS = ["node22", "node24", "node26"]

node_executable(name="sea", entry_point="main.js", targets=TARGETS, options=OPTIONS)
node_executable(
    name="ignoring",
    entry_point="main.js",
    targets=TARGETS,
    options=OPTIONS,
    node_options_env_var="ignore",
)
node_executable(name="simple", entry_point="main.js", targets=TARGETS, mode="simple", options=OPTIONS)
node_executable(
    name="simple_ignoring",
    entry_point="main.js",
    targets=TARGETS,
    mode="simple",
    node_options_env_var="ignore",
)
node_executable(name="old", entry_point="main.js", targets=["node24.0.0"], options=OPTIONS)
node_executable(
    name="old_ignoring",
    entry_point="main.js",
    targets=["node24.0.0"],
    node_options_env_var="ignore",
)
node_executable(name="unknown", entry_point="main.js", targets=["node24"], options=["expose-gcc"])
node_executable(name="senseless", entry_point="main.js", options=["inspect"])
"""
PACKAGE = {"name": "app", "version": "1.0.0"}
MAIN = """
const { Script } = require('node:vm');
console.log(JSON.stringify({
  execArgv: process.execArgv,
  gc: typeof gc,
  noDeprecation: process.noDeprecation ?? false,
  title: process.title,
  variable: process.env.NODE_OPTIONS,
  flagHash: new Script('0').createCachedData().readUInt32LE(12),
}));
"""
OPTIONS = ["--expose_gc", "--no-opt", "--no-deprecation", "--max-semi-space-size=16"]
FROM_ENVIRONMENT = {"NODE_OPTIONS": "--title=changed"}
BUILT = ("sea", "ignoring", "simple", "simple_ignoring")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SmallRepository:
    return SmallRepository.make(
        tmp_path_factory.mktemp("options") / "repository",
        {
            "app/BUILD": BUILD,
            "app/package.json": json.dumps(PACKAGE),
            "app/package-lock.json": json.dumps(
                {**PACKAGE, "lockfileVersion": 3, "requires": True, "packages": {"": PACKAGE}}
            ),
            "app/main.js": MAIN,
        },
    )


@pytest.fixture(scope="module")
def dist(repository: SmallRepository) -> Iterable[Path]:
    finished = repository.pants("package", *(f"app:{name}" for name in BUILT))
    assert finished.exit_code == 0, finished.output
    yield repository.root / "dist" / "app"
    for file in (repository.root / "dist").rglob("*"):
        if file.is_file():
            file.unlink()


def report(executable: Path, env: Mapping[str, str] = FROM_ENVIRONMENT) -> Any:
    found = subprocess.run([str(executable)], env={**os.environ, **env}, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")
    return json.loads(found.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize("name", ["sea", "ignoring", "simple"])
def test_options_are_always_on(dist: Path, name: str, major: int) -> None:
    found = report(dist / f"{name}-node{major}")
    assert (found["execArgv"], found["gc"], found["noDeprecation"]) == (OPTIONS, "function", True)


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize("name", BUILT)
def test_the_variable_counts_unless_it_is_ignored(dist: Path, name: str, major: int) -> None:
    found = report(dist / f"{name}-node{major}")
    assert (found["title"] == "changed") == ("ignoring" not in name)
    assert found["variable"] == "--title=changed"


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_the_code_cache_was_made_for_the_options(dist: Path, major: int) -> None:
    """What V8 compares is in the fourth word of the cached data; with another value it would take none."""
    executable = dist / f"sea-node{major}"
    content = executable.read_bytes()
    start = content.rindex(PAYLOAD_MAGIC)
    reader = PayloadReader(io.BytesIO(content), start, len(content) - start)
    (main,) = [entry for entry in reader.entries() if entry.path == "app/main.js"]
    made_for = int.from_bytes(reader.cached_data(main)[12:16], "little")
    assert made_for == report(executable, {})["flagHash"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "old",
            "The `options` field of app:old needs a newer Node.js than 24.0.0, whose executables cannot have options of "
            "their own: 22.20.0, 24.8.0, or anything newer",
        ),
        (
            "old_ignoring",
            "The `node_options_env_var` field of app:old_ignoring says `ignore`, which needs a newer Node.js than 24.0.0",
        ),
        ("unknown", "* `--expose-gcc`: bad option: --expose-gcc"),
        (
            "senseless",
            "The `options` field of app:senseless has the option `--inspect`, which cannot be baked into an executable:",
        ),
    ],
)
def test_what_cannot_be_baked_is_refused(repository: SmallRepository, name: str, message: str) -> None:
    finished = repository.pants("package", f"app:{name}")
    assert finished.exit_code == 1, finished.output
    assert message in finished.output, finished.output
    assert "Traceback" not in finished.output
