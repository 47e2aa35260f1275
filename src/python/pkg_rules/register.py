"""Registers the rules and target types of the plugin with Pants."""

from __future__ import annotations

from typing import Iterable

from pants.engine.rules import Rule
from pants.engine.target import Target

from pkg_rules.target_types import NodeExecutableTarget


def rules() -> Iterable[Rule]:
    return []


def target_types() -> Iterable[type[Target]]:
    return [NodeExecutableTarget]
