"""Who owns which file of the repository, and how its packages belong together: what imports are resolved in."""

from __future__ import annotations

import os.path
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Iterable, Iterator, Mapping

from pants.backend.javascript.package_json import (
    NodeBuildScriptOutputDirectoriesField,
    NodeBuildScriptOutputFilesField,
    NodePackageNameField,
    NodeThirdPartyPackageNameField,
    PackageJsonSourceField,
)
from pants.build_graph.address import Address
from pants.core.target_types import TargetGeneratorSourcesHelperSourcesField
from pants.engine.fs import PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.engine.target import AllTargets, SingleSourceField, Target
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.globs import escape_glob, unescape_glob
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.workspaces import PNPM_WORKSPACE, Project, find_projects
from pkg_rules.core.trace.file_view import TreeView
from pkg_rules.core.trace.resolver import Resolver
from pkg_rules.core.trace.scanner import is_source
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    all_targets,
    get_digest_contents,
    implicitly,
    path_globs_to_digest,
)
from pkg_rules.util_rules import package_json_check
from pkg_rules.util_rules.source_fields import SOURCE_FIELDS


@dataclass(frozen=True)
class FirstParty:
    """All paths are relative to the build root.

    `owners`: file to the targets that own it. `outputs`: file or directory to the `node_build_script`s that write it.
    `third_party`: directory of a package.json and name of a package in it to that package's target.
    """

    owners: FrozenDict[str, tuple[Address, ...]]
    outputs: FrozenDict[str, tuple[Address, ...]]
    third_party: FrozenDict[tuple[str, str], Address]
    package_jsons: tuple[PackageJson, ...]
    pnpm_workspaces: FrozenDict[str, bytes]

    @cached_property
    def projects(self) -> Mapping[str, Project]:
        """The directory of each package to the project that it belongs to."""
        projects = find_projects(self.package_jsons, self.pnpm_workspaces)
        return {package.directory: project for project in projects for package in project.packages}

    @cached_property
    def links(self) -> Mapping[str, str]:
        links: dict[str, str] = {}
        for project in self.projects.values():
            links.update(project.links())
        return links

    @cached_property
    def view(self) -> TreeView:
        return TreeView(self.owners, self.package_jsons, self.links)

    @cached_property
    def resolver(self) -> Resolver:
        return Resolver(self.view)

    @cached_property
    def _sources_by_directory(self) -> Mapping[str, tuple[str, ...]]:
        directories: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self.owners):
            if is_source(path):
                directories[os.path.dirname(path)].append(path)
        return {directory: tuple(paths) for directory, paths in directories.items()}

    def sources_beside(self, path: str) -> tuple[str, ...]:
        return self._sources_by_directory.get(os.path.dirname(path), ())

    def owners_of(self, path: str) -> tuple[Address, ...]:
        """The owners of a file and the scripts that write it; with both, a stale copy shows as a conflict."""
        return (*self.owners.get(path, ()), *self.writers_of(path))

    def writers_of(self, path: str) -> tuple[Address, ...]:
        while path:
            writers = self.outputs.get(path)
            if writers:
                return writers
            path = os.path.dirname(path)
        return ()

    def third_party_package(self, name: str, importer: str) -> Address | None:
        """The target of a package as the nearest package.json above the importing file has it."""
        for directory in ancestors(importer):
            address = self.third_party.get((directory, name))
            if address is not None:
                return address
        return None


def ancestors(path: str) -> Iterator[str]:
    """The directories above a path, the nearest first and the build root (`""`) last."""
    while path:
        path = os.path.dirname(path)
        yield path


@rule(desc="Map first-party files to targets", level=LogLevel.DEBUG)
async def _first_party() -> FirstParty:
    targets = await all_targets(**implicitly())
    owners = _owners(targets)
    directories = sorted({directory for path in owners for directory in ancestors(path)})
    digest = await path_globs_to_digest(
        PathGlobs(
            escape_glob(os.path.join(directory, name))
            for directory in directories
            for name in ("package.json", PNPM_WORKSPACE)
        ),
        **implicitly(),
    )
    contents = await get_digest_contents(digest)
    return FirstParty(
        owners=owners,
        outputs=_outputs(targets),
        third_party=_third_party(targets),
        package_jsons=tuple(
            PackageJson.parse(file.path, file.content)
            for file in contents
            if os.path.basename(file.path) == "package.json"
        ),
        pnpm_workspaces=FrozenDict(
            (os.path.dirname(file.path), file.content)
            for file in contents
            if os.path.basename(file.path) == PNPM_WORKSPACE
        ),
    )


def source_path(field: SingleSourceField) -> str:
    """The path of the file itself; the field has it as a glob."""
    return unescape_glob(field.file_path)


def _owners(targets: AllTargets) -> FrozenDict[str, tuple[Address, ...]]:
    owners: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        if target.has_field(SingleSourceField):
            owners[source_path(target[SingleSourceField])].append(target)
    return FrozenDict({path: _preferred(owning) for path, owning in owners.items()})


def _preferred(owning: list[Target]) -> tuple[Address, ...]:
    """Who stands for the file itself.

    A `node_package` depends on all that its package.json lists, for development too; whoever reads package.json
    wants the file alone. A source that also belongs to `resources` or `files` is a source. Whatever remains is equally
    good: all of them name the same file, and the user can leave one out with `!` in `dependencies`.
    """
    best = min(_rank(target) for target in owning)
    return tuple(sorted(target.address for target in owning if _rank(target) == best))


def _rank(target: Target) -> int:
    if target.has_field(TargetGeneratorSourcesHelperSourcesField):
        return 0
    if target.has_field(NodePackageNameField) and target.has_field(PackageJsonSourceField):
        return 3
    return 1 if is_source_target(target) else 2


def is_source_target(target: Target) -> bool:
    return any(target.has_field(field) for field in SOURCE_FIELDS)


def _outputs(targets: Iterable[Target]) -> FrozenDict[str, tuple[Address, ...]]:
    outputs: dict[str, list[Address]] = defaultdict(list)
    for target in targets:
        if target.has_field(NodeBuildScriptOutputFilesField):
            for field in (NodeBuildScriptOutputFilesField, NodeBuildScriptOutputDirectoriesField):
                for path in target[field].value or ():
                    full = os.path.normpath(os.path.join(target.residence_dir, path))
                    outputs[full].append(target.address)
    return FrozenDict({path: tuple(sorted(addresses)) for path, addresses in outputs.items()})


def _third_party(targets: Iterable[Target]) -> FrozenDict[tuple[str, str], Address]:
    """Targets of packages know their generator only; where its package.json lies is said by its `node_package`."""
    directories: dict[Address, str] = {}
    packages: list[Target] = []
    for target in targets:
        if target.has_field(NodeThirdPartyPackageNameField):
            packages.append(target)
        elif target.has_field(PackageJsonSourceField) and target.has_field(NodePackageNameField):
            generator = target.address.maybe_convert_to_target_generator()
            directories[generator] = os.path.dirname(source_path(target[PackageJsonSourceField]))
    return FrozenDict(
        {
            (
                directories[target.address.maybe_convert_to_target_generator()],
                target[NodeThirdPartyPackageNameField].value,
            ): target.address
            for target in packages
        }
    )


if CALL_BY_NAME:
    first_party = _first_party
else:

    def first_party(**_: object) -> Get:
        return Get(FirstParty)


def rules() -> Any:
    return [*collect_rules(), *package_json_check.rules()]
