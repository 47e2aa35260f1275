"""What people do to a file: an executable that is copied, moved, linked or removed does what plain Node.js does then.

`node` of the oracle is a copy too, and gets the same treatment. What it cannot do (start a child once it was removed), an
executable cannot either, with the same error.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Mapping, Sequence

import pytest

from pkg_rules.testutil.matrix import host_target
from pkg_rules.testutil.oracle import ENVIRONMENT, can_hide_folders
from pkg_rules.testutil.pinned_tools import REPOSITORY, node

PROGRAM = Path(__file__).parent / "file_situations"
# Larger than a page, so that it is read in several steps, and with holes.
DATA = (b"\0" * 65536 + b"data\n") * 20
DAMAGED = "This executable is damaged or incomplete: "


@dataclass(frozen=True)
class Pair:
    """The same program as an executable and as a script that a `node` starts."""

    executable: Path
    node: Path
    script: Path

    def expected(self, treat: Treatment, folder: Path, action: str) -> str:
        return outcome(treat(self.node, folder / "plain"), [str(self.script), action])

    def actual(self, treat: Treatment, folder: Path, action: str) -> str:
        return outcome(treat(self.executable, folder / "packaged"), [action])


# How a file is brought into a new folder; the command that starts it there.
Treatment = Callable[[Path, Path], Sequence[str]]


def outcome(command: Sequence[str], arguments: Sequence[str]) -> str:
    finished = subprocess.run(
        [*command, *arguments], env=dict(ENVIRONMENT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120
    )
    return f"{finished.stdout}exit code {finished.returncode}"


# Each Node.js and each mode, but not each with each.
@pytest.fixture(scope="module", params=[(22, "sea"), (24, "standard"), (26, "sea")], ids=str)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    major, mode = request.param
    folder = tmp_path_factory.mktemp("pair")
    # One with its sources, as the executable has them no more.
    for name in ("app", "there"):
        shutil.copytree(PROGRAM, folder / name)
        (folder / name / "lib/data.bin").write_bytes(DATA)
    made = subprocess.run(
        [
            *(sys.executable, str(REPOSITORY / "prelude/dev/make_executable.py"), "--node", str(node(major))),
            *("--mode", mode, "--entry", "main.js", str(folder / "app"), str(folder / "program")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert made.returncode == 0, made.stdout
    shutil.rmtree(folder / "app")
    yield Pair(folder / "program", node(major), folder / "there/main.js")
    shutil.rmtree(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Emptied at once: these are hundreds of megabytes, which pytest would keep for its next three runs."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def copied(file: Path, folder: Path, name: str = "app") -> Path:
    folder.mkdir(parents=True)
    subprocess.run(["cp", str(file), str(folder / name)], check=True)
    return folder / name


def moved(file: Path, folder: Path) -> list[str]:
    copy = copied(file, folder / "first")
    subprocess.run(["mv", str(copy), str(folder / "second")], check=True)
    return [str(folder / "second")]


def sparse(file: Path, folder: Path) -> list[str]:
    folder.mkdir(parents=True)
    subprocess.run(["cp", "--sparse=always", str(file), str(folder / "app")], check=True)
    return [str(folder / "app")]


def hard_link(file: Path, folder: Path) -> list[str]:
    copy = copied(file, folder)
    os.link(copy, folder / "other")
    return [str(folder / "other")]


def symlink(file: Path, folder: Path) -> list[str]:
    copied(file, folder / "real")
    (folder / "links").mkdir()
    (folder / "links/again").symlink_to("../real/app")
    (folder / "link").symlink_to("links/again")
    return [str(folder / "link")]


def through_path(file: Path, folder: Path) -> list[str]:
    """So that its first argument is a bare word."""
    copied(file, folder / "real")
    (folder / "bin").mkdir()
    (folder / "bin/a-program").symlink_to("../real/app")
    return ["env", f"PATH={folder}/bin:/usr/bin:/bin", "a-program"]


def with_permissions(mode: int) -> Treatment:
    def treat(file: Path, folder: Path) -> list[str]:
        copy = copied(file, folder)
        copy.chmod(mode)
        return [str(copy)]

    return treat


def at_a_special_path(file: Path, folder: Path) -> list[str]:
    return [str(copied(file, folder / "Ünï cödé ノード" / "it's 100% “quoted” $HOME", "my app é"))]


TREATMENTS: Mapping[str, Treatment] = {
    "cp": lambda file, folder: [str(copied(file, folder))],
    "mv": moved,
    "cp --sparse": sparse,
    "ln": hard_link,
    "ln -s": symlink,
    "PATH": through_path,
    "chmod 555": with_permissions(0o555),
    "chmod 700": with_permissions(0o700),
    "a path with spaces and other characters": at_a_special_path,
}


@pytest.mark.slow
@pytest.mark.proves(host_target(), "ran on Linux", "copied, linked, at any path")
@pytest.mark.parametrize("name", TREATMENTS)
def test_a_file_that_was_treated(pair: Pair, name: str, folder: Path) -> None:
    # The treatment is nothing that plain Node.js would notice.
    expected = outcome([str(pair.node), str(pair.script)], ["nothing"])
    assert "child late word 0\nexit code 0" in expected, expected
    assert pair.actual(TREATMENTS[name], folder, "nothing") == expected


@pytest.mark.slow
@pytest.mark.proves(host_target(), "ran on Linux", "renamed or removed while it runs")
@pytest.mark.parametrize("action", ["unlink", "rename", "chmod"])
def test_a_file_that_is_treated_while_it_runs(pair: Pair, action: str, folder: Path) -> None:
    expected = pair.expected(TREATMENTS["cp"], folder, action)
    assert "worker late word 0\n" in expected, expected
    assert ("child ENOENT" in expected) == (action != "chmod"), expected
    assert pair.actual(TREATMENTS["cp"], folder, action) == expected


def mounted(options: str) -> Treatment:
    def treat(file: Path, folder: Path) -> list[str]:
        copied(file, folder)
        script = f'mount --bind "$1" "$1" && mount -o remount,bind,{options} "$1" && shift && exec "$@"'
        namespace = ("unshare", "--user", "--map-root-user", "--mount")
        return [*namespace, "sh", "-c", script, "sh", str(folder), str(folder / "app")]

    return treat


@pytest.fixture
def needs_mounts() -> None:
    if not can_hide_folders():
        pytest.skip("no file systems can be mounted here by this user")


@pytest.mark.slow
@pytest.mark.proves(host_target(), "ran on Linux", "on a read-only file system")
def test_a_read_only_file_system(pair: Pair, folder: Path, needs_mounts: None) -> None:
    expected = pair.expected(mounted("ro"), folder, "nothing")
    assert "child late word 0\nexit code 0" in expected, expected
    assert pair.actual(mounted("ro"), folder, "nothing") == expected
    # It is one: the program fails to remove itself, as node does.
    for one in (Pair.expected, Pair.actual):
        assert "EROFS: read-only file system, unlink" in one(pair, mounted("ro"), folder / "again", "unlink")


@pytest.mark.slow
def test_a_file_system_without_programs(pair: Pair, folder: Path, needs_mounts: None) -> None:
    for one in (Pair.expected, Pair.actual):
        assert "Permission denied\nexit code 126" in one(pair, mounted("noexec"), folder, "nothing")


@pytest.mark.slow
def test_a_file_that_cannot_be_read(pair: Pair, folder: Path) -> None:
    """Plain Node.js can be run without the permission to read it. An executable cannot, and says so."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("it takes root and setpriv to run something as another user")
    copy = copied(pair.executable, folder / "copy")
    copy.chmod(0o711)
    for parent in copy.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    assert outcome([*as_nobody, str(copy)], ["nothing"]) == (
        "This executable cannot read itself (EACCES: permission denied, open '/proc/self/exe'). Its program is behind its "
        "code, so whoever runs it must be allowed to read it, e.g. `chmod a+r`, and on macOS it must not be moved while it "
        "runs.\nexit code 1"
    )


