"""Which packages of a repository are installed together: a root with a lock file, and its workspace members."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

import yaml

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.package_json import PackageJson

PNPM_WORKSPACE = "pnpm-workspace.yaml"


class UnreadablePnpmWorkspaceError(PkgRulesError):
    def __init__(self, path: str, reason: object) -> None:
        super().__init__(
            f"`{path}` cannot be read: {reason}\n\n"
            "pnpm finds the members of the workspace in its `packages`, a list of globs. Correct the file."
        )


@dataclass(frozen=True)
class Project:
    """`members` are sorted by directory and do not include the root."""

    root: PackageJson
    members: tuple[PackageJson, ...] = ()

    @property
    def directory(self) -> str:
        return self.root.directory

    @property
    def packages(self) -> tuple[PackageJson, ...]:
        return (self.root, *self.members)

    @property
    def installs_anything(self) -> bool:
        """False for a package.json that only says of which kind its modules are."""
        return bool(self.members) or any(
            package.production_dependencies or package.dev_dependencies for package in self.packages
        )

    def links(self) -> dict[str, str]:
        """What the package managers link below `node_modules` of the root: members, and `file:` directories."""
        links = {
            posixpath.join(self.directory, "node_modules", member.name): member.directory
            for member in self.members
            if member.name
        }
        for package in self.packages:
            for name, spec in package.production_dependencies.items():
                directory = _linked_directory(package.directory, spec)
                if directory is not None:
                    links[posixpath.join(package.directory, "node_modules", name)] = directory
        return links

    def local_files(self) -> tuple[str, ...]:
        """Globs of what `file:` dependencies name: archives, and directories, of which some managers make copies."""
        globs: set[str] = set()
        for package in self.packages:
            for spec in {**package.production_dependencies, **package.dev_dependencies}.values():
                directory = _linked_directory(package.directory, spec)
                if directory is not None:
                    globs.add(posixpath.join(directory, "**"))
                    globs.add("!" + posixpath.join(directory, "**/node_modules/**"))
                elif spec.startswith("file:"):
                    path = posixpath.normpath(posixpath.join(package.directory, spec[5:]))
                    globs.add(path)
        return tuple(sorted(globs, reverse=True))


def _linked_directory(directory: str, spec: str) -> str | None:
    protocol, colon, path = spec.partition(":")
    if not colon or protocol not in ("file", "link") or path.endswith((".tgz", ".tar.gz", ".tar")):
        return None
    target = posixpath.normpath(posixpath.join(directory, path))
    return None if target.startswith(("..", "/")) else target


def find_projects(
    packages: Iterable[PackageJson], pnpm_workspaces: Mapping[str, bytes]
) -> tuple[Project, ...]:
    """Every package that is no member of another's workspace is the root of a project.

    `pnpm_workspaces` maps a directory to the content of its pnpm-workspace.yaml. The `workspaces` of a member mean
    nothing, as for the package managers.
    """
    by_directory = {package.directory: package for package in packages}
    member_of: dict[str, str] = {}
    for directory, package in sorted(by_directory.items(), key=lambda item: len(item[0])):
        globs = workspace_globs(package, pnpm_workspaces.get(directory))
        if globs and directory not in member_of:
            for other in by_directory:
                if other != directory and _is_member(directory, other, globs):
                    member_of[other] = directory
    return tuple(
        Project(
            package,
            tuple(
                by_directory[member]
                for member in sorted(member_of)
                if member_of[member] == directory
            ),
        )
        for directory, package in sorted(by_directory.items())
        if directory not in member_of
    )


def project_of(directory: str, projects: Mapping[str, Project]) -> Project | None:
    """Where the packages for sources in a directory are installed; `projects` maps the directories of packages."""
    while True:
        project = projects.get(directory)
        if project is not None and project.installs_anything:
            return project
        if not directory:
            return None
        directory = posixpath.dirname(directory)


def workspace_globs(package: PackageJson, pnpm_workspace: bytes | None) -> tuple[str, ...]:
    """The globs of the members' directories, relative to the root; those that start with `!` leave some out."""
    if pnpm_workspace is None:
        return package.workspaces
    path = posixpath.join(package.directory, PNPM_WORKSPACE)
    try:
        content: Any = yaml.safe_load(pnpm_workspace)
    except yaml.YAMLError as error:
        raise UnreadablePnpmWorkspaceError(path, error) from error
    if content is None:
        return ()
    globs = content.get("packages", ()) if isinstance(content, dict) else None
    if not isinstance(globs, (list, tuple)) or not all(isinstance(glob, str) for glob in globs):
        raise UnreadablePnpmWorkspaceError(path, "`packages` is not a list of strings")
    return tuple(globs)


def _is_member(root: str, directory: str, globs: Iterable[str]) -> bool:
    prefix = f"{root}/" if root else ""
    if not directory.startswith(prefix):
        return False
    relative = directory[len(prefix) :]
    included = False
    for glob in globs:
        negated = glob.startswith("!")
        if _glob_regex(glob.lstrip("!")).fullmatch(f"{relative}/"):
            included = not negated
    return included


def _glob_regex(glob: str) -> re.Pattern[str]:
    """For a path with a slash at its end; `**` stands for any number of directories."""
    pattern = ""
    for part in posixpath.normpath(glob).split("/"):
        if part == "**":
            pattern += "(?:[^/]+/)*"
            continue
        for piece in re.split(r"([*?])", part):
            pattern += {"*": "[^/]*", "?": "[^/]"}.get(piece, re.escape(piece))
        pattern += "/"
    return re.compile(pattern)
