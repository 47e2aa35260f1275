"""The program as it runs in a sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pkg_rules.core.payload.reader import PayloadReader

SOURCE_ROOT = Path(__file__).resolve().parents[2]
PROGRAM = SOURCE_ROOT / "pkg_rules/scripts/write_payload.py"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(SOURCE_ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def write_plan(folder: Path, entry_point: str = "app/main.js") -> None:
    plan = {
        "version": 1,
        "entry_point": entry_point,
        "roots": [{"directory": "files", "prefix": "app"}],
    }
    (folder / "plan.json").write_text(json.dumps(plan))


def test_writes_a_payload(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/main.js").write_text("1")
    write_plan(tmp_path)

    result = run(tmp_path, "plan.json", "out/payload")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        "1 files, 2 directories, 0 symlinks, 0 scripts with cached data,"
        f" {os.path.getsize(tmp_path / 'out/payload')} bytes\n"
    )
    with open(tmp_path / "out/payload", "rb") as file:
        assert (
            PayloadReader(file, 0, os.path.getsize(tmp_path / "out/payload")).entry_point
            == "app/main.js"
        )


def test_reports_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    write_plan(tmp_path, "app/nope.js")

    result = run(tmp_path, "plan.json", "out/payload")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "The entry point `app/nope.js` is not among the files to package. Without it the executable has nothing to"
        " run. Check its spelling, and that a target which owns it is among the dependencies.\n"
    )
    assert list((tmp_path / "out").iterdir()) == []


def test_usage(tmp_path: Path) -> None:
    result = run(tmp_path)

    assert (result.returncode, result.stderr) == (
        2,
        "usage: write_payload.py plan.json out/payload\n",
    )


@pytest.mark.slow
def test_many_files_take_seconds_at_most(tmp_path: Path) -> None:
    for number in range(10_000):
        file = tmp_path / f"files/d{number // 100}/f{number}.js"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"exports.n = {number};\n" * 20)
    (tmp_path / "files/main.js").write_text("")
    write_plan(tmp_path)
    start = time.monotonic()

    result = run(tmp_path, "plan.json", "out/payload")

    assert result.returncode == 0, result.stderr
    # It takes about one; the rest is for machines with something else to do.
    assert time.monotonic() - start < 10
