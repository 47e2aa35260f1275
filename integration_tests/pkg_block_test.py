"""A project with a `pkg` block in its package.json is packaged as it is: everything the block asks for is done."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from pkg_rules.testutil.oracle import ENVIRONMENT
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, REPOSITORY, node
from pkg_rules.testutil.repository import RepositoryCopy
from pkg_rules.testutil.small_repository import SmallRepository

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
        ("collector", "function\n"),
        ("stamp", '{"name":"pkg-block","version":"1.4.0"}\n'),
    ],
)
def test_what_patches_patterns_and_hooks_change(release: Path, major: int, command: str, output: str) -> None:
    assert said(release, major, command) == output


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_contents_are_compressed_and_can_be_shown(release: Path, major: int) -> None:
    executable = release / f"bin-node{major}"
    listed = subprocess.run(
        [sys.executable, "-m", "pkg_rules.inspect", "list", "--json", str(executable)],
        env={**ENVIRONMENT, "PYTHONPATH": str(REPOSITORY / "src" / "python")},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    assert '"gzip"' in listed.stdout
    shown = subprocess.run(
        [str(executable), "channel"],
        env={**ENVIRONMENT, "DEBUG_PKG": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=True,
        text=True,
    )
    assert shown.stdout == "release\n"
    assert "page.html" in shown.stderr


MAIN = """'use strict';
const fs = require('node:fs');
const path = require('node:path');
const views = path.join(__dirname, 'views');
const shown = fs.readdirSync(views).map((name) => `${name}: ${fs.readFileSync(path.join(views, name), 'utf8')}`);
console.log(shown.join(), require(`./commands/${process.argv[2]}`));
"""
BLOCK = "{ scripts: ['commands/*.js'], assets: 'views' }"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, text",
    [
        (".pkgrc", '{ "scripts": ["commands/*.js"], "assets": "views" }'),
        ("pkg.config.cjs", f"module.exports = {BLOCK};"),
        ("pkg.config.mjs", f"export default {{ pkg: {BLOCK} }};"),
    ],
)
def test_a_configuration_in_a_file_of_its_own(name: str, text: str, tmp_path: Path) -> None:
    files = {
        "app/BUILD": 'package_json(name="pkg")\njavascript_sources(name="src", sources=["**/*.js"])\n'
        'files(name="views", sources=["views/*"])\nnode_executable(name="bin")\n',
        "app/package.json": '{ "name": "app", "version": "1.0.0", "bin": "main.js" }',
        "app/main.js": MAIN,
        "app/commands/one.js": "module.exports = __filename.split('/').pop();\n",
        "app/views/page.html": "<p>",
        f"app/{name}": text,
    }
    repository = SmallRepository.make(tmp_path / "repository", files)
    finished = repository.pants("package", "app:bin")
    assert finished.exit_code == 0, finished.output
    plain = [str(node(24)), str(repository.root / "app/main.js")]
    packaged = [str(repository.root / "dist/app/bin")]
    expected, actual = (subprocess.check_output([*argv, "one"], cwd="/") for argv in (plain, packaged))
    assert actual == expected == b"page.html: <p> one.js\n"
