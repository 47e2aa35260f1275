#!/usr/bin/env python3
"""Writes docs/reference/matrix.md from what the tests have recorded beside it; see src/python/pkg_rules/testutil/matrix.py."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv/pants/bin/python"
if Path(sys.prefix) != PYTHON.parent.parent:
    os.execv(PYTHON, [str(PYTHON), *sys.argv])
sys.path.insert(0, str(ROOT / "src/python"))

from pkg_rules.testutil.matrix import read_record, render_page  # noqa: E402

REFERENCE = ROOT / "docs/reference"
(REFERENCE / "matrix.md").write_text(render_page(read_record(REFERENCE / "matrix.json")), "utf-8")
