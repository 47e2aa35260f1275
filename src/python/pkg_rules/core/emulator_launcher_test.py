"""The launcher runs Node.js under the QEMU that it finds, and says what it looked for if there is none."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

from pkg_rules.core.emulator_launcher import NO_EMULATOR, render_qemu_launcher

pytestmark = pytest.mark.skipif(
    platform.machine() == "aarch64", reason="on arm64 the launcher runs Node.js itself"
)


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    executable(tmp_path / "qemu dir/qemu-b", 'printf "%s|" "$@" "$PKG_RULES_NODE"')
    (tmp_path / "sysroot/lib").mkdir(parents=True)
    (tmp_path / "sysroot/lib/ld-linux-aarch64.so.1").touch()
    return tmp_path


def launch(sandbox: Path, sysroots: list[str], *arguments: str) -> subprocess.CompletedProcess:
    directories = [str(sandbox / "nowhere"), str(sandbox / "qemu dir")]
    script = render_qemu_launcher("bin/node", directories, ["qemu-a", "qemu-b"], sysroots)
    executable(sandbox / "__emulator/node", script)
    return subprocess.run(
        ["__emulator/node", *arguments], cwd=sandbox, env={}, capture_output=True, text=True
    )


def test_arguments_arrive_after_the_sysroot_and_node(sandbox: Path) -> None:
    sysroot = str(sandbox / "sysroot")
    result = launch(sandbox, ["/nowhere", sysroot], "--max-heap", "a b", "*")
    assert result.stderr == ""
    words = ["-L", sysroot, "__node/bin/node", "--max-heap", "a b", "*", "__emulator/node"]
    assert result.stdout == "".join(f"{word}|" for word in words)


def test_the_check_runs_nothing(sandbox: Path) -> None:
    result = launch(sandbox, [str(sandbox / "sysroot")], "--check")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments", [("--check",), ("main.js",)])
def test_what_is_missing_is_named(sandbox: Path, arguments: tuple[str, ...]) -> None:
    result = launch(sandbox, ["/nowhere"], *arguments)
    assert result.returncode == NO_EMULATOR
    assert result.stderr.splitlines() == [
        "No C library for arm64 was found: no lib/ld-linux-aarch64.so.1 in /nowhere."
    ]

    (sandbox / "qemu dir/qemu-b").unlink()
    result = launch(sandbox, ["/nowhere"], *arguments)
    assert result.returncode == NO_EMULATOR
    assert result.stderr.splitlines()[0] == (
        f"No QEMU for arm64 was found: none of qemu-a qemu-b in {sandbox}/nowhere {sandbox}/qemu dir."
    )
