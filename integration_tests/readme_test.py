"""What README and CONTRIBUTING say is so."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from pkg_rules.testutil.pinned_tools import REPOSITORY
from pkg_rules.testutil.repository import RepositoryCopy

DOCUMENTS = ("README.md", "CONTRIBUTING.md")


def shell_blocks(document: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (REPOSITORY / document).read_text(), re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document: str) -> None:
    text = (REPOSITORY / document).read_text()
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    named = re.findall(r"`(?:\./)?((?:[\w.-]+/)+[\w.-]*|[\w-]+\.md|run-[\w-]+)(?: [^`]*)?`", text)
    assert linked or named
    missing = [path for path in (*linked, *named) if not (REPOSITORY / path).exists()]
    # What a build makes is not there.
    assert [path for path in missing if not path.startswith(("dist/", ".venv/"))] == []


def test_second_command_is_what_continuous_integration_runs() -> None:
    commands = [block.strip() for block in shell_blocks("README.md")]
    assert commands[1:] == ["./run-tests"]
    assert (REPOSITORY / ".ci" / "run").read_text().splitlines()[-1] == f"exec {commands[1]}"


@pytest.mark.slow
def test_first_command_packages_and_runs(tmp_path: Path) -> None:
    copy = RepositoryCopy.make(tmp_path / "clone")
    finished = subprocess.run(
        ["bash", "-euc", shell_blocks("README.md")[0]],
        cwd=copy.root,
        env={**os.environ, "PANTS_PANTSD": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == "Hello, world!\n"
