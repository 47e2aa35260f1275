"""What is recorded of a run, how services end, and what a run that fails says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Mapping

import pytest

from pkg_rules.testutil.pinned_tools import NODE_MAJORS, node

PROGRAM = Path(__file__).with_name("record_start_up.cjs")

FILES = {
    "app/main.js": "'use strict';\n"
    "const { used } = require('./lib');\n"
    "console.log(used(process.argv[2]), process.execArgv, process.env.PKG_RULES_RECORD_TO);\n",
    "app/lib/index.js": "#!/usr/bin/env node\n"
    "exports.unused = function () {};\n"
    "exports.used = function (x) { return inner(x); };\n"
    "function inner(x) { return `${x}`; }\n",
    "app/module.mjs": "export const f = () => 1;\nf();\nclass A { m() {} }\nnew A();\n",
    "app/serve.js": "function onListening() {}\nfunction onExit() {}\n"
    "require('http').createServer().listen(0, '127.0.0.1', onListening);\n"
    "process.on('exit', onExit);\n",
    "app/children.js": "function inParent() {}\nfunction inOthers() {}\n"
    "const { Worker, isMainThread } = require('worker_threads');\n"
    "if (process.argv[2] === 'child' || !isMainThread) inOthers();\n"
    "else {\n"
    "  inParent();\n"
    "  require('child_process').fork(__filename, ['child']);\n"
    "  new Worker(__filename);\n"
    "}\n",
    "app/fail.js": "console.log('said before');\nprocess.exitCode = 7;\nthrow new Error('no such luck');\n",
    "app/killed.js": "process.kill(process.pid, 'SIGKILL');\n",
    "app/abort.js": "process.reallyExit(0);\n",
    "app/busy.js": "for (;;) {}\n",
}


def run(
    folder: Path, entry_point: str, *arguments: str, major: int = 24, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    for name, text in FILES.items():
        path = folder / "__project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    plan: Mapping[str, Any] = {
        "version": 1,
        "directory": "__project",
        "working_directory": "__project/app",
        "node_options": ["--expose-gc"],
        "entry_point": entry_point,
        "arguments": arguments,
        "environment": {},
        "seconds": seconds,
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    return subprocess.run(
        [str(node(major)), str(PROGRAM), "plan.json", "out/start_up.json"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
    )


def names(folder: Path) -> dict[str, list[str]]:
    """The sources from the recorded positions on, as far as they say which function that is."""
    recorded = json.loads((folder / "out/start_up.json").read_text())
    return {
        path: [FILES[path][position:].partition("(")[0] for position in positions]
        for path, positions in recorded.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_functions_that_ran_are_recorded(major: int, tmp_path: Path) -> None:
    result = run(tmp_path, "app/main.js", "x", major=major)

    assert (result.returncode, result.stderr) == (0, "")
    assert names(tmp_path) == {"app/lib/index.js": ["function ", "function inner"]}
    positions = json.loads((tmp_path / "out/start_up.json").read_text())["app/lib/index.js"]
    assert FILES["app/lib/index.js"][positions[0] :].startswith("function (x)")


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_es_modules_are_recorded(major: int, tmp_path: Path) -> None:
    assert run(tmp_path, "app/module.mjs", major=major).returncode == 0

    recorded = json.loads((tmp_path / "out/start_up.json").read_text())
    assert FILES["app/module.mjs"].index("() => 1") in recorded["app/module.mjs"]


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_a_service_is_ended_when_it_waits(major: int, tmp_path: Path) -> None:
    assert run(tmp_path, "app/serve.js", major=major).returncode == 0

    assert names(tmp_path) == {"app/serve.js": ["function onListening"]}


@pytest.mark.slow
def test_children_and_workers_are_left_out(tmp_path: Path) -> None:
    assert run(tmp_path, "app/children.js").returncode == 0

    assert names(tmp_path) == {"app/children.js": ["function inParent"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entry_point", "start", "part"),
    [
        ("app/fail.js", "it failed with exit code 1. Its output:\n\nsaid before\n", "Error: no such luck"),
        ("app/killed.js", "it was ended by SIGKILL\n", ""),
        ("app/abort.js", "it ended in a way that runs no `exit` handlers\n", ""),
        ("app/busy.js", "it was still busy after 0.5 s\n", ""),
    ],
)
def test_runs_that_fail_say_why(entry_point: str, start: str, part: str, tmp_path: Path) -> None:
    result = run(tmp_path, entry_point, seconds=0.5 if "busy" in entry_point else 60)

    assert result.returncode == 3
    assert result.stderr.startswith(start)
    assert part in result.stderr
    assert not (tmp_path / "out").exists()
