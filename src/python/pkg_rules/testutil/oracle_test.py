"""The one hang that Node.js has by itself is told from all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkg_rules.testutil.bounded import TookTooLong
from pkg_rules.testutil.oracle import Case, Outcome, Program, run

CASE = Case("case", ("argument",), stdin="given", files={"sub/in": "text"})


def shell(script: str) -> Program:
    """`first` in the script succeeds at the first start only."""
    return Program(("sh", "-c", f"first() {{ mkdir ../started 2>/dev/null; }}; {script}", "sh"))


def test_the_outcome_is_all_that_can_be_seen(tmp_path: Path) -> None:
    program = shell("cat; echo $1 >&2; cp sub/in out; pwd; exit 3")
    assert run(program, CASE, tmp_path / "here") == Outcome(
        3, "given<here>\n", "argument\n", {"out": b"text", "sub/in": b"text"}
    )


@pytest.mark.slow
def test_a_program_that_did_everything_and_did_not_end_is_started_once_more(tmp_path: Path) -> None:
    program = shell("echo all; echo $1 >out; if first; then sleep 600; fi; exit 3")
    with pytest.warns(UserWarning, match="Did everything but did not end.*echo all"):
        outcome = run(program, CASE, tmp_path / "here", seconds=1)
    assert outcome == Outcome(3, "all\n", "", {"out": b"argument\n", "sub/in": b"text"})


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        "echo part; if first; then sleep 600; fi; echo rest",
        "echo all; if first; then sleep 600; fi; echo 1 >out",
        "echo all; sleep 600",
    ],
)
def test_any_other_hang_fails(tmp_path: Path, script: str) -> None:
    with pytest.raises(TookTooLong, match="had printed:\n(part|all)\n$"):
        run(shell(script), CASE, tmp_path / "here", seconds=1)
