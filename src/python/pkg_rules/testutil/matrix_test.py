"""The page of what was seen working says what the tests recorded, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkg_rules.testutil.matrix import Cell, Proof, read_record, render_page, render_record
from pkg_rules.testutil.pinned_tools import REPOSITORY

pytest_plugins = ["pytester"]

REFERENCE = REPOSITORY / "docs/reference"
CONFTEST = (REPOSITORY / "conftest.py").read_text()
TESTS = """
import pytest

@pytest.mark.proves("linux-x64", "ran on Linux", "links", "sea")
@pytest.mark.parametrize("major", [22, 24])
@pytest.mark.parametrize("case", [1, 2])
def test_some(major, case):
    assert (major, case) != (24, FAILS)

@pytest.mark.proves("win-x64", "", "links", "standard")
@pytest.mark.parametrize("major", [22])
def test_refused(major, record_property):
    record_property("how", "refused: `why`")

@pytest.mark.proves("win-arm64", "ran", "links", "sea")
@pytest.mark.parametrize("major", [22])
def test_skipped(major):
    pytest.skip("not here")
"""


def test_the_page_is_what_was_recorded() -> None:
    expected = render_page(read_record(REFERENCE / "matrix.json"))
    assert (REFERENCE / "matrix.md").read_text("utf-8") == expected, "Run ./build-support/render_matrix.py"


def test_what_is_recorded(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makeini(f"[pytest]\npythonpath = {REPOSITORY}/src/python\nmarkers =\n    proves: x\n    slow: x\n")
    record = Path("record.json")

    def recorded(fails: int) -> dict[Cell, Proof]:
        pytester.makepyfile(TESTS.replace("FAILS", str(fails)))
        pytester.runpytest_inprocess("--record-matrix", str(record))
        return dict(read_record(record))

    links = Cell("linux-x64", "sea", "links", 22), Cell("linux-x64", "sea", "links", 24)
    refused = {Cell("win-x64", "standard", "links", 22): Proof("refused: `why`", 1)}
    first = recorded(0)
    assert first == {**{cell: Proof("ran on Linux", 2) for cell in links}, **refused}
    # What fails is taken out, what did not run stays.
    assert recorded(1) == {links[0]: Proof("ran on Linux", 2), **refused}
    assert render_page(first).splitlines()[-11:] == [
        "## linux-x64, mode sea",
        "",
        "| feature | Node.js 22 | Node.js 24 | Node.js 26 |",
        "|---|---|---|---|",
        "| links | ran on Linux (2) | ran on Linux (2) |  |",
        "",
        "## win-x64, mode standard",
        "",
        "| feature | Node.js 22 | Node.js 24 | Node.js 26 |",
        "|---|---|---|---|",
        "| links | refused: `why` (1) |  |  |",
    ]


def test_a_record_of_another_format(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(render_record({}).replace("1", "0"))
    with pytest.raises(ValueError, match="has the format 0, not 1. Remove it, and record all tests again."):
        read_record(file)
