"""The `exports` and `imports` maps of package.json, as Node.js reads them.

Follows PACKAGE_EXPORTS_RESOLVE, PACKAGE_IMPORTS_RESOLVE and PACKAGE_TARGET_RESOLVE of the Node.js documentation.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any, Callable, Mapping
from urllib.parse import unquote

from pkg_rules.core.npm.package_json import PackageJson

_INVALID_SEGMENT = re.compile(
    r"(?:^|\\|/)(?:(?:\.|%2e){1,2}|(?:n|%6e|%4e)(?:o|%6f|%4f)(?:d|%64|%44)(?:e|%65|%45)(?:_|%5f)"
    r"(?:m|%6d|%4d)(?:o|%6f|%4f)(?:d|%64|%44)(?:u|%75|%55)(?:l|%6c|%4c)(?:e|%65|%45)(?:s|%73|%53))(?:\\|/|$)",
    re.IGNORECASE,
)


class UnresolvableError(Exception):
    """A name leads nowhere; the message says why, in Node.js' terms."""


class _InvalidTargetError(UnresolvableError):
    """The map itself is wrong; within a list of alternatives the next one is tried."""


@dataclass(frozen=True)
class _Context:
    package: PackageJson
    key: str
    subpath: str | None  # What `*` stands for; None when the key is no pattern.
    conditions: frozenset[str]
    # What a target of `imports` may be beside a path of the package: another package.
    resolve_package: Callable[[str], str] | None


def resolve_exports(package: PackageJson, subpath: str, conditions: frozenset[str]) -> str:
    """The file that `subpath` (`.` or `./x`) of a package with `exports` stands for; it need not exist."""
    exports = package.exports
    if not isinstance(exports, dict) or not any(key.startswith(".") for key in exports):
        exports = {".": exports}
    found = _match(exports, subpath, package, conditions, None)
    if found is None:
        shown = "No `exports` main is defined" if subpath == "." else f"`{subpath}` is not exported"
        raise UnresolvableError(f"{shown} by `{package.path}`")
    return found


def resolve_imports(
    package: PackageJson,
    name: str,
    conditions: frozenset[str],
    resolve_package: Callable[[str], str],
) -> str:
    """What `#name` stands for within a package."""
    if name == "#" or name.endswith("/"):
        raise UnresolvableError(f"`{name}` is not a valid name for `imports`")
    found = _match(package.imports, name, package, conditions, resolve_package)
    if found is None:
        raise UnresolvableError(f"`{name}` is not defined by the `imports` of `{package.path}`")
    return found


def _match(
    entries: Mapping[str, Any],
    name: str,
    package: PackageJson,
    conditions: frozenset[str],
    resolve_package: Callable[[str], str] | None,
) -> str | None:
    if name in entries and "*" not in name and not name.endswith("/"):
        return _target(entries[name], _Context(package, name, None, conditions, resolve_package))
    best, best_subpath = "", ""
    for key in entries:
        if key.count("*") != 1:
            continue
        prefix, suffix = key.split("*")
        if not name.startswith(prefix) or not name.endswith(suffix) or len(name) < len(key):
            continue
        if not best or _specificity(key) > _specificity(best):
            best, best_subpath = key, name[len(prefix) : len(name) - len(suffix)]
    if not best:
        return None
    return _target(
        entries[best], _Context(package, best, best_subpath, conditions, resolve_package)
    )


def _specificity(key: str) -> tuple[int, int]:
    """PATTERN_KEY_COMPARE: the longer part before `*` wins, then the longer key."""
    return key.index("*"), len(key)


_UNDEFINED = object()


def _target(target: Any, context: _Context) -> str | None:
    found = _target_or_undefined(target, context)
    return None if found is _UNDEFINED else found  # type: ignore[return-value]


def _target_or_undefined(target: Any, context: _Context) -> str | object | None:
    """A path; None where the map says that there is nothing; `_UNDEFINED` where no condition holds."""
    if target is None:
        return None
    if isinstance(target, str):
        return _path(target, context)
    if isinstance(target, dict):
        for condition, value in target.items():
            if condition == "default" or condition in context.conditions:
                found = _target_or_undefined(value, context)
                if found is not _UNDEFINED:
                    return found
        return _UNDEFINED
    if isinstance(target, list):
        return _first_of(target, context)
    raise _invalid(target, context)


def _first_of(targets: list[Any], context: _Context) -> str | object | None:
    failure: UnresolvableError | None = None
    found: str | object | None = None
    for target in targets:
        try:
            found = _target_or_undefined(target, context)
        except _InvalidTargetError as error:
            failure = error
            continue
        if found is _UNDEFINED:
            continue
        if found is not None:
            return found
        failure = None
    if failure is not None:
        raise failure
    return None


def _path(target: str, context: _Context) -> str:
    subpath = context.subpath
    expanded = target if subpath is None else target.replace("*", subpath)
    if not target.startswith("./"):
        internal = context.resolve_package is not None
        if internal and not target.startswith(("/", "../")) and "://" not in target:
            assert context.resolve_package is not None
            return context.resolve_package(expanded)
        raise _invalid(target, context)
    if _INVALID_SEGMENT.search(target[2:]):
        raise _invalid(target, context)
    if subpath and _INVALID_SEGMENT.search(subpath):
        raise UnresolvableError(f"`{subpath}` may not leave the package of `{context.package.path}`")
    return posixpath.normpath(posixpath.join(context.package.directory, unquote(expanded)))


def _invalid(target: Any, context: _Context) -> _InvalidTargetError:
    return _InvalidTargetError(
        f"The target `{target}` of `{context.key}` in `{context.package.path}` is not a path that starts with `./`"
    )
