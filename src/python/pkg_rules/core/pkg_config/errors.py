"""What can be wrong with a configuration of pkg."""

from __future__ import annotations

import json
from typing import Any

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.pkg_config.keys import FUNCTION_MARK

_SHOWN_CHARACTERS = 60


class PkgConfigError(PkgRulesError):
    """The configuration cannot be read or followed; the message says which file, which key, and what is wanted."""


class UnreadablePkgConfigError(PkgConfigError):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"`{path}` cannot be read as a configuration of pkg: {reason}.\n\n"
            "It has to be a JSON object, either with the keys themselves (`scripts`, `assets`, …) or with a `pkg` "
            "object that has them. A configuration that is computed belongs into a `pkg.config.cjs` or "
            "`pkg.config.mjs`."
        )


class WrongTypeError(PkgConfigError):
    def __init__(self, path: str, key: str, found: Any, wanted: str) -> None:
        super().__init__(
            f"The key `{key}` of the pkg configuration in `{path}` is {describe(found)}, but has to be {wanted}."
        )
        self.path, self.key = path, key


def describe(value: Any) -> str:
    """A value of JSON in words, shortened."""
    if value == FUNCTION_MARK:
        return "a function"
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _SHOWN_CHARACTERS:
        text = f"{text[:_SHOWN_CHARACTERS]}…"
    if isinstance(value, bool) or value is None:
        return f"`{text}`"
    kinds = {dict: "an object", list: "a list", str: "the string", int: "the number", float: "the number"}
    return f"{kinds[type(value)]} `{text}`"
