"""Executables for Windows do what the official node.exe does, both run by Wine, which also compiles for them."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import lief
import pytest
from programs import WINDOWS_PROJECTS, WINDOWS_STANDARD_PROJECTS, ProgramOf, TestProject
from standard_test import cases_of, eager, source_lines_inside, without_source_lines

from pkg_rules.testutil.masks import masked
from pkg_rules.testutil.oracle import Case, Outcome, Program, run
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, REPOSITORY, node
from pkg_rules.testutil.plain_trees import PlainTrees
from pkg_rules.testutil.wine import (
    WHY_NONE,
    Wine,
    find_wine,
    why_not,
    windows_node,
    with_windows_paths,
)

HELLO = WINDOWS_PROJECTS[0]
SNAPSHOT = "C:\\snapshot"
PREFIX_NAME = "wine"
# A module that Node.js loads before the program: counts the scripts that have cached data, and of which V8 took it.
COUNT_ACCEPTED = """
const vm = require('node:vm');
let given = 0;
let accepted = 0;
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    if (options?.cachedData === undefined) return;
    given += 1;
    if (!this.cachedDataRejected) accepted += 1;
  }
};
process.on('exit', () => process.stderr.write(`${accepted} of ${given}\\n`));
"""


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    found = find_wine(tmp_path_factory.mktemp(PREFIX_NAME))
    if found is None:
        pytest.skip(WHY_NONE)
    found.prepare()
    yield found
    # Its drives are the larger part of a gigabyte.
    shutil.rmtree(found.prefix, ignore_errors=True)


def needs_node(wine: Wine, major: int) -> None:
    """The Wine that the tests bring along runs them all; that of the system may be older."""
    if reason := why_not(wine, major):
        (pytest.fail if wine.is_unpacked else pytest.skip)(reason)


def run_by(wine: Wine, program: Program, case: Case, directory: Path) -> Outcome:
    case = dataclasses.replace(case, environment={**wine.environment, **case.environment})
    command = Program((*wine.command(program.hidden), *program.argv))
    outcome = run(command, case, directory)

    def shown(text: str) -> str:
        text = with_windows_paths(text, directory, "<here>")
        return masked(with_windows_paths(text, Path(program.root), SNAPSHOT) if program.root else text, "")

    # Node.js itself ends the lines of errors like that there, and the masks, which know only the other end, leave half of
    # it where they take a line away.
    stderr = re.sub("\r+\n", "\n", outcome.stderr)
    return dataclasses.replace(outcome, stdout=shown(outcome.stdout), stderr=shown(stderr))


@pytest.mark.slow
@pytest.mark.proves("win-x64", "ran under Wine")
@pytest.mark.parametrize("project, major, case", cases_of(WINDOWS_PROJECTS))
def test_same_outcome_as_plain_node(
    project: TestProject,
    major: int,
    case: Case,
    wine: Wine,
    plain_trees: PlainTrees,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    needs_node(wine, major)
    plain = Program(
        (str(windows_node(major)), str(plain_trees.root / project.script)), str(plain_trees.root)
    )
    expected = run_by(wine, plain, case, tmp_path / "plain" / "here")
    assert expected.exit_code == case.exit_code, expected.stderr

    actual = run_by(wine, packaged_program(project, major), case, tmp_path / "packaged" / "here")

    assert actual.stderr == expected.stderr
    assert actual.stdout == expected.stdout
    assert actual.exit_code == expected.exit_code
    assert actual.files == expected.files


def needs_wine_that_compiles(wine: Wine) -> None:
    if not wine.is_unpacked:
        pytest.skip(f"builds are not given the Wine of the system; {WHY_NONE}")


@pytest.mark.slow
@pytest.mark.proves("win-x64", "ran under Wine")
@pytest.mark.parametrize("project, major, case", cases_of(WINDOWS_STANDARD_PROJECTS))
def test_same_outcome_without_sources(
    project: TestProject,
    major: int,
    case: Case,
    wine: Wine,
    plain_trees: PlainTrees,
    packaged_program: ProgramOf,
    tmp_path: Path,
) -> None:
    needs_wine_that_compiles(wine)
    script = str(plain_trees.root / project.script)
    plain = eager(Program((str(windows_node(major)), script), str(plain_trees.root)))
    expected = without_source_lines(run_by(wine, plain, case, tmp_path / "plain" / "here"))
    assert expected.exit_code == case.exit_code, expected.stderr

    packaged = packaged_program(project, major)
    actual = without_source_lines(run_by(wine, packaged, case, tmp_path / "packaged" / "here"))

    assert actual == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "project, major",
    [(project, major) for project in WINDOWS_STANDARD_PROJECTS for major in project.majors],
    ids=lambda value: getattr(value, "name", None),
)
def test_no_source_text_is_inside(
    project: TestProject,
    major: int,
    wine: Wine,
    plain_trees: PlainTrees,
    packaged_program: ProgramOf,
) -> None:
    needs_wine_that_compiles(wine)
    executable = Path(packaged_program(project, major).argv[0])
    assert source_lines_inside(executable, (plain_trees.root / project.script).parent) == []


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize("project", [HELLO], ids=lambda project: project.name)
def test_what_wine_compiled_is_accepted(
    project: TestProject, major: int, wine: Wine, packaged_program: ProgramOf, tmp_path: Path
) -> None:
    needs_wine_that_compiles(wine)
    counter = tmp_path / "count.cjs"
    counter.write_text(COUNT_ACCEPTED)
    case = Case("counted", environment={"NODE_OPTIONS": f"--require=Z:{counter}"})
    outcome = run_by(wine, packaged_program(project, major), case, tmp_path / "run")
    # The loader, `main.js`, and the two that it requires.
    assert (outcome.exit_code, outcome.stderr) == (0, "4 of 4\n")


@pytest.mark.slow
@pytest.mark.parametrize("project, major", [(HELLO, major) for major in NODE_MAJORS])
def test_another_parser_finds_everything_in_order(
    project: TestProject, major: int, packaged_program: ProgramOf
) -> None:
    path = packaged_program(project, major).argv[0]
    node, made = lief.PE.parse(str(windows_node(major))), lief.PE.parse(path)
    assert node is not None and made is not None
    assert lief.PE.check_layout(made) == (True, "")
    assert made.optional_header.checksum == made.compute_checksum()
    assert [section.name for section in made.sections] == [section.name for section in node.sections]
    assert made.entrypoint == node.entrypoint
    assert not made.has_signatures and node.has_signatures
    changed = [
        section.name
        for section, original in zip(made.sections, node.sections)
        if bytes(section.content) != bytes(original.content)
    ]
    # The switch is among the constants.
    assert changed == [".rdata", ".rsrc"]
    assert made.resources is not None
    (data,) = (kind for kind in made.resources.childs if kind.id == 10)
    assert [name.name for name in data.childs] == ["NODE_SEA_BLOB"]
    resources = made.resources_manager
    assert isinstance(resources, lief.PE.ResourcesManager)
    assert sorted((icon.width, icon.height) for icon in resources.icons) == [(16, 16), (32, 32)]
    assert resources.manifest == (REPOSITORY / "testprojects/hello/windows/hello.manifest").read_text()
    assert made.optional_header.subsystem == lief.PE.OptionalHeader.SUBSYSTEM.WINDOWS_CUI
    (version,) = resources.version
    shown = str(version)
    for text in ("ProductName: Hello", "FileVersion: 1.2.3.4", "LegalCopyright: © Example"):
        assert text in shown
    assert "node.exe" not in shown


@pytest.mark.slow
@pytest.mark.proves("win-x64", "ran under Wine", "paths in all forms, children", "sea")
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_paths_in_all_forms_and_children(major: int, wine: Wine, tmp_path: Path) -> None:
    """What is special there: drives, both slashes, `\\\\?\\`, URLs of them, `cmd`, pipes of children."""
    needs_node(wine, major)
    app = tmp_path / "app"
    shutil.copytree(Path(__file__).parent / "windows_paths", app)
    (app / "packages").rename(app / "node_modules")
    made = subprocess.run(
        [
            *(sys.executable, str(REPOSITORY / "prelude/dev/make_executable.py")),
            *("--node", str(node(major)), "--target-node", str(windows_node(major))),
            *("--entry", "main.js", str(app), str(tmp_path / "app.exe")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert made.returncode == 0, made.stdout
    case = Case("all", environment={"WINEPATH": "Z:" + str(windows_node(major).parent)})
    plain = Program((str(windows_node(major)), str(app / "main.js")), str(tmp_path))
    expected = run_by(wine, plain, case, tmp_path / "plain")
    assert expected.exit_code == 0, expected.stderr
    app.rename(tmp_path / "elsewhere")
    actual = run_by(wine, Program((str(tmp_path / "app.exe"),)), case, tmp_path / "packaged")
    assert actual.stdout.splitlines() == expected.stdout.splitlines()
    assert (actual.stderr, actual.exit_code) == (expected.stderr, 0)
