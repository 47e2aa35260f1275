"""Resolves the names of modules as Node.js does, over a view of files.

CommonJS and ES modules follow their own algorithms (`require` tries extensions and directories, `import` does not);
both follow the `exports` and `imports` maps and the walk up the `node_modules` directories.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import Enum
from typing import Iterator
from urllib.parse import unquote

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.trace.builtins import is_builtin
from pkg_rules.core.trace.file_view import FileView
from pkg_rules.core.trace.model import ImportKind
from pkg_rules.core.trace.package_maps import UnresolvableError, resolve_exports, resolve_imports

_EXTENSIONS = (".js", ".json", ".node")
_PACKAGE_NAME = re.compile(r"^(?P<name>(?:@[^/\\%]+/)?[^./\\%@][^/\\%]*)(?P<subpath>/.*)?$")
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.-]+:")

# The conditions that every Node.js from 22 on sets; `module-sync` since it can `require` ES modules.
_COMMON_CONDITIONS = frozenset({"node", "node-addons", "module-sync"})
REQUIRE_CONDITIONS = _COMMON_CONDITIONS | {"require"}
IMPORT_CONDITIONS = _COMMON_CONDITIONS | {"import"}

NO_SUCH_FILE = "no such file"


class Outcome(Enum):
    FILE = "file"
    BUILTIN = "builtin"
    # Not among the program's files by its very name: `data:` and other URLs, absolute paths.
    EXTERNAL = "external"
    MISSING = "missing"


@dataclass(frozen=True)
class Resolution:
    """`path` is the real path of the file, or for a missing one the path where it was first looked for, if any.

    `package` is the name of the package that a bare name starts with, found or not.
    """

    outcome: Outcome
    path: str = ""
    package: str | None = None
    reason: str = ""


def package_name(specifier: str) -> str | None:
    """`@scope/name` of `@scope/name/sub.js`; None when it is a path, a URL or no valid name."""
    if specifier.startswith((".", "/", "#")) or _SCHEME.match(specifier):
        return None
    match = _PACKAGE_NAME.match(specifier)
    return match["name"] if match else None


class Resolver:
    def __init__(self, view: FileView) -> None:
        self._view = view
        self._scopes: dict[str, PackageJson | None] = {}

    def resolve(self, specifier: str, importer: str, kind: ImportKind) -> Resolution:
        """What `specifier` in the file `importer` (a real path) stands for."""
        if is_builtin(specifier):
            return Resolution(Outcome.BUILTIN)
        package = package_name(specifier)
        search = _EsmSearch(self, importer) if kind.is_esm else _CjsSearch(self, importer)
        if search.is_external(specifier):
            return Resolution(Outcome.EXTERNAL)
        try:
            found = search.find(specifier)
        except UnresolvableError as error:
            return Resolution(Outcome.MISSING, search.looked_for, package, str(error))
        if found is None:
            return Resolution(Outcome.MISSING, search.looked_for, package, NO_SUCH_FILE)
        if found == "":
            return Resolution(Outcome.BUILTIN)
        return Resolution(Outcome.FILE, self._view.real_path(found), package)

    def scope(self, directory: str) -> PackageJson | None:
        """The nearest package.json at or above a directory, not beyond a `node_modules`."""
        if directory not in self._scopes:
            found = None
            if posixpath.basename(directory) != "node_modules":
                found = self._view.package_json(directory)
                if found is None and directory:
                    found = self.scope(posixpath.dirname(directory))
            self._scopes[directory] = found
        return self._scopes[directory]


class _Search:
    """What both algorithms have in common; the result `""` stands for a built-in module."""

    conditions: frozenset[str]

    def __init__(self, resolver: Resolver, importer: str) -> None:
        self._resolver = resolver
        self._view = resolver._view
        self._directory = posixpath.dirname(importer)
        self.looked_for = ""

    def is_external(self, specifier: str) -> bool:
        return specifier.startswith("/")

    def find(self, specifier: str) -> str | None:
        if specifier.startswith("#"):
            return self._from_imports(specifier)
        if specifier in (".", "..") or specifier.startswith(("./", "../")):
            return self._from_path(specifier)
        return self._from_package(specifier)

    def _from_path(self, specifier: str) -> str | None:
        raise NotImplementedError

    def _in_package(self, directory: str, subpath: str) -> str | None:
        """A file of a package without `exports`; `subpath` is empty or starts with a slash."""
        raise NotImplementedError

    def _exact(self, path: str) -> str | None:
        self.looked_for = self.looked_for or path
        return path if self._view.is_file(path) else None

    def _from_imports(self, specifier: str) -> str | None:
        scope = self._resolver.scope(self._directory)
        if scope is None:
            raise UnresolvableError(f"there is no package.json that could define `{specifier}`")
        target = resolve_imports(scope, specifier, self.conditions, self._import_target)
        return self._exact(target) if target else target

    def _import_target(self, specifier: str) -> str:
        if is_builtin(specifier):
            return ""
        found = self._from_package(specifier)
        if found is None:
            raise UnresolvableError(f"the package of `{specifier}` was not found")
        return found

    def _from_package(self, specifier: str) -> str | None:
        match = _PACKAGE_NAME.match(specifier)
        if match is None:
            raise UnresolvableError(f"`{specifier}` is not a valid name of a package")
        name, subpath = match["name"], match["subpath"] or ""
        itself = self._resolver.scope(self._directory)
        if itself is not None and itself.name == name and itself.exports is not None:
            return self._exported(itself, subpath)
        for directory in self._package_directories(name):
            package = self._view.package_json(directory)
            if package is not None and package.exports is not None:
                return self._exported(package, subpath)
            found = self._in_package(directory, subpath)
            if found is not None or self._stop_at_first:
                return found
        return None

    _stop_at_first = False

    def _exported(self, package: PackageJson, subpath: str) -> str | None:
        return self._exact(resolve_exports(package, f".{subpath}", self.conditions))

    def _package_directories(self, name: str) -> Iterator[str]:
        directory = self._directory
        while True:
            if posixpath.basename(directory) != "node_modules":
                candidate = posixpath.join(directory, "node_modules", name)
                if self._view.is_directory(candidate):
                    yield candidate
            if not directory:
                return
            directory = posixpath.dirname(directory)

    def _with_extension(self, path: str) -> str | None:
        for extension in _EXTENSIONS:
            if self._view.is_file(path + extension):
                return path + extension
        return None


class _CjsSearch(_Search):
    conditions = REQUIRE_CONDITIONS

    def is_external(self, specifier: str) -> bool:
        return specifier.startswith("/")

    def _from_path(self, specifier: str) -> str | None:
        path = _join(self._directory, specifier)
        if path is None:
            return None
        return self._file_or_directory(path, only_directory=_names_a_directory(specifier))

    def _in_package(self, directory: str, subpath: str) -> str | None:
        path = _join(directory, subpath.lstrip("/"))
        if path is None:
            return None
        return self._file_or_directory(path, only_directory=_names_a_directory(subpath))

    def _file_or_directory(self, path: str, only_directory: bool) -> str | None:
        if not only_directory:
            found = self._exact(path) or self._with_extension(path)
            if found is not None:
                return found
        return self._as_directory(path) if self._view.is_directory(path) else None

    def _as_directory(self, path: str) -> str | None:
        package = self._view.package_json(path)
        if package is not None and package.main:
            main = _join(path, package.main)
            if main is not None:
                found = (
                    self._exact(main)
                    or self._with_extension(main)
                    or self._with_extension(posixpath.join(main, "index"))
                )
                if found is not None:
                    return found
                self.looked_for = main
        return self._with_extension(posixpath.join(path, "index"))


class _EsmSearch(_Search):
    conditions = IMPORT_CONDITIONS
    # `import` takes the first directory of that name; `require` looks further when the file is not in it.
    _stop_at_first = True

    def is_external(self, specifier: str) -> bool:
        return specifier.startswith("/") or _SCHEME.match(specifier) is not None

    def _from_path(self, specifier: str) -> str | None:
        path = _join(self._directory, _url_path(specifier))
        if path is None:
            return None
        if self._view.is_directory(path) and not self._view.is_file(path):
            raise UnresolvableError(f"`import` of the directory `{path}` is not supported by Node.js")
        return self._exact(path)

    def _in_package(self, directory: str, subpath: str) -> str | None:
        if subpath:
            path = _join(directory, _url_path(subpath).lstrip("/"))
            return None if path is None else self._exact(path)
        package = self._view.package_json(directory)
        if package is not None and package.main:
            main = _join(directory, package.main)
            if main is not None:
                found = (
                    self._exact(main)
                    or self._with_extension(main)
                    or self._with_extension(posixpath.join(main, "index"))
                )
                if found is not None:
                    return found
        return self._with_extension(posixpath.join(directory, "index"))


def _join(directory: str, path: str) -> str | None:
    """None when it would lie above the build root, where there is nothing that a program may take."""
    joined = posixpath.normpath(posixpath.join(directory, path))
    if joined == ".":
        return ""
    return None if joined == ".." or joined.startswith(("../", "/")) else joined


def _url_path(specifier: str) -> str:
    return unquote(re.split(r"[?#]", specifier, maxsplit=1)[0])


def _names_a_directory(specifier: str) -> bool:
    return specifier.endswith(("/", "/.", "/..")) or specifier in (".", "..")
