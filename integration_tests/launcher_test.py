"""`./pants` and `./run-tests` on a machine where nothing is set up: the environment is made once, or the reason told."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Mapping

import pytest

from pkg_rules.testutil.pinned_tools import REPOSITORY

SET_UP = REPOSITORY / "build-support" / "setup_venv.sh"
# The programs that the scripts call beside Python.
NEEDED = ("bash", "cat", "cmp", "dirname", "env")


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("# Nothing: what is tested is the environment, not what is in it.\n")
    return path


def start(venv: Path, lock: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(SET_UP), str(venv), str(lock)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def set_up(venv: Path, lock: Path) -> tuple[int, str]:
    process = start(venv, lock)
    output, _ = process.communicate(timeout=300)
    return process.returncode, output


@pytest.mark.slow
def test_two_at_once_make_one_environment(tmp_path: Path, lock: Path) -> None:
    venv = tmp_path / "venv"
    both = [start(venv, lock), start(venv, lock)]
    outputs = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(output.count("Installing") for output in outputs) == [0, 1]
    version = subprocess.check_output([venv / "bin" / "python", "-c", "import sys; print(sys.version_info[:2])"])
    assert version == b"(3, 9)\n"


@pytest.mark.slow
def test_made_anew_only_when_lock_or_interpreter_changed(tmp_path: Path, lock: Path) -> None:
    venv = tmp_path / "venv"
    assert set_up(venv, lock)[0] == 0
    mark = venv / "mark"

    mark.touch()
    assert set_up(venv, lock) == (0, "")
    assert mark.exists()

    lock.write_text("# Changed.\n")
    assert set_up(venv, lock)[0] == 0
    assert not mark.exists()

    mark.touch()
    for link in (venv / "bin").glob("python*"):
        link.unlink()
    (venv / "bin" / "python").symlink_to(tmp_path / "removed")
    assert set_up(venv, lock)[0] == 0
    assert not mark.exists()


@pytest.mark.slow
def test_failed_installation_is_not_taken_for_a_complete_one(tmp_path: Path, lock: Path) -> None:
    venv = tmp_path / "venv"
    lock.write_text("attrs==22.2.0\n")  # Without the hash that pip is told to demand.
    code, output = set_up(venv, lock)
    assert code != 0
    assert f"pip could not install `{lock}`" in output
    assert not (venv / "installed-requirements.txt").exists()


def minimal_environment(tmp_path: Path) -> Mapping[str, str]:
    """A PATH with the shell and its helpers and no Python at all."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found is not None, f"`{name}` is not on PATH"
        (programs / name).symlink_to(found)
    return {"PATH": str(programs), "HOME": str(tmp_path)}


def test_message_without_python(tmp_path: Path, lock: Path) -> None:
    finished = subprocess.run(
        [str(SET_UP), str(tmp_path / "venv"), str(lock)],
        env=dict(minimal_environment(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr.startswith("No CPython 3.9 was found, which Pants 2.17.1 needs.\n")
    for remedy in ("pyenv install 3.9", "pip install uv", "PKG_RULES_PYTHON="):
        assert remedy in finished.stderr
    assert not (tmp_path / "venv").exists()


def test_launcher_hands_over_without_any_set_up(tmp_path: Path) -> None:
    """With the record in place neither Python nor anything else is looked for: two files are compared."""
    for part in ("pants", "3rdparty/python/requirements.txt"):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / part, tmp_path / part)
    venv = tmp_path / ".venv" / "pants"
    (venv / "bin").mkdir(parents=True)
    shutil.copy2(tmp_path / "3rdparty/python/requirements.txt", venv / "installed-requirements.txt")
    (venv / "bin" / "python").write_text('#!/usr/bin/env bash\necho "$@"\n')
    os.chmod(venv / "bin" / "python", 0o755)
    output = subprocess.check_output(
        [str(tmp_path / "pants"), "package", "a b"], env=dict(minimal_environment(tmp_path)), text=True
    )
    assert output == "-s -m pants package a b\n"
