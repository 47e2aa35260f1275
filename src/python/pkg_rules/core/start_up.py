"""Runs of a program that a build does to learn which functions it needs at the start, and what they showed."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import Iterable, Mapping

from pkg_rules.core.errors import PkgRulesError

# Where functions start, ascending, in UTF-16 units of the source, by the path of the file.
Functions = Mapping[str, tuple[int, ...]]

_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


class StartUpRunError(PkgRulesError):
    """What a run is written as cannot be understood, or it failed."""


@dataclass(frozen=True)
class StartUpRun:
    environment: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]


def start_up_run(text: str) -> StartUpRun:
    """From how it would be typed in a shell, without the program: `PORT=0 serve --name "a b"`."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise StartUpRunError(f"`{text}` cannot be split into arguments: {error}.") from error
    environment: dict[str, str] = {}
    for number, word in enumerate(words):
        variable = _VARIABLE.fullmatch(word)
        if variable is None:
            return StartUpRun(tuple(sorted(environment.items())), tuple(words[number:]))
        environment[variable[1]] = variable[2]
    return StartUpRun(tuple(sorted(environment.items())), ())


def all_functions(recordings: Iterable[bytes]) -> dict[str, tuple[int, ...]]:
    """Those of all runs together; a recording is what scripts/record_start_up.cjs writes."""
    found: dict[str, set[int]] = {}
    for recording in recordings:
        for path, positions in json.loads(recording).items():
            found.setdefault(path, set()).update(positions)
    return {path: tuple(sorted(found[path])) for path in sorted(found)}


def functions_below(functions: Functions, directory: str, paths: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Those of `paths`, which are relative to `directory`."""
    prefix = f"{directory}/" if directory else ""
    return {
        path: functions[prefix + path] for path in sorted(paths) if prefix + path in functions
    }
