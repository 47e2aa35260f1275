"""A project with a `pkg` block in its package.json is packaged as it is: everything the block asks for is done."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from pkg_rules.testutil.oracle import ENVIRONMENT
from pkg_rules.testutil.pinned_tools import NODE_MAJORS
from pkg_rules.testutil.repository import RepositoryCopy

PROJECT = "testprojects/pkg-block"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`outputPath` of the block, where nothing but what it asks for is."""
    copy = RepositoryCopy.make(tmp_path_factory.mktemp("pkg-block") / "repository")
    copy.package([f"{PROJECT}:bin"])
    assert [path.name for path in (copy.dist / "testprojects.pkg-block").iterdir()] == ["release"]
    return copy.dist / "testprojects.pkg-block" / "release"


def said(release: Path, major: int, *arguments: str) -> str:
    finished = subprocess.run(
        [str(release / f"bin-node{major}"), *arguments],
        cwd="/",
        env=dict(ENVIRONMENT),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return finished.stdout


@pytest.mark.slow
def test_one_executable_for_each_target_with_what_lies_beside_them(release: Path) -> None:
    executables = {f"bin-node{major}" for major in NODE_MAJORS}
    found = {str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()}
    assert found == {
        *executables,
        *(f"{name}.sha256" for name in executables),
        "settings.json",
        "plugins/first.js",
        "plugins/second.js",
    }


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_the_post_build_hook_saw_the_finished_executable(release: Path, major: int) -> None:
    name = f"bin-node{major}"
    digest = hashlib.sha256((release / name).read_bytes()).hexdigest()
    assert (release / f"{name}.sha256").read_text() == f"{digest}  {name}\n"


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize(
    "command, output",
    [
        ("views", "page.html\npage.js\npartials\npartials/row.html\n"),
        ("channel", "release\n"),
        ("long", "2 solar days\n"),
        ("edition", "complete\n"),
        ("stamp", '{"name":"pkg-block","version":"1.4.0"}\n'),
    ],
)
def test_what_patches_patterns_and_hooks_change(release: Path, major: int, command: str, output: str) -> None:
    assert said(release, major, command) == output
