"""Divides the files of a program into groups that are handled, and cached, together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import AbstractSet, Callable, Iterable, Iterator, Sequence

from pkg_rules.core.payload.module_formats import TYPESCRIPT_EXTENSIONS, is_declaration

# A unit costs a start of Node (about 40 ms); compiling a file of usual size costs less than 1 ms. A first-party
# directory is split where it holds more, so that one edit recompiles about this many files at most.
FILES_OF_A_UNIT = 150

# What compile_code_cache.cjs looks at; a file without an extension may be a script that starts with `#!`.
SCRIPT_EXTENSIONS = frozenset([".js", ".cjs", ".mjs", ""])
# The same where bytecode takes the place of own sources: Node takes the types out of them.
OWN_BYTECODE_EXTENSIONS = SCRIPT_EXTENSIONS.union(TYPESCRIPT_EXTENSIONS)


@dataclass(frozen=True, order=True)
class CompileUnit:
    """Scripts below one directory; the paths are relative to the build root and start with that directory."""

    directory: str
    files: tuple[str, ...]


def is_script(path: str, extensions: AbstractSet[str] = SCRIPT_EXTENSIONS) -> bool:
    return PurePosixPath(path).suffix in extensions and not is_declaration(path)


def is_compiler_input(path: str, extensions: AbstractSet[str] = SCRIPT_EXTENSIONS) -> bool:
    """Scripts, and `package.json`, which says whether a `.js` file is an ES module."""
    return is_script(path, extensions) or PurePosixPath(path).name == "package.json"


def first_party_units(
    paths: Iterable[str],
    limit: int = FILES_OF_A_UNIT,
    extensions: AbstractSet[str] = SCRIPT_EXTENSIONS,
) -> tuple[CompileUnit, ...]:
    """Units by directory, as `directory_groups` has them; depends on the paths only, not on what is in the files."""
    is_compiled = partial(is_script, extensions=extensions)
    relevant = {path for path in paths if is_compiler_input(path, extensions)}
    packages = {path.rpartition("/")[0] for path in relevant if not is_compiled(path)}
    return tuple(
        sorted(
            _unit(sorted({*group, *_package_files(group, packages)}))
            for group in directory_groups(relevant, limit, counts=is_compiled)
            if any(map(is_compiled, group))
        )
    )


def _package_files(paths: Iterable[str], packages: AbstractSet[str]) -> Iterator[str]:
    """The nearest `package.json` of each directory: an ES module without imports and exports is one by that alone."""
    for directory in {path.rpartition("/")[0] for path in paths}:
        while directory not in packages and directory.rpartition("/")[2] not in ("", "node_modules"):
            directory = directory.rpartition("/")[0]
        if directory in packages:
            yield f"{directory}/package.json" if directory else "package.json"


def directory_groups(
    paths: Iterable[str], limit: int, counts: Callable[[str], bool] = lambda path: True
) -> Iterator[tuple[str, ...]]:
    """Sorted paths by directory: a whole subtree where it is small, else the files of a directory apart from those below.

    A group has at most `limit` files that count, unless one directory alone has more. An edit never moves a file from
    one group to another one.
    """
    yield from _groups("", sorted(paths), limit, counts)


def _groups(
    directory: str, paths: list[str], limit: int, counts: Callable[[str], bool]
) -> Iterator[tuple[str, ...]]:
    if sum(map(counts, paths)) <= limit:
        if paths:
            yield tuple(paths)
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
    if own:
        yield tuple(own)
    for child, child_paths in below.items():
        yield from _groups(f"{directory}/{child}" if directory else child, child_paths, limit, counts)


def _unit(paths: Sequence[str]) -> CompileUnit:
    """The deepest directory that holds all of the files, so that the unit does not depend on where the program lies."""
    parents = [PurePosixPath(path).parent.parts for path in paths]
    common: list[str] = []
    for parts in zip(*parents):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return CompileUnit("/".join(common), tuple(paths))
