"""Which file a configuration is read from, and what of it is the configuration."""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass
from typing import Any, Collection

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.pkg_config.errors import PkgConfigError, UnreadablePkgConfigError, WrongTypeError

# The first one that exists is taken, as by pkg; it comes before the `pkg` of a package.json.
CONFIG_FILES = (
    ".pkgrc",
    ".pkgrc.json",
    "pkg.config.json",
    "pkg.config.js",
    "pkg.config.cjs",
    "pkg.config.mjs",
)
PROGRAM_ENDINGS = (".js", ".cjs", ".mjs")
NO_CONFIG = "none"
_KEYS_OF_PACKAGES = ("name", "files", "dependencies", "pkg")


@dataclass(frozen=True)
class ConfigSource:
    """`path` is None if there is no configuration."""

    path: str | None
    warnings: tuple[str, ...] = ()

    @property
    def is_program(self) -> bool:
        return self.path is not None and self.path.endswith(PROGRAM_ENDINGS)


def candidates(value: str | None, directory: str, target: str) -> tuple[str, ...]:
    """Files that may hold the configuration of a target, whose BUILD file is in `directory`, in order of preference.

    `value` is that of the field `pkg_config`.
    """
    if value == NO_CONFIG:
        return ()
    if value is None:
        return tuple(posixpath.join(directory, name) for name in CONFIG_FILES)
    path = posixpath.normpath(posixpath.join(directory, value))
    if not value or value.startswith("/") or path in (".", "..") or path.startswith("../"):
        raise PkgConfigError(
            f"`{value}`, the `pkg_config` of the target `{target}`, is not the path of a file in this repository. It is "
            f"relative to the directory of the BUILD file, e.g. `pkg.config.cjs`, or `{NO_CONFIG}` for none."
        )
    return (path,)


def choose_source(
    value: str | None,
    wanted: Collection[str],
    existing: Collection[str],
    package: PackageJson | None,
    target: str,
) -> ConfigSource:
    """`wanted` are the candidates, `existing` those of them that exist, `package` the package.json beside the BUILD file."""
    found = [path for path in wanted if path in existing]
    if value == NO_CONFIG:
        return ConfigSource(None)
    if value is not None:
        if not found:
            (path,) = wanted
            raise PkgConfigError(
                f"The file `{path}`, which the field `pkg_config` of the target `{target}` names, does not exist. The "
                "path is relative to the directory of the BUILD file."
            )
        return ConfigSource(found[0])
    block = package.path if package is not None and package.fields.get("pkg") is not None else None
    if not found:
        return ConfigSource(block)
    warnings = []
    if block is not None:
        warnings.append(
            f"Both `{found[0]}` and the `pkg` of `{block}` configure `{target}`: the first is taken, the other is not "
            "read. Remove one of them."
        )
    if len(found) > 1:
        others = ", ".join(f"`{path}`" for path in found[1:])
        warnings.append(f"`{found[0]}` configures `{target}`, so {others} beside it is not read.")
    return ConfigSource(found[0], tuple(warnings))


def block_of(path: str, content: bytes) -> Any:
    """The configuration in a JSON file: its `pkg`, or all of it if it is nothing like a package.json."""
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise UnreadablePkgConfigError(
            path, f"{error.msg} (line {error.lineno}, column {error.colno})"
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadablePkgConfigError(path, "it is not UTF-8") from error
    return block_of_value(path, value)


def block_of_value(path: str, value: Any) -> Any:
    if not isinstance(value, dict):
        raise WrongTypeError(path, "pkg", value, "an object")
    if any(key in value for key in _KEYS_OF_PACKAGES):
        return value.get("pkg", {})
    return value
