"""Which file Node.js starts with: the one that a target names, or the `bin` of the package.json beside it."""

from __future__ import annotations

import posixpath

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.package_json import PackageJson


class EntryPointError(PkgRulesError):
    """It is not clear which file to start with."""


def find_entry_point(
    value: str | None, directory: str, package: PackageJson | None, target: str
) -> str:
    """The path of the entry point, relative to the build root.

    `directory` is that of the BUILD file, `package` the package.json in it, `target` the address for errors.
    """
    if value is not None:
        return _inside(value, directory, f"the `entry_point` of the target `{target}`")
    if package is None:
        raise EntryPointError(
            f"The target `{target}` has no `entry_point`, and there is no package.json in `{directory or '.'}` whose "
            "`bin` could be taken, so it is not known which file to start with.\n\n"
            "Set `entry_point` to the path of that file, relative to the directory of the BUILD file."
        )
    commands = package.bin
    if not commands:
        raise EntryPointError(
            f"The target `{target}` has no `entry_point`, and `{package.path}` has no `bin`, so it is not known which "
            "file to start with.\n\nSet one of them to the path of that file."
        )
    own = (package.name or "").rpartition("/")[2]
    if len(commands) > 1 and own not in commands:
        listed = "\n".join(f"  * `{name}`: `{path}`" for name, path in sorted(commands.items()))
        raise EntryPointError(
            f"The target `{target}` has no `entry_point`, and the `bin` of `{package.path}` has several commands, none "
            f"of which has the name of the package:\n{listed}\n\n"
            "An executable starts with one file: set `entry_point` to the one that is meant."
        )
    command = own if own in commands else next(iter(commands))
    return _inside(commands[command], directory, f"the `bin` of `{package.path}`")


def _inside(value: str, directory: str, origin: str) -> str:
    path = posixpath.normpath(posixpath.join(directory, value))
    if not value or value.startswith("/") or path.startswith("../") or path in ("..", "."):
        raise EntryPointError(
            f"`{value}`, {origin}, is not the path of a file in this repository. It is relative to the directory of "
            "the BUILD file, e.g. `src/main.js`."
        )
    return path
