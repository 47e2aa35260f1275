"""Executables for Linux on arm64, built on this machine, do what plain Node.js for arm64 does, both run by QEMU."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import ARM64_PROJECTS, ProgramOf, TestProject

from pkg_rules.testutil.emulation import arm64_command, arm64_node, why_no_arm64
from pkg_rules.testutil.oracle import Case, Program, run_both
from pkg_rules.testutil.pinned_tools import NODE_MAJORS
from pkg_rules.testutil.plain_trees import PlainTrees

CASES = [
    pytest.param(project, major, case, id=f"{project.name}-node{major}-{case.name}")
    for project in ARM64_PROJECTS
    for major in NODE_MAJORS
    for case in project.cases
]


@pytest.fixture(scope="module", autouse=True)
def needs_emulation() -> None:
    if reason := why_no_arm64():
        pytest.skip(reason)


@pytest.mark.slow
@pytest.mark.proves("linux-arm64", "ran under QEMU" if arm64_command() else "ran on Linux")
@pytest.mark.parametrize("project, major, case", CASES)
def test_same_outcome_as_plain_node(
    project: TestProject,
    major: int,
    case: Case,
    plain_trees: PlainTrees,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    plain = Program(
        (*arm64_command(), str(arm64_node(major)), str(plain_trees.root / project.script)),
        str(plain_trees.root),
    )
    packaged = packaged_program(project, major)
    emulated = Program((*arm64_command(), *packaged.argv), hidden=packaged.hidden)

    expected, actual = run_both(plain, emulated, case, tmp_path)
    assert expected.exit_code == case.exit_code, expected.stderr

    assert actual.stderr == expected.stderr
    assert actual.stdout == expected.stdout
    assert actual.exit_code == expected.exit_code
    assert actual.files == expected.files
