"""Reads the JSON form of a plan, which scripts/write_payload.py gets."""

from __future__ import annotations

import json
from typing import Any

from pkg_rules.core.payload.errors import PlanError
from pkg_rules.core.payload.model import CodeCacheUnit, PayloadPlan, Root

PLAN_VERSION = 1
_KEYS = frozenset(
    (
        "version",
        "entry_point",
        "roots",
        "code_caches",
        "hidden",
        "bytecode_checksum",
        "fallback_to_source",
        "node_facts",
        "metadata",
    )
)


def parse_plan(text: str) -> PayloadPlan:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise PlanError(f"The plan is not JSON: {error}.") from error
    if not isinstance(data, dict) or data.get("version") != PLAN_VERSION:
        raise PlanError(f'The plan has to be an object with `"version": {PLAN_VERSION}`.')
    unknown = sorted(data.keys() - _KEYS)
    if unknown:
        raise PlanError(f"The plan has unknown keys: {', '.join(f'`{key}`' for key in unknown)}.")
    metadata = data.get("metadata", {})
    if not isinstance(metadata, dict) or not all(
        isinstance(value, str) for value in metadata.values()
    ):
        raise PlanError("`metadata` of the plan has to be an object with strings as values.")
    return PayloadPlan(
        entry_point=_string(data, "entry_point", "the plan"),
        roots=tuple(
            Root(_string(root, "directory", "a root"), _string(root, "prefix", "a root"))
            for root in _list(data, "roots")
        ),
        code_caches=tuple(
            CodeCacheUnit(
                _string(unit, "file", "a code cache"), _string(unit, "prefix", "a code cache")
            )
            for unit in _list(data, "code_caches")
        ),
        hidden=tuple(map(str, _list(data, "hidden"))),
        bytecode_checksum=int(data.get("bytecode_checksum", 0)),
        fallback_to_source=bool(data.get("fallback_to_source", False)),
        node_facts=str(data.get("node_facts", "")),
        metadata=tuple(sorted(metadata.items())),
    )


def _string(data: Any, key: str, owner: str) -> str:
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, str):
        raise PlanError(f"`{key}` of {owner} in the plan has to be a string, not `{value!r}`.")
    return value


def _list(data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise PlanError(f"`{key}` of the plan has to be a list, not `{value!r}`.")
    return value
