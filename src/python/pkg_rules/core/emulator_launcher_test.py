"""The launchers run Node.js under the emulator that they find, and say what they looked for if there is none."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

from pkg_rules.core.emulator_launcher import (
    NO_EMULATOR,
    render_qemu_launcher,
    render_wine_launcher,
)

no_qemu_needed = pytest.mark.skipif(
    platform.machine() == "aarch64", reason="on arm64 the launcher runs Node.js itself"
)
ADVICE = (
    "In Debian and Ubuntu these are the packages `qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross "
    "libatomic1-arm64-cross`; other places can be named in `[node-emulators]`."
)
WINE_ADVICE = (
    "In Debian and Ubuntu it is the package `wine64`, which in Debian 13 is Wine 10; other places can "
    "be named in `[node-emulators]`."
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


@no_qemu_needed
def test_arguments_arrive_after_the_sysroot_and_node(sandbox: Path) -> None:
    sysroot = str(sandbox / "sysroot")
    result = launch(sandbox, ["/nowhere", sysroot], "--max-heap", "a b", "*")
    assert result.stderr == ""
    words = ["-L", sysroot, "__node/bin/node", "--max-heap", "a b", "*", "__emulator/node"]
    assert result.stdout == "".join(f"{word}|" for word in words)


@no_qemu_needed
def test_the_check_runs_nothing(sandbox: Path) -> None:
    result = launch(sandbox, [str(sandbox / "sysroot")], "--check")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@no_qemu_needed
@pytest.mark.parametrize("arguments", [("--check",), ("main.js",)])
def test_what_is_missing_is_named(sandbox: Path, arguments: tuple[str, ...]) -> None:
    result = launch(sandbox, ["/nowhere"], *arguments)
    assert result.returncode == NO_EMULATOR
    assert result.stderr.splitlines() == [
        "No C library for arm64 was found: no lib/ld-linux-aarch64.so.1 in /nowhere.",
        ADVICE,
    ]

    (sandbox / "qemu dir/qemu-b").unlink()
    result = launch(sandbox, ["/nowhere"], *arguments)
    assert result.returncode == NO_EMULATOR
    assert result.stderr.splitlines()[0] == (
        f"No QEMU for arm64 was found: none of qemu-a qemu-b in {sandbox}/nowhere {sandbox}/qemu dir."
    )


# Says what it is called with, and in which folder Wine would keep what belongs to it.
WINE = """\
if [ "$1" = --version ]; then echo 'wine-{version} (Debian)'; exit; fi
printf '%s|' "$@"
cat "$WINEPREFIX/user.reg" >&2
exit 7
"""
WINE_SERVER = """\
echo "$@" >>"$WINEPREFIX/server"
"""


@pytest.fixture
def wine_sandbox(tmp_path: Path) -> Path:
    executable(tmp_path / "wine dir/wine-b", WINE.format(version="10.0"))
    executable(tmp_path / "wine dir/wineserver", WINE_SERVER)
    return tmp_path


def launch_wine(
    sandbox: Path, *arguments: str, version: str = "24.21.0"
) -> subprocess.CompletedProcess:
    directories = [str(sandbox / "nowhere"), str(sandbox / "wine dir")]
    script = render_wine_launcher("bin/node.exe", version, directories, ["wine-a", "wine-b"])
    executable(sandbox / "__emulator/node", script)
    return subprocess.run(
        ["__emulator/node", *arguments], cwd=sandbox, env={}, capture_output=True, text=True
    )


def test_wine_gets_the_arguments_and_a_prefix_of_its_own(wine_sandbox: Path) -> None:
    result = launch_wine(wine_sandbox, "--max-heap", "a b", "*")
    assert (result.returncode, result.stdout) == (7, "__node/bin/node.exe|--max-heap|a b|*|")
    assert r"[Software\\Wine]" in result.stderr and '"Version"="win10"' in result.stderr
    assert (wine_sandbox / "__wine/dosdevices/z:").readlink() == Path("/")
    # Nothing goes on running when the step ends.
    assert (wine_sandbox / "__wine/server").read_text() == "-p0\n-w\n"


def test_the_check_of_wine_makes_no_prefix(wine_sandbox: Path) -> None:
    result = launch_wine(wine_sandbox, "--check")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert not (wine_sandbox / "__wine").exists()


@pytest.mark.parametrize("arguments", [("--check",), ("main.js",)])
def test_a_missing_wine_is_named(wine_sandbox: Path, arguments: tuple[str, ...]) -> None:
    (wine_sandbox / "wine dir/wineserver").unlink()
    result = launch_wine(wine_sandbox, *arguments)
    assert (result.returncode, result.stderr.splitlines()) == (
        NO_EMULATOR,
        [
            f"Wine is incomplete: there is no wineserver64 or wineserver beside {wine_sandbox}/wine dir/wine-b, nor in "
            f"{wine_sandbox}/nowhere {wine_sandbox}/wine dir.",
            WINE_ADVICE,
        ],
    )

    (wine_sandbox / "wine dir/wine-b").unlink()
    result = launch_wine(wine_sandbox, *arguments)
    assert (result.returncode, result.stderr.splitlines()) == (
        NO_EMULATOR,
        [
            f"No Wine was found: none of wine-a wine-b in {wine_sandbox}/nowhere {wine_sandbox}/wine dir.",
            WINE_ADVICE,
        ],
    )


@pytest.mark.parametrize(
    "said, node, wanted",
    [
        ("8.0", "22.23.2", None),
        ("7.22", "22.23.2", 8),
        ("8.0", "24.21.0", 10),
        ("9.0-rc1", "26.10.0", 10),
        ("10.0", "26.10.0", None),
        ("of tomorrow", "22.23.2", 8),
    ],
)
def test_wine_may_be_too_old_for_a_version_of_node(
    wine_sandbox: Path, said: str, node: str, wanted: int | None
) -> None:
    program = wine_sandbox / "wine dir/wine-b"
    executable(program, WINE.format(version=said))
    result = launch_wine(wine_sandbox, "--check", version=node)
    if wanted is None:
        assert (result.returncode, result.stderr) == (0, "")
    else:
        assert (result.returncode, result.stderr.splitlines()) == (
            NO_EMULATOR,
            [
                f"{program} is too old for Node.js {node[:2]}, which takes Wine {wanted}: it says that it is "
                f"`wine-{said} (Debian)`.",
                WINE_ADVICE,
            ],
        )
