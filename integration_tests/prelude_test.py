"""The tests that the runtime has in its own language, with each pinned Node.js."""

from __future__ import annotations

import subprocess
import warnings

import pytest

from pkg_rules.testutil.bounded import LARGE_LIMIT_SECONDS, run_bounded
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, REPOSITORY, node

# How support/bounded.cjs begins what it says about a program that did everything but did not end.
HANG_OF_NODE = "Did everything but did not end"
# A suite waits for one program at a time.
CONCURRENCY = 2


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_node_test_suites_pass(major: int) -> None:
    suites = sorted(str(path) for path in (REPOSITORY / "prelude" / "test").rglob("*.test.*js"))
    assert suites
    finished = run_bounded(
        [str(node(major)), "--test", f"--test-concurrency={CONCURRENCY}", "--test-reporter=spec", *suites],
        seconds=LARGE_LIMIT_SECONDS,
        cwd=REPOSITORY / "prelude",
        stderr=subprocess.STDOUT,
    )
    output = finished.stdout.decode()
    assert finished.returncode == 0, output
    # Also when no file had a test in it, all would "pass".
    passed = [line for line in output.splitlines() if line.startswith("ℹ pass ")]
    assert passed and int(passed[0].split()[-1]) >= len(suites), output
    for line in output.splitlines():
        if HANG_OF_NODE in line:
            warnings.warn(line)
