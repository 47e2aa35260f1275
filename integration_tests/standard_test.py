"""Executables without sources do what plain Node.js does, and hold none of the text that is only in sources."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Iterable, Iterator

import pytest
from programs import (
    ARM64_STANDARD_PROJECTS,
    HIDING_PROJECTS,
    STANDARD_PROJECTS,
    ProgramOf,
    TestProject,
)

from pkg_rules.testutil.emulation import arm64_command, arm64_node, why_no_arm64
from pkg_rules.testutil.matrix import host_target
from pkg_rules.testutil.oracle import Case, Outcome, Program, run_both
from pkg_rules.testutil.pinned_tools import NODE_MAJORS
from pkg_rules.testutil.plain_trees import PlainTrees

SUFFIXES = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts")
# The line of source that Node.js shows above its mark.
SOURCE_LINE = re.compile(r"^.*\n(?=[ \t]*\^+$)", re.MULTILINE)


def cases_of(projects: Iterable[TestProject]) -> list[object]:
    return [
        pytest.param(project, major, case, id=f"{project.name}-node{major}-{case.name}")
        for project in projects
        for major in project.majors
        for case in project.cases
    ]


def without_source_lines(outcome: Outcome) -> Outcome:
    return dataclasses.replace(outcome, stderr=SOURCE_LINE.sub("<source>\n", outcome.stderr))


def eager(plain: Program) -> Program:
    """With all functions compiled at once V8 names some of those without a name by their receiver."""
    *node, script = plain.argv
    return dataclasses.replace(plain, argv=(*node, "--no-lazy", script))


def assert_same(plain: Program, packaged: Program, case: Case, folder: Path) -> None:
    expected, actual = map(without_source_lines, run_both(eager(plain), packaged, case, folder))
    assert expected.exit_code == case.exit_code, expected.stderr

    assert actual.stderr == expected.stderr
    assert actual.stdout == expected.stdout
    assert actual.exit_code == expected.exit_code
    assert actual.files == expected.files


@pytest.mark.slow
@pytest.mark.proves(host_target(), "ran on Linux")
@pytest.mark.parametrize("project, major, case", cases_of(STANDARD_PROJECTS))
def test_same_outcome_as_plain_node(
    project: TestProject,
    major: int,
    case: Case,
    plain_program: ProgramOf,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    assert_same(plain_program(project, major), packaged_program(project, major), case, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("project, major, case", cases_of(ARM64_STANDARD_PROJECTS))
def test_same_outcome_as_plain_node_on_arm64(
    project: TestProject,
    major: int,
    case: Case,
    plain_trees: PlainTrees,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    if reason := why_no_arm64():
        pytest.skip(reason)
    script = str(plain_trees.root / project.script)
    plain = Program((*arm64_command(), str(arm64_node(major)), script), str(plain_trees.root))
    packaged = packaged_program(project, major)
    emulated = Program((*arm64_command(), *packaged.argv), hidden=packaged.hidden)
    assert_same(plain, emulated, case, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize("project", HIDING_PROJECTS, ids=lambda project: project.name)
def test_no_source_text_is_inside(
    project: TestProject, major: int, packaged_program: ProgramOf, plain_trees: PlainTrees
) -> None:
    executable = Path(packaged_program(project, major).argv[0])
    assert source_lines_inside(executable, (plain_trees.root / project.script).parent) == []


def source_lines_inside(executable: Path, sources: Path) -> list[bytes]:
    """Lines of the program's scripts that its payload has."""
    content = executable.read_bytes()
    payload = content[content.rindex(b"PKGPAYLD") :]
    # Packages whose licence makes them public are there with their sources and documentation.
    packages = b"".join(
        path.read_bytes() for path in sources.parent.rglob("node_modules/**/*") if path.is_file()
    )
    lines = {
        line.encode()
        for path in sources.rglob("*")
        if path.suffix in SUFFIXES and "failures" not in path.parts
        for line in outside_of_literals(path.read_text("utf-8"))
    }
    assert len(lines) > 20
    return [line for line in sorted(lines) if line in payload and line not in packages]


def outside_of_literals(source: str) -> Iterator[str]:
    """Lines of some length that are comments, or code without string literals, which bytecode has too."""
    inside_template = False
    for line in source.splitlines():
        text = line.strip()
        if not inside_template and len(text) > 12 and not re.search("['\"`]", text):
            yield text
        inside_template ^= text.count("`") % 2 == 1
