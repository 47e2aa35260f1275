"""Executables with native addons for other platforms, built on this machine, do what plain Node.js does there."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest
from programs import PROJECTS, ProgramOf, TestProject
from windows_test import needs_node, run_by, wine  # noqa: F401 (a fixture)

from pkg_rules.testutil.emulation import arm64_command, arm64_node, why_no_arm64
from pkg_rules.testutil.listing import listing
from pkg_rules.testutil.oracle import Case, Program, run
from pkg_rules.testutil.plain_trees import PlainTrees
from pkg_rules.testutil.wine import Wine, windows_node

MAJOR = 24


@dataclass(frozen=True)
class CrossProject(TestProject):
    """One of the executables of a target that has one for each platform."""

    file_name: str = ""

    def executable(self, major: int) -> str:
        return f"testprojects.native/{self.file_name}"


(NATIVE,) = (project for project in PROJECTS if project.name == "native")


def _cross(file_name: str) -> CrossProject:
    fields = {field.name: getattr(NATIVE, field.name) for field in dataclasses.fields(NATIVE)}
    return CrossProject(**{**fields, "target": "testprojects/native:cross"}, file_name=file_name)


ARM64, WINDOWS = _cross("cross-linux-arm64"), _cross("cross-win-x64.exe")


@pytest.mark.slow
@pytest.mark.parametrize("project", [ARM64], ids=["native"])
def test_linux_on_arm64(
    project: TestProject, packaged_program: ProgramOf, tmp_path: Path
) -> None:
    if reason := why_no_arm64():
        pytest.skip(reason)
    plain_trees = PlainTrees.install_for(
        tmp_path / "root", "testprojects/native", "--os=linux", "--cpu=arm64", "--libc=glibc"
    )
    packaged = packaged_program(project, MAJOR)
    script = str(plain_trees.root / project.script)
    plain = Program((*arm64_command(), str(arm64_node(MAJOR)), script), str(plain_trees.root))
    emulated = Program((*arm64_command(), *packaged.argv), hidden=(*packaged.hidden, plain_trees.root))
    for case in project.cases:
        expected = run(plain, case, tmp_path / case.name / "plain" / "here")
        assert expected.exit_code == case.exit_code, expected.stderr
        assert run(emulated, case, tmp_path / case.name / "packaged" / "here") == expected


@pytest.mark.slow
@pytest.mark.parametrize("project", [WINDOWS], ids=["native"])
def test_windows(
    project: TestProject, packaged_program: ProgramOf, wine: Wine, tmp_path: Path  # noqa: F811
) -> None:
    needs_node(wine, MAJOR)
    plain_trees = PlainTrees.install_for(
        tmp_path / "root", "testprojects/native", "--os=win32", "--cpu=x64"
    )
    packaged = packaged_program(project, MAJOR)
    script = str(plain_trees.root / project.script)
    plain = Program((str(windows_node(MAJOR)), script), str(plain_trees.root))
    for case in project.cases:
        expected = run_by(wine, plain, case, tmp_path / case.name / "plain" / "here")
        assert expected.exit_code == case.exit_code, expected.stderr
        assert run_by(wine, packaged, case, tmp_path / case.name / "packaged" / "here") == expected


@pytest.mark.slow
@pytest.mark.parametrize("project", [NATIVE], ids=["native"])
def test_the_environment_does_not_choose_the_addon(
    project: TestProject, packaged_program: ProgramOf, tmp_path: Path
) -> None:
    """Under plain Node.js node-gyp-build takes another one, or none, with any of these."""
    chosen_elsewhere = {"LIBC": "musl", "npm_config_arch": "ia32", "npm_config_platform": "sunos"}
    case = Case("password", ("password", "open sesame"), environment=chosen_elsewhere)
    outcome = run(packaged_program(project, MAJOR), case, tmp_path / "here")
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "right\n", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("project", "addons"),
    [
        (
            ARM64,
            ["@img/sharp-linux-arm64/lib/sharp-linux-arm64.node", "argon2/prebuilds/linux-arm64/argon2.armv8.glibc.node"],
        ),
        (
            WINDOWS,
            ["@img/sharp-win32-x64/lib/sharp-win32-x64.node", "argon2/prebuilds/win32-x64/argon2.glibc.node"],
        ),
    ],
    ids=["arm64", "windows"],
)
def test_addons_of_no_other_platform_are_packaged(
    project: TestProject, addons: list[str], packaged_program: ProgramOf
) -> None:
    _, _, *lines = listing(Path(packaged_program(project, MAJOR).argv[0]))
    files = [path.rstrip("*") for path, kind, *_ in map(str.split, lines) if kind == "FILE"]
    found = [path.rpartition("/node_modules/") for path in files if path.endswith(".node")]
    assert [name for _, in_package, name in found if in_package] == addons
