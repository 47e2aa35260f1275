"""The launcher finds a Python that really runs, also without an environment, and says where it looked if there is none."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from pkg_rules.core.python_launcher import BOOT, render_launcher
from pkg_rules.core.sandbox_paths import LIBRARIES

PRINT = """\
import json, os, sys
print(json.dumps({"argv": sys.argv[1:], "prefix": sys.prefix, "site": "site" in sys.modules, "path": os.environ["PATH"]}))
"""


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    module = tmp_path / "__tools/lib/pkg_rules/scripts/show.py"
    module.parent.mkdir(parents=True)
    module.write_text(PRINT)
    (tmp_path / "__tools/boot.py").write_text(BOOT)
    return tmp_path


def launch(
    sandbox: Path, directories: list[str], names: list[str], *, libraries: bool = False
) -> subprocess.CompletedProcess:
    launcher = sandbox / "__tools/python"
    launcher.write_text(render_launcher(directories, names, libraries=libraries))
    launcher.chmod(0o755)
    return subprocess.run(
        ["__tools/python", "pkg_rules.scripts.show", "a b", "*"],
        cwd=sandbox,
        env={"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere"},
        capture_output=True,
        text=True,
    )


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def this_python(folder: Path, name: str = "python3") -> None:
    # The real executable: one of a virtual environment needs its neighbours.
    program(folder, name, f'exec "{os.path.realpath(sys.executable)}" "$@"')


def test_arguments_arrive_and_the_environment_is_shut_out(sandbox: Path) -> None:
    this_python(sandbox / "bin")
    result = launch(sandbox, [str(sandbox / "bin")], ["python3"])
    assert result.stderr == ""
    shown = json.loads(result.stdout)
    assert shown["argv"] == ["a b", "*"]
    assert not shown["site"]
    assert shown["path"] == str(sandbox / "bin")


def test_what_does_not_run_is_passed_over(sandbox: Path) -> None:
    program(sandbox / "shims", "python3", "echo 'no version is set' >&2; exit 127")
    program(sandbox / "old", "python3", "exit 1")
    this_python(sandbox / "versions/3.9/bin", "python3.9")
    result = launch(
        sandbox,
        [str(sandbox / "none"), str(sandbox / "shims"), str(sandbox / "old"), f"{sandbox}/versions/*/bin"],
        ["python3", "python3.9"],
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["argv"] == ["a b", "*"]


def test_no_python_at_all(sandbox: Path) -> None:
    program(sandbox / "shims", "python3", "echo 'no version is set' >&2; exit 127")
    result = launch(sandbox, [f"{sandbox}/none", f"{sandbox}/shims"], ["python3", "python3.9"])
    assert result.returncode == 1
    assert result.stderr == (
        "No suitable Python was found for a build step, which needs CPython 3.9 or newer.\n"
        "Looked for `python3` `python3.9` in:\n"
        f"  {sandbox}/none\n  {sandbox}/shims\n"
        "Tried:\n"
        f"  * {sandbox}/shims/python3: no version is set\n"
        "Install one there, or name other folders in `[python-tools].search_path` and `[python-tools].names`.\n"
    )


def test_folders_of_the_home_folder(sandbox: Path) -> None:
    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    result = launch(sandbox, ["~/does/not/exist/*"], ["python3"])
    assert f"  ~/does/not/exist/*\n" in result.stderr
    if os.path.commonpath([home, os.path.realpath(sys.executable)]) == str(home):
        below = Path(os.path.realpath(sys.executable)).relative_to(home)
        result = launch(sandbox, [f"~/{below.parent}"], [below.name])
        assert json.loads(result.stdout)["argv"] == ["a b", "*"]


RUNNING = f"cp3{sys.version_info[1]}"


@pytest.mark.parametrize(
    ("folders", "chosen"),
    [
        ([RUNNING, "cp35-abi3"], RUNNING),
        (["cp35-abi3", "cp36-abi3", "cp399-abi3"], "cp36-abi3"),
        (["cp399", "cp27", "cp35"], None),
    ],
)
def test_the_library_for_the_interpreter_is_chosen(
    sandbox: Path, folders: list[str], chosen: str | None
) -> None:
    this_python(sandbox / "bin")
    for folder in folders:
        (sandbox / LIBRARIES / folder).mkdir(parents=True)
        (sandbox / LIBRARIES / folder / "library.py").write_text(f"NAME = {folder!r}\n")
    (sandbox / "__tools/lib/pkg_rules/scripts/show.py").write_text("import library\nprint(library.NAME)\n")
    result = launch(sandbox, [str(sandbox / "bin")], ["python3"], libraries=True)
    if chosen:
        assert (result.stdout, result.stderr) == (f"{chosen}\n", "")
    else:
        version = "%d.%d" % sys.version_info[:2]
        assert f"bin/python3: there is no pinned library for CPython {version}\n" in result.stderr
        assert "that the pinned libraries are made for" in result.stderr
