"""Each executable does what plain Node.js of the same version does with the same files."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import PROJECTS, ProgramOf, TestProject

from pkg_rules.testutil.matrix import host_target
from pkg_rules.testutil.oracle import Case, run_both
from pkg_rules.testutil.pinned_tools import NODE_MAJORS

CASES = [
    pytest.param(project, major, case, id=f"{project.name}-node{major}-{case.name}")
    for project in PROJECTS
    for major in NODE_MAJORS
    for case in project.cases
]


@pytest.mark.slow
@pytest.mark.proves(host_target(), "ran on Linux")
@pytest.mark.parametrize("project, major, case", CASES)
def test_same_outcome_as_plain_node(
    project: TestProject,
    major: int,
    case: Case,
    plain_program: ProgramOf,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    plain, packaged = plain_program(project, major), packaged_program(project, major)
    expected, actual = run_both(plain, packaged, case, tmp_path)
    # The oracle is only one if it did what the case is about.
    assert expected.exit_code == case.exit_code, expected.stderr
    assert expected.stdout or expected.stderr or expected.files or case.exit_code

    assert actual.stderr == expected.stderr
    assert actual.stdout == expected.stdout
    assert actual.exit_code == expected.exit_code
    assert actual.files == expected.files
