"""How runs are written, and what becomes of what they showed."""

from __future__ import annotations

import pytest

from pkg_rules.core.start_up import (
    StartUpRun,
    StartUpRunError,
    all_functions,
    functions_below,
    start_up_run,
)


@pytest.mark.parametrize(
    ("text", "environment", "arguments"),
    [
        ("", (), ()),
        ("--version", (), ("--version",)),
        ('lint "a b" c\\ d', (), ("lint", "a b", "c d")),
        ("PORT=0", (("PORT", "0"),), ()),
        ("B=2 A='x y' serve C=3", (("A", "x y"), ("B", "2")), ("serve", "C=3")),
        ("--define=x 1=2", (), ("--define=x", "1=2")),
    ],
)
def test_runs_are_written_as_in_a_shell(
    text: str, environment: tuple[tuple[str, str], ...], arguments: tuple[str, ...]
) -> None:
    assert start_up_run(text) == StartUpRun(environment, arguments)


def test_open_quotes_are_an_error() -> None:
    with pytest.raises(StartUpRunError) as raised:
        start_up_run("say 'hello")
    assert str(raised.value) == "`say 'hello` cannot be split into arguments: No closing quotation."


def test_the_functions_of_all_runs_count() -> None:
    found = all_functions([b'{"b.js": [7, 30], "a.js": [1]}', b'{"b.js": [12, 7]}'])

    assert found == {"a.js": (1,), "b.js": (7, 12, 30)}
    assert list(found) == ["a.js", "b.js"]


def test_a_unit_gets_its_own_functions_only() -> None:
    functions = {"app/a.js": (1,), "app/lib/b.js": (2,), "application/c.js": (3,)}

    assert functions_below(functions, "app", ["lib/b.js", "a.js", "new.js"]) == {
        "a.js": (1,),
        "lib/b.js": (2,),
    }
    assert functions_below(functions, "", ["app/a.js"]) == {"app/a.js": (1,)}
