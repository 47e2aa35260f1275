"""The installed packages of a project as a list of files, links and package.json, to resolve imports in."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Mapping, Union

from pants.engine.fs import CreateDigest, FileEntry, SymlinkEntry
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.platforms import InstallPlatform
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    create_digest,
    get_digest_contents,
    get_digest_entries,
    implicitly,
)
from pkg_rules.util_rules.node_modules import NodeModulesRequest, node_modules


@dataclass(frozen=True)
class InstalledTreeRequest:
    """The directory of a project's root package.json, and where the packages are to be used."""

    directory: str
    platform: InstallPlatform | None = None


@dataclass(frozen=True)
class InstalledTree:
    """Only production packages; paths are relative to the build root."""

    all_entries: tuple[Union[FileEntry, SymlinkEntry], ...]
    package_jsons: tuple[PackageJson, ...]

    @cached_property
    def entries(self) -> Mapping[str, Union[FileEntry, SymlinkEntry]]:
        return {entry.path: entry for entry in self.all_entries}

    @cached_property
    def files(self) -> tuple[str, ...]:
        return tuple(entry.path for entry in self.all_entries if isinstance(entry, FileEntry))

    @cached_property
    def links(self) -> Mapping[str, str]:
        """Each link to its target, relative to the build root as well."""
        return {
            entry.path: os.path.normpath(os.path.join(os.path.dirname(entry.path), entry.target))
            for entry in self.all_entries
            if isinstance(entry, SymlinkEntry)
        }


@rule(desc="List installed packages", level=LogLevel.DEBUG)
async def _installed_tree(request: InstalledTreeRequest) -> InstalledTree:
    installed = await node_modules(
        NodeModulesRequest(request.directory, production=True, platform=request.platform), **implicitly()
    )
    entries = await get_digest_entries(installed.digest, **implicitly())
    found = tuple(entry for entry in entries if isinstance(entry, (FileEntry, SymlinkEntry)))
    # Globs would follow links, of which pnpm makes as many as there are dependencies.
    selected = await create_digest(
        CreateDigest(
            entry
            for entry in found
            if isinstance(entry, FileEntry) and os.path.basename(entry.path) == "package.json"
        ),
        **implicitly(),
    )
    contents = await get_digest_contents(selected, **implicitly())
    # Packages carry broken ones as test data; they matter only if Node.js would read them.
    return InstalledTree(found, tuple(PackageJson(file.path, file.content) for file in contents))


if CALL_BY_NAME:
    installed_tree = _installed_tree
else:

    def installed_tree(request: InstalledTreeRequest, **_: object) -> Get:
        return Get(InstalledTree, InstalledTreeRequest, request)


def rules() -> Any:
    return collect_rules()
