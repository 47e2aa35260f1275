"""What a lock file was made from: for each package of the project, the dependencies that package.json had then.

It is compared with what package.json has now, so that a lock file that is out of date is found before anything is
installed, in the same words for all package managers.
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

import yaml

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.package_manager import NPM, PNPM, UPDATE_COMMANDS, PackageManager
from pkg_rules.core.npm.platforms import PlatformCondition
from pkg_rules.core.npm.workspaces import Project

_SHOWN = 10
_YARN_KEY = re.compile(r'"([^"]+)"|([^",\s][^",]*)')


class UnreadableLockFileError(PkgRulesError):
    def __init__(self, manager: PackageManager, reason: object) -> None:
        super().__init__(
            f"The lock file `{manager.lock_file}` cannot be read: {reason}\n\n{_command(manager)}"
        )


class OutOfDateLockFileError(PkgRulesError):
    def __init__(self, manager: PackageManager, differences: list[str]) -> None:
        shown = [f"  * {line}" for line in differences[:_SHOWN]]
        if len(differences) > _SHOWN:
            shown.append(f"  * and {len(differences) - _SHOWN} more")
        listed = "\n".join(shown)
        super().__init__(
            f"The lock file `{manager.lock_file}` is out of date, so it does not say which versions to take:\n{listed}"
            f"\n\n{_command(manager)}"
        )
        self.differences = differences


def _command(manager: PackageManager) -> str:
    directory = posixpath.dirname(manager.lock_file) or "."
    return f"Bring it up to date and check it in:\n\n  cd {directory} && {UPDATE_COMMANDS[manager.name]}"


@dataclass(frozen=True)
class LockFile:
    """`importers`: directory relative to the lock file (`""` for its own) to names and what was asked for of each.

    `version_prefix` is the version of the package manager that is needed to read the file. `conditions` are those under
    which packages are installed; None if the file does not say, and there may be some.
    """

    importers: Mapping[str, Mapping[str, str]] | None
    entries: frozenset[str] = frozenset()
    version_prefix: str = ""
    conditions: frozenset[PlatformCondition] | None = frozenset()


def read_lock_file(manager: PackageManager, content: bytes) -> LockFile:
    try:
        text = content.decode("utf-8-sig")
        if manager.name == NPM:
            return _npm(json.loads(text))
        if manager.name == PNPM:
            return _pnpm(yaml.safe_load(text))
        return _yarn(text)
    except (AttributeError, TypeError) as error:
        raise UnreadableLockFileError(manager, f"its structure is unknown ({error})") from error
    except (_UnusableError, ValueError, yaml.YAMLError) as error:
        raise UnreadableLockFileError(manager, error) from error


def check_up_to_date(project: Project, manager: PackageManager, lock: LockFile) -> None:
    """Raises when package.json asks for something that the lock file does not know."""
    differences = [
        line for package in project.packages for line in _differences(project, package, lock)
    ]
    if differences:
        raise OutOfDateLockFileError(manager, differences)


class _UnusableError(Exception):
    pass


def _requested(package: PackageJson) -> Mapping[str, str]:
    return {
        **package.dev_dependencies,
        **package.dependencies,
        **package.optional_dependencies,
    }


def _differences(project: Project, package: PackageJson, lock: LockFile) -> Iterator[str]:
    requested = _requested(package)
    if lock.importers is None:
        # yarn 1 records `name@range` only, and nothing of what lies in the workspace itself.
        local = {member.name for member in project.packages}
        changed = {key.rpartition("/")[2] for key in project.root.fields.get("resolutions") or ()}
        for name, spec in sorted(requested.items()):
            external = not spec.startswith(("link:", "file:")) and name not in local
            if external and name not in changed and f"{name}@{spec}" not in lock.entries:
                yield f"`{name}` `{spec}` of `{package.path}` is not in it"
        return
    importer = posixpath.relpath(package.directory or ".", project.directory or ".")
    known = lock.importers.get("" if importer == "." else importer)
    if known is None:
        if requested:
            yield f"the package of `{package.path}` is not in it"
        return
    for name, spec in sorted(requested.items()):
        if name not in known:
            yield f"`{name}` `{spec}` of `{package.path}` is not in it"
        elif known[name] != spec and not _changed_by_settings(project, name):
            yield f"`{name}` is `{spec}` in `{package.path}` and was `{known[name]}` when it was made"


def _changed_by_settings(project: Project, name: str) -> bool:
    """Whether overrides may replace what package.json asks for; the package manager then judges itself."""
    settings = project.root.fields.get("pnpm")
    overrides = settings.get("overrides") if isinstance(settings, dict) else None
    return any(name in key for key in overrides) if isinstance(overrides, dict) else False


def _npm(content: Any) -> LockFile:
    version = content.get("lockfileVersion") if isinstance(content, dict) else None
    packages = content.get("packages") if version in (2, 3) else None
    if not isinstance(packages, dict):
        raise _UnusableError(f"its `lockfileVersion` is `{version}`, known are `2` and `3`")
    fields = ("devDependencies", "dependencies", "optionalDependencies")
    return LockFile(
        {
            path: {name: spec for field in fields for name, spec in entry.get(field, {}).items()}
            for path, entry in packages.items()
            if "node_modules" not in path.split("/")
        },
        conditions=frozenset(map(PlatformCondition.of, packages.values())),
    )


def _pnpm(content: Any) -> LockFile:
    version = str(content.get("lockfileVersion")) if isinstance(content, dict) else "none"
    prefix = {"6": "8", "9": "9"}.get(version.partition(".")[0])
    if prefix is None:
        raise _UnusableError(f"its `lockfileVersion` is `{version}`, known are `6.0` and `9.0`")
    # A project without a workspace has its dependencies at the top in version 6.
    importers = content.get("importers") or {".": content}
    fields = ("devDependencies", "dependencies", "optionalDependencies")
    return LockFile(
        {
            "" if path == "." else path: {
                name: str(entry["specifier"])
                for field in fields
                for name, entry in (importer.get(field) or {}).items()
                if isinstance(entry, dict) and "specifier" in entry
            }
            for path, importer in importers.items()
        },
        version_prefix=prefix,
        conditions=frozenset(map(PlatformCondition.of, (content.get("packages") or {}).values())),
    )


def _yarn(text: str) -> LockFile:
    if re.search(r"^__metadata:", text, re.MULTILINE):
        raise _UnusableError("it was written by yarn 2 or newer, known is that of yarn 1")
    entries: set[str] = set()
    for line in text.splitlines():
        if line and not line.startswith(("#", " ")) and line.endswith(":"):
            entries.update(quoted or bare for quoted, bare in _YARN_KEY.findall(line[:-1]))
    # Only what is optional may be left out, and what the project itself has of that is not marked.
    may_have_conditions = re.search(r"^  optionalDependencies:", text, re.MULTILINE)
    return LockFile(None, frozenset(entries), conditions=None if may_have_conditions else frozenset())
