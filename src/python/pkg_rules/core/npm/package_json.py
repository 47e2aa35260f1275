"""A package.json as Node.js and the package managers read it: fields of a wrong type count as absent."""

from __future__ import annotations

import json
import posixpath
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Mapping

from pkg_rules.core.errors import PkgRulesError


class UnreadablePackageJsonError(PkgRulesError):
    def __init__(self, path: str, line: int, column: int, reason: str) -> None:
        super().__init__(
            f"`{path}` is not a valid package.json: {reason} (line {line}, column {column}).\n\n"
            "Node.js reads it to find the files and the kind of modules of the package, and the package manager to "
            "find its dependencies. Correct the file; comments and trailing commas are not allowed in it."
        )
        self.path, self.line, self.column = path, line, column


class NamelessPackageError(PkgRulesError):
    def __init__(self, path: str) -> None:
        super().__init__(
            f"`{path}` has no `name`, or one that is no string. Pants names the targets of a package after it.\n\n"
            'Add one, e.g. `"name": "app"`; it need not be published, and `"private": true` keeps it from that.'
        )
        self.path = path


@dataclass(frozen=True)
class PackageJson:
    """Two are equal when path and content are; everything else is read from the content."""

    path: str
    content: bytes

    @classmethod
    def parse(cls, path: str, content: bytes) -> PackageJson:
        package = cls(path, content)
        package.fields  # noqa: B018 (raises now when it cannot be read, not at the first use)
        return package

    @property
    def directory(self) -> str:
        return posixpath.dirname(self.path)

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        try:
            fields = json.loads(self.content.decode("utf-8-sig"))
        except json.JSONDecodeError as error:
            raise UnreadablePackageJsonError(
                self.path, error.lineno, error.colno, error.msg
            ) from error
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            column = error.start - self.content.rfind(b"\n", 0, error.start)
            raise UnreadablePackageJsonError(self.path, line, column, "not UTF-8") from error
        if not isinstance(fields, dict):
            raise UnreadablePackageJsonError(self.path, 1, 1, "not an object")
        return fields

    @cached_property
    def name(self) -> str | None:
        return self._string("name")

    @cached_property
    def version(self) -> str | None:
        return self._string("version")

    @cached_property
    def main(self) -> str | None:
        return self._string("main")

    @cached_property
    def license(self) -> str:
        """As it is written; old packages have objects, or several, which are then a choice."""
        found = self.fields.get("license") or self.fields.get("licenses")
        names = [
            one.get("type") if isinstance(one, dict) else one
            for one in (found if isinstance(found, list) else [found])
        ]
        return " OR ".join(name for name in names if isinstance(name, str))

    @cached_property
    def is_private(self) -> bool:
        return self.fields.get("private") is True

    @cached_property
    def is_module(self) -> bool:
        return self.fields.get("type") == "module"

    @property
    def exports(self) -> Any:
        return self.fields.get("exports")

    @cached_property
    def imports(self) -> Mapping[str, Any]:
        return self._mapping("imports")

    @cached_property
    def bin(self) -> Mapping[str, str]:
        """Command names to files; a single file without a name gets that of the package, without scope."""
        value = self.fields.get("bin")
        if isinstance(value, str):
            return {(self.name or "").rpartition("/")[2]: value}
        return self._strings("bin")

    @cached_property
    def scripts(self) -> Mapping[str, str]:
        return self._strings("scripts")

    @cached_property
    def package_manager(self) -> str | None:
        return self._string("packageManager")

    @cached_property
    def workspaces(self) -> tuple[str, ...]:
        value = self.fields.get("workspaces")
        if isinstance(value, dict):  # yarn has `{"packages": [...], "nohoist": [...]}` as well.
            value = value.get("packages")
        return tuple(glob for glob in value if isinstance(glob, str)) if isinstance(value, list) else ()

    @cached_property
    def dependencies(self) -> Mapping[str, str]:
        """Required in production; what is optional as well counts as optional, as for npm."""
        optional = self.optional_dependencies
        required = self._strings("dependencies")
        return {name: spec for name, spec in required.items() if name not in optional}

    @cached_property
    def dev_dependencies(self) -> Mapping[str, str]:
        return self._strings("devDependencies")

    @cached_property
    def optional_dependencies(self) -> Mapping[str, str]:
        return self._strings("optionalDependencies")

    @cached_property
    def peer_dependencies(self) -> Mapping[str, str]:
        return self._strings("peerDependencies")

    @cached_property
    def bundled_dependencies(self) -> tuple[str, ...]:
        for field in ("bundleDependencies", "bundledDependencies"):
            value = self.fields.get(field)
            if value is True:
                return tuple(self.dependencies)
            if isinstance(value, list):
                return tuple(name for name in value if isinstance(name, str))
        return ()

    @cached_property
    def production_dependencies(self) -> Mapping[str, str]:
        """All that may be needed at run time: required, optional and peer dependencies."""
        return {**self.peer_dependencies, **self.dependencies, **self.optional_dependencies}

    def _string(self, field: str) -> str | None:
        value = self.fields.get(field)
        return value if isinstance(value, str) else None

    def _mapping(self, field: str) -> Mapping[str, Any]:
        value = self.fields.get(field)
        return value if isinstance(value, dict) else {}

    def _strings(self, field: str) -> Mapping[str, str]:
        return {
            name: value for name, value in self._mapping(field).items() if isinstance(value, str)
        }