@pytest.mark.slow
@pytest.mark.proves(host_target(), "`strip` refuses; it says that it is damaged", "stripped, truncated")
def test_tools_that_would_cut_the_program_off(pair: Pair, folder: Path) -> None:
    """`strip` refuses, and leaves the file as it is; a file that something cut off says so."""
    if shutil.which("strip") is None:
        pytest.skip("there is no strip here; it is in the package binutils")
    copy = copied(pair.executable, folder / "copy")
    before = copy.stat()
    stripped = subprocess.run(["strip", str(copy)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert stripped.returncode == 1 and "has no sections" in stripped.stdout
    assert (copy.stat().st_size, copy.stat().st_mtime) == (before.st_size, before.st_mtime)
    os.truncate(copy, before.st_size - 1)
    assert outcome([str(copy)], ["nothing"]) == (
        f"{DAMAGED}it ends before the end of its payload. Get it again from where it was built.\nexit code 1"
    )


@pytest.mark.slow
def test_a_program_that_is_started_by_the_dynamic_linker(pair: Pair) -> None:
    """Then the system takes the linker for the executable: there is no way to the payload, and it says so."""
    linker = Path("/lib64/ld-linux-x86-64.so.2")
    if not linker.exists():
        pytest.skip("the dynamic linker of this machine is elsewhere")
    assert outcome([str(linker), str(pair.executable)], ["nothing"]).startswith(DAMAGED)
