from __future__ import annotations

import json

import pytest

from pkg_rules.core.payload.errors import PlanError
from pkg_rules.core.payload.model import CodeCacheUnit, PayloadPlan, Root
from pkg_rules.core.payload.plan import parse_plan

PLAN = {
    "version": 1,
    "entry_point": "main.js",
    "roots": [{"directory": "__files", "prefix": "app"}],
}


def test_smallest_plan() -> None:
    assert parse_plan(json.dumps(PLAN)) == PayloadPlan("main.js", (Root("__files", "app"),))


def test_whole_plan() -> None:
    text = json.dumps(
        {
            **PLAN,
            "code_caches": [{"file": "__cache/1", "prefix": "lib"}],
            "metadata": {"z": "1", "a": "2"},
        }
    )

    assert parse_plan(text) == PayloadPlan(
        "main.js",
        (Root("__files", "app"),),
        (CodeCacheUnit("__cache/1", "lib"),),
        (("a", "2"), ("z", "1")),
    )


@pytest.mark.parametrize(
    "change, message",
    [
        ({"version": 2}, 'The plan has to be an object with `"version": 1`.'),
        (
            {"entry_point": None},
            "`entry_point` of the plan in the plan has to be a string, not `None`.",
        ),
        ({"roots": {}}, "`roots` of the plan has to be a list, not `{}`."),
        (
            {"roots": [{"prefix": ""}]},
            "`directory` of a root in the plan has to be a string, not `None`.",
        ),
        (
            {"code_caches": ["x"]},
            "`file` of a code cache in the plan has to be a string, not `None`.",
        ),
        (
            {"metadata": {"a": 1}},
            "`metadata` of the plan has to be an object with strings as values.",
        ),
        ({"b": 1, "a": 2}, "The plan has unknown keys: `a`, `b`."),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan(json.dumps({**PLAN, **change}))

    assert str(caught.value) == message


def test_text_that_is_not_json() -> None:
    with pytest.raises(PlanError, match="^The plan is not JSON: "):
        parse_plan("{")
