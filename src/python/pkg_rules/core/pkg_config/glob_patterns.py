"""Globs of the npm world as regular expressions: `*`, `**`, `?`, `[a-z]`, `{a,b}`, `@(a|b)` and its relatives.

Pants' own globs know neither braces nor groups, and what a glob of a configuration means must not depend on whose
globs they are. In paths the separator is `/`.
"""

from __future__ import annotations

import functools
import re
from typing import Iterator, Pattern

from pkg_rules.core.pkg_config.errors import PkgConfigError

_SPECIAL = "*?[]{}()!+@\\"
_GROUPS = "@?+*!"


@functools.lru_cache(maxsize=1000)
def compile_glob(glob: str, *, hidden: bool) -> Pattern[str]:
    """`hidden`: whether wildcards stand for names that begin with a dot."""
    choices = "|".join(_translate(plain, 0, hidden) for plain in expand_braces(glob))
    return re.compile(f"(?s:{choices})\\Z")


def expand_braces(glob: str) -> list[str]:
    """`a/{b,c}` as `a/b` and `a/c`; braces without a comma stand for themselves."""
    for start, end, parts in _brace_groups(glob):
        if len(parts) > 1:
            rest = expand_braces(glob[end:])
            inner = [choice for part in parts for choice in expand_braces(part)]
            return [glob[:start] + choice + tail for choice in inner for tail in rest]
    return [glob]


def literal_root(glob: str) -> str:
    """The directory, or the very path, that all matches lie in: what comes before the first part with a wildcard."""
    parts = []
    for part in glob.split("/"):
        if any(character in _SPECIAL for character in part):
            break
        parts.append(part)
    return "/".join(parts)


def _brace_groups(glob: str) -> Iterator[tuple[int, int, list[str]]]:
    """Start, end and parts of the outermost braces."""
    depth, start, parts, part_start = 0, 0, [""], 0
    index = 0
    while index < len(glob):
        character = glob[index]
        if character == "\\":
            index += 1
        elif character == "{":
            if depth == 0:
                start, parts, part_start = index, [], index + 1
            depth += 1
        elif character == "}" and depth:
            depth -= 1
            if depth == 0:
                yield start, index + 1, [*parts, glob[part_start:index]]
        elif character == "," and depth == 1:
            parts.append(glob[part_start:index])
            part_start = index + 1
        index += 1


def _translate(glob: str, index: int, hidden: bool) -> str:
    """The expression for the rest of the glob; from the end to the start, since `!(…)` looks at what follows it."""
    if index >= len(glob):
        return ""
    character = glob[index]
    at_start = index == 0 or glob[index - 1] == "/"
    visible = "" if hidden or not at_start else r"(?!\.)"
    if glob.startswith("**", index) and at_start:
        end = index + 2
        one = "[^/]+" if hidden else r"(?!\.)[^/]+"
        # At the very start it stands for the root directory as well.
        root = "/?" if index == 0 else ""
        if end == len(glob):
            return f"{root}(?:{one}(?:/{one})*)?"
        if glob[end] == "/":
            return f"{root}(?:{one}/)*" + _translate(glob, end + 1, hidden)
    if character == "/" and glob[index:] == "/**":
        # `views/**` is the directory itself too, and so a file of that name.
        one = "[^/]+" if hidden else r"(?!\.)[^/]+"
        return f"(?:/{one})*"
    if character in _GROUPS and glob.startswith("(", index + 1):
        end = _closing(glob, index + 1)
        return visible + _group(character, glob[index + 2 : end], _translate(glob, end + 1, hidden), hidden)
    if character == "(":
        # Folders are called so too, `(pages)`.
        end = _closing(glob, index)
        inside = _group("@", glob[index + 1 : end], "", hidden)
        rest = _translate(glob, end + 1, hidden)
        return f"{visible}(?:{inside}|{re.escape(glob[index:end + 1])}){rest}"
    if character == "*":
        end = index
        while end < len(glob) and glob[end] == "*":
            end += 1
        # A part of a path that is only a wildcard is not empty.
        alone = at_start and (end == len(glob) or glob[end] == "/")
        return f"{visible}[^/]{'+' if alone else '*'}" + _translate(glob, end, hidden)
    if character == "?":
        return f"{visible}[^/]" + _translate(glob, index + 1, hidden)
    if character == "[":
        end = glob.find("]", index + 2)
        if end > 0:
            text = glob[index : end + 1]
            inside = text[1:-1].replace("\\", r"\\").replace("[", r"\[")
            # A file may well have such a name, `[id].js`, which then matches too.
            chosen = f"[^/{inside[1:]}]" if inside[0] == "^" else f"(?:[{inside}]|{re.escape(text)})"
            return visible + chosen + _translate(glob, end + 1, hidden)
    if character == "\\" and index + 1 < len(glob):
        return re.escape(glob[index + 1]) + _translate(glob, index + 2, hidden)
    return re.escape(character) + _translate(glob, index + 1, hidden)


def _group(kind: str, inside: str, rest: str, hidden: bool) -> str:
    choices = "|".join(_translate(part, 0, True) for part in _split(inside))
    if kind == "!":
        return f"(?!(?:{choices}){rest}\\Z)[^/]*{rest}"
    repeated = {"@": "", "?": "?", "+": "+", "*": "*"}[kind]
    return f"(?:{choices}){repeated}{rest}"


def _split(inside: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, character in enumerate(inside):
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append(inside[start:index])
            start = index + 1
    return [*parts, inside[start:]]


def _closing(glob: str, opening: int) -> int:
    depth = 0
    for index in range(opening, len(glob)):
        depth += (glob[index] == "(") - (glob[index] == ")")
        if depth == 0:
            return index
    raise PkgConfigError(f"The glob `{glob}` of the pkg configuration has a `(` that is not closed.")
