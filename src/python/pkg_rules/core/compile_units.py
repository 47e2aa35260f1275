"""Divides the files of a program into units whose code cache is made, and cached, together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Iterable

# A unit costs a start of Node (about 40 ms); compiling a file of usual size costs less than 1 ms. A first-party
# directory is split where it holds more, so that one edit recompiles about this many files at most.
FILES_OF_A_UNIT = 150

# What compile_code_cache.cjs looks at; a file without an extension may be a script that starts with `#!`.
SCRIPT_EXTENSIONS = frozenset([".js", ".cjs", ""])


@dataclass(frozen=True, order=True)
class CompileUnit:
    """Scripts below one directory; the paths are relative to the build root and start with that directory."""

    directory: str
    files: tuple[str, ...]


def is_script(path: str) -> bool:
    return PurePosixPath(path).suffix in SCRIPT_EXTENSIONS


def is_compiler_input(path: str) -> bool:
    """Scripts, and `package.json`, which says whether a `.js` file is an ES module."""
    return is_script(path) or PurePosixPath(path).name == "package.json"


def first_party_units(paths: Iterable[str], limit: int = FILES_OF_A_UNIT) -> tuple[CompileUnit, ...]:
    """Units by directory: a whole subtree where it is small, else the files of a directory apart from those below.

    Depends on the paths only, so an edit of a file never moves another one into a different unit.
    """
    relevant = sorted(filter(is_compiler_input, set(paths)))
    if not any(is_script(path) for path in relevant):
        return ()
    return tuple(sorted(_units("", relevant, limit)))


def _units(directory: str, paths: list[str], limit: int) -> Iterable[CompileUnit]:
    if sum(map(is_script, paths)) <= limit:
        yield _unit(paths)
        return
    own: list[str] = []
    below: dict[str, list[str]] = defaultdict(list)
    start = len(directory) + 1 if directory else 0
    for path in paths:
        child, slash, _ = path[start:].partition("/")
        if slash:
            below[child].append(path)
        else:
            own.append(path)
    if any(map(is_script, own)):
        yield _unit(own)
    for child, child_paths in below.items():
        if any(map(is_script, child_paths)):
            yield from _units(f"{directory}/{child}" if directory else child, child_paths, limit)


def _unit(paths: list[str]) -> CompileUnit:
    """The deepest directory that holds all of the files, so that the unit does not depend on where the program lies."""
    parents = [PurePosixPath(path).parent.parts for path in paths]
    common: list[str] = []
    for parts in zip(*parents):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return CompileUnit("/".join(common), tuple(paths))
