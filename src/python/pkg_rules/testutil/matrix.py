"""What tests have seen working: for each target, mode, feature and Node.js, by which means.

Tests say with `@pytest.mark.proves(target, how, feature, mode, major)` what they prove once they pass; what is left out at the
end is that of their test project and parameters. `--record-matrix FILE` writes it down, and `build-support/render_matrix.py` makes a page of that.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

import pytest

from pkg_rules.testutil.pinned_tools import NODE_MAJORS, host

FORMAT = 1
# Properties of a test by which it says what its marker cannot know.
HOW = "how"


@dataclass(frozen=True, order=True)
class Cell:
    """`target` is platform and architecture."""

    target: str
    mode: str
    feature: str
    major: int


@dataclass(frozen=True)
class Proof:
    """`count` is the number of tests."""

    how: str
    count: int


Record = Mapping[Cell, Proof]


def host_target() -> str:
    return "-".join(host())


def cell_of(item: pytest.Item, marker: pytest.Mark) -> tuple[Cell, str]:
    """The cell, and by which means it is proven."""
    arguments = dict(zip(("target", "how", "feature", "mode", "major"), marker.args))
    parameters = item.callspec.params if hasattr(item, "callspec") else {}  # type: ignore[attr-defined]
    project = parameters.get("project")
    major = arguments.get("major") or (parameters["major"] if "major" in parameters else parameters["pair"][0])
    how = dict(item.user_properties).get(HOW, arguments["how"])
    return (
        Cell(
            str(arguments["target"]).format(**parameters),
            str(arguments.get("mode") or (project.mode if project else parameters["pair"][1])),
            str(arguments.get("feature") or project.feature),
            major,
        ),
        str(how),
    )


class Recorder:
    """A plugin of pytest. Cells of tests that did not run stay as they were recorded before."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._passed: Counter[tuple[Cell, str]] = Counter()
        self._failed: set[Cell] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Any:
        report = (yield).get_result()
        marker = item.get_closest_marker("proves")
        if marker is None:
            return
        cell, how = cell_of(item, marker)
        if report.failed:
            self._failed.add(cell)
        elif report.when == "call" and report.passed:
            self._passed[cell, how] += 1

    def pytest_sessionfinish(self) -> None:
        record = dict(read_record(self._file)) if self._file.exists() else {}
        record.update({cell: Proof(how, count) for (cell, how), count in self._passed.items()})
        for cell in self._failed:
            record.pop(cell, None)
        self._file.write_text(render_record(record), "utf-8")


def render_record(record: Record) -> str:
    cells = [{**vars(cell), **vars(record[cell])} for cell in sorted(record)]
    lines = ",\n".join("    " + json.dumps(cell, ensure_ascii=False) for cell in cells)
    return f'{{\n  "format": {FORMAT},\n  "cells": [\n{lines}\n  ]\n}}\n'


def read_record(file: Path) -> Record:
    content = json.loads(file.read_text("utf-8"))
    if content["format"] != FORMAT:
        raise ValueError(
            f"`{file}` has the format {content['format']}, not {FORMAT}. Remove it, and record all tests again."
        )
    return {
        Cell(one["target"], one["mode"], one["feature"], one["major"]): Proof(one["how"], one["count"])
        for one in content["cells"]
    }


_HEAD = """\
# What was seen working

Generated from what tests recorded, by `build-support/render_matrix.py`; do not edit it. To renew it:

```sh
./run-tests --record-matrix docs/reference/matrix.json && ./build-support/render_matrix.py
```

Each cell says by which means, and how many tests passed. "Ran" means that the output, the exit code and the files of the
executable were those of plain Node.js for the same platform, run by the same means. An empty cell was not tried. A project is one of
`testprojects/`.
"""


def render_page(record: Record) -> str:
    lines = [_HEAD]
    targets = sorted({(cell.target, cell.mode) for cell in record})
    for target, mode in targets:
        lines.append(f"\n## {target}, mode {mode}\n")
        lines.append("| feature | " + " | ".join(f"Node.js {major}" for major in NODE_MAJORS) + " |")
        lines.append("|---" * (1 + len(NODE_MAJORS)) + "|")
        for feature in sorted({cell.feature for cell in record if (cell.target, cell.mode) == (target, mode)}):
            proofs = [record.get(Cell(target, mode, feature, major)) for major in NODE_MAJORS]
            cells = [f"{proof.how} ({proof.count})" if proof else "" for proof in proofs]
            lines.append(f"| {feature} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
