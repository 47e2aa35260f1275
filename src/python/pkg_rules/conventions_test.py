"""Conventions of this code base that no linter knows, checked on the syntax trees of all modules."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Iterator

import pytest

ROOT = Path(__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if not path.name.endswith("_test.py"))
RULE_MODULES = [
    path
    for path in MODULES
    if path.parent.name in ("util_rules", "goals") and path.name not in ("__init__.py",)
]
CORE_AND_SCRIPTS = [
    path for path in MODULES if path.relative_to(ROOT).parts[0] in ("core", "scripts")
]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def awaits_in_loops(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.For, ast.While)):
            for statement in [*node.body, *node.orelse]:
                yield from (n.lineno for n in ast.walk(statement) if isinstance(n, ast.Await))
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            # The first iterable is evaluated once, outside of the loop.
            inner = [g.iter for g in node.generators[1:]] + [
                getattr(node, name) for name in ("elt", "key", "value") if hasattr(node, name)
            ]
            for expression in inner:
                yield from (n.lineno for n in ast.walk(expression) if isinstance(n, ast.Await))


@pytest.mark.parametrize("path", RULE_MODULES, ids=relative)
def test_no_await_in_a_loop(path: Path) -> None:
    """The engine runs what is awaited together at once; one await after the other is a slow build."""
    assert list(awaits_in_loops(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize("path", RULE_MODULES, ids=relative)
def test_modules_with_rules_register_themselves(path: Path) -> None:
    functions = [
        node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    has_rules = any(
        ast.unparse(decorator).startswith(("rule", "goal_rule"))
        for function in functions
        for decorator in function.decorator_list
    )
    assert not has_rules or "rules" in {function.name for function in functions}


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_only_the_seam_names_the_engine_api(path: Path) -> None:
    if relative(path).startswith("engine/"):
        return
    imported = {
        (node.module, alias.name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported.isdisjoint(
        {("pants.engine.rules", name) for name in ("Get", "MultiGet", "concurrently", "implicitly")}
        | {("pants.engine.internals.selectors", name) for name in ("Get", "MultiGet")}
    )


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_processes_do_not_depend_on_where_the_sandbox_is(path: Path) -> None:
    """`{chroot}` stays literal in remote execution; the `run` goal replaces it, on the user's machine only."""
    literals = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    allowed = relative(path) in ("goals/run_executable.py", "testutil/process_assertions.py")
    assert allowed or not [text for text in literals if "{chroot}" in text and len(text) < 200]


@pytest.mark.parametrize("path", CORE_AND_SCRIPTS, ids=relative)
def test_outputs_do_not_depend_on_the_moment_or_the_directory_order(path: Path) -> None:
    for function in ast.walk(ast.parse(path.read_text())):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        calls = {
            ast.unparse(node.func): node.lineno
            for node in ast.walk(function)
            if isinstance(node, ast.Call)
        }
        assert not {"time.time", "datetime.now", "datetime.utcnow"} & set(calls)
        for listing in {"os.listdir", "os.scandir"} & set(calls):
            assert "sorted" in calls or "max" in calls, f"line {calls[listing]}: unsorted {listing}"
