"""The core can be used, tested and fuzzed without Pants: nothing in it imports pants."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Iterator

CORE = Path(__file__).parent


def imported_modules(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_core_does_not_import_pants_or_the_rules() -> None:
    modules = sorted(CORE.rglob("*.py"))
    assert len(modules) > 3, "the walk found nothing to check"
    offenders = [
        f"{path.relative_to(CORE)} imports {name}"
        for path in modules
        for name in imported_modules(path.read_text())
        if name.split(".")[0] == "pants"
        or (name.startswith("pkg_rules.") and not name.startswith("pkg_rules.core"))
    ]
    assert offenders == []
