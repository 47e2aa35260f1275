"""Order and time limit of all tests, and no files of theirs left behind. What they prove is recorded on demand."""

from __future__ import annotations

import faulthandler
import os
import shutil
import signal
from pathlib import Path
from types import FrameType
from typing import Iterator, TextIO

import pytest

from pkg_rules.testutil.bounded import TEST_LIMIT_SECONDS
from pkg_rules.testutil.matrix import Recorder

# After which even what does not let Python handle the signal is ended, and with it the run.
GRACE_SECONDS = 60
UNCAPTURED = pytest.StashKey[TextIO]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-matrix", type=Path, metavar="FILE", help="add what tests with the marker `proves` have seen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first, so that a mistake shows before anything is packaged."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def pytest_configure(config: pytest.Config) -> None:
    # Ends as by Ctrl+C when it is told to: with what it was at, and with the programs that it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        config.stash[UNCAPTURED] = os.fdopen(os.dup(2), "w")
    file = config.getoption("--record-matrix")
    if file is not None:
        config.pluginmanager.register(Recorder(file))


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[UNCAPTURED].close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    def fail(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"{item.nodeid} had not ended after {TEST_LIMIT_SECONDS} s")

    previous = signal.signal(signal.SIGALRM, fail)
    signal.alarm(TEST_LIMIT_SECONDS)
    faulthandler.dump_traceback_later(
        TEST_LIMIT_SECONDS + GRACE_SECONDS, exit=True, file=item.config.stash[UNCAPTURED]
    )
    yield
    faulthandler.cancel_dump_traceback_later()
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """Emptied at once: executables have more than a hundred megabytes, and pytest would keep them for three runs."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)
