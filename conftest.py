"""Order of all tests: fast ones first, so that a mistake shows before anything is packaged. What they prove is recorded on demand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkg_rules.testutil.matrix import Recorder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-matrix", type=Path, metavar="FILE", help="add what tests with the marker `proves` have seen")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("--record-matrix")
    if file is not None:
        config.pluginmanager.register(Recorder(file))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
