"""Both halves of the seam must offer the same names, although only one of them can be imported at a time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pkg_rules.engine

ENGINE = Path(pkg_rules.engine.__file__).parent


def exported_names(module: str) -> list[str]:
    for node in ast.parse((ENGINE / module).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    raise AssertionError(f"{module} has no __all__")


def defined_names(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.parse((ENGINE / module).read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Assign):
            names.update(ast.unparse(target) for target in node.targets)
    return names


def test_both_halves_export_the_same_names() -> None:
    assert exported_names("by_get.py") == exported_names("by_name.py")


@pytest.mark.parametrize("module", ["by_get.py", "by_name.py"])
def test_every_exported_name_is_defined(module: str) -> None:
    assert set(exported_names(module)) <= defined_names(module)


def test_what_runs_here_is_the_half_for_this_pants() -> None:
    exported = exported_names("by_name.py" if pkg_rules.engine.CALL_BY_NAME else "by_get.py")
    assert [name for name in exported if not hasattr(pkg_rules.engine, name)] == []
