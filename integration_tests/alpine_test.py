"""Executables for Alpine, built on this machine, do what plain Node.js for Alpine does, both with the C library musl."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import ALPINE_MAJORS, ALPINE_PROJECTS, ProgramOf, TestProject

from pkg_rules.testutil.musl import alpine_command, alpine_node, why_no_alpine
from pkg_rules.testutil.oracle import Case, Program, run
from pkg_rules.testutil.plain_trees import PlainTrees

CASES = [
    pytest.param(project, major, case, id=f"{project.name}-node{major}-{case.name}")
    for project in ALPINE_PROJECTS
    for major in ALPINE_MAJORS[project.name]
    for case in project.cases
]


@pytest.fixture(scope="module", autouse=True)
def needs_musl() -> None:
    if reason := why_no_alpine():
        pytest.skip(reason)


@pytest.mark.slow
@pytest.mark.parametrize("project, major, case", CASES)
def test_same_outcome_as_plain_node(
    project: TestProject,
    major: int,
    case: Case,
    plain_trees: PlainTrees,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    root = plain_trees.root
    musl = alpine_command(major)
    plain = Program((*musl, str(alpine_node(major)), str(root / project.script)), str(root))
    # What is hidden has the musl in it that is used.
    with_musl = Program((*musl, *packaged_program(project, major).command(())))

    expected = run(plain, case, tmp_path / "plain" / "here")
    assert expected.exit_code == case.exit_code, expected.stderr

    actual = run(with_musl, case, tmp_path / "packaged" / "here")

    assert (actual.stderr, actual.stdout) == (expected.stderr, expected.stdout)
    assert (actual.exit_code, actual.files) == (expected.exit_code, expected.files)
