"""The tests that the runtime has in its own language, with each pinned Node.js."""

from __future__ import annotations

import subprocess

import pytest

from pkg_rules.testutil.pinned_tools import NODE_MAJORS, REPOSITORY, node


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_node_test_suites_pass(major: int) -> None:
    suites = sorted(str(path) for path in (REPOSITORY / "prelude" / "test").rglob("*.test.*js"))
    assert suites
    finished = subprocess.run(
        [str(node(major)), "--test", "--test-reporter=spec", *suites],
        cwd=REPOSITORY / "prelude",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout
    # Also when no file had a test in it, all would "pass".
    passed = [line for line in finished.stdout.splitlines() if line.startswith("ℹ pass ")]
    assert passed and int(passed[0].split()[-1]) >= len(suites), finished.stdout
