"""The files of a program as the executable gets them: what a pkg configuration adds, patches, transforms, leaves out."""

from __future__ import annotations

import dataclasses
import logging
import os.path
from dataclasses import dataclass
from typing import Any, Mapping, Union

from pants.build_graph.address import Address
from pants.engine.fs import CreateDigest, Digest, FileContent, FileEntry, SymlinkEntry
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.npm.platforms import InstallPlatform
from pkg_rules.core.npm.workspaces import project_of
from pkg_rules.core.pkg_config.model import PkgConfig
from pkg_rules.core.pkg_config.package_globs import (
    InstalledFiles,
    added_files,
    needs_installed_files,
)
from pkg_rules.core.pkg_config.patches import apply_patches
from pkg_rules.core.pkg_config.program import left_out, patched_files, useless_patterns
from pkg_rules.core.trace.file_view import TreeView
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    digest_to_snapshot,
    get_digest_contents,
    get_digest_entries,
    implicitly,
)
from pkg_rules.target_types import ExecutableMode
from pkg_rules.util_rules.app_files import AppFiles, AppFilesRequest, app_files
from pkg_rules.util_rules.executable_settings import SettingsRequest, executable_settings
from pkg_rules.util_rules.first_party import first_party
from pkg_rules.util_rules.installed_tree import InstalledTree, InstalledTreeRequest, installed_tree
from pkg_rules.util_rules.pkg_config_files import ConfiguredFilesRequest, configured_files
from pkg_rules.util_rules.transform import TransformRequest, transformed

logger = logging.getLogger(__name__)

Entry = Union[FileEntry, SymlinkEntry]


@dataclass(frozen=True)
class WithPackageFilesRequest:
    config: PkgConfig
    files: AppFiles
    platform: InstallPlatform | None


@rule(desc="Add files of packages that a pkg configuration names", level=LogLevel.DEBUG)
async def _with_package_files(request: WithPackageFilesRequest) -> AppFiles:
    config, files = request.config, request.files
    if not needs_installed_files(config, files.packages):
        return files
    own = await first_party(**implicitly())
    project = project_of(config.directory, own.projects)
    tree = (
        InstalledTree((), ())
        if project is None
        else await installed_tree(InstalledTreeRequest(project.directory, request.platform), **implicitly())
    )
    view = TreeView(tree.files, tree.package_jsons, tree.links)
    added = added_files(config, files.packages, InstalledFiles(view, tree.files, tree.links))
    for key, glob in added.unmatched:
        logger.warning(
            f"The glob `{glob}` in `{key}` of the pkg configuration in `{config.path}` matches no file of an installed "
            "package. Only production packages are installed, not those in `devDependencies`."
        )
    present = await get_digest_entries(files.third_party, **implicitly())
    entries = {entry.path: entry for entry in present}
    entries.update((path, tree.entries[path]) for path in added.paths)
    return dataclasses.replace(
        files,
        third_party=await create_digest(CreateDigest(entries.values()), **implicitly()),
        packages=tuple(sorted({*files.packages, *added.packages}, key=lambda package: package.path)),
    )


if CALL_BY_NAME:
    with_package_files = _with_package_files
else:

    def with_package_files(request: WithPackageFilesRequest, **_: object) -> Get:
        return Get(AppFiles, WithPackageFilesRequest, request)


@dataclass(frozen=True)
class PatchRequest:
    """`entries` are all files and links of the program."""

    config: PkgConfig
    files: AppFiles
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Patched:
    """Only what was patched, at its place in the repository."""

    digest: Digest


@rule(desc="Patch files", level=LogLevel.DEBUG)
async def _patched(request: PatchRequest) -> Patched:
    entries = {entry.path: entry for entry in request.entries if isinstance(entry, FileEntry)}
    links = {
        entry.path: os.path.normpath(os.path.join(os.path.dirname(entry.path), entry.target))
        for entry in request.entries
        if isinstance(entry, SymlinkEntry)
    }
    view = TreeView(entries, (), links)
    wanted = patched_files(request.config, request.files.packages, entries, view.real_path)
    digest = await create_digest(
        CreateDigest(entries[path] for path in sorted({one.path for one in wanted})), **implicitly()
    )
    contents = {file.path: file.content for file in await get_digest_contents(digest, **implicitly())}
    for one in wanted:
        contents[one.path] = apply_patches(contents[one.path], one.patches, one.path, one.origin)
    changed = (
        FileContent(path, content, entries[path].is_executable) for path, content in contents.items()
    )
    return Patched(await create_digest(CreateDigest(changed), **implicitly()))


if CALL_BY_NAME:
    patched = _patched
else:

    def patched(request: PatchRequest, **_: object) -> Get:
        return Get(Patched, PatchRequest, request)


@dataclass(frozen=True)
class ProgramFilesRequest:
    """The address of a `node_executable`, and where it is to run; None is the machine that builds."""

    address: Address
    platform: InstallPlatform | None = None


@dataclass(frozen=True)
class ProgramFiles:
    app_files: AppFiles


@rule(desc="Apply a pkg configuration to the files of a program", level=LogLevel.DEBUG)
async def _program_files(request: ProgramFilesRequest) -> ProgramFiles:
    files, found, configured = await concurrently(
        app_files(AppFilesRequest(request.address, request.platform), **implicitly()),
        executable_settings(SettingsRequest(request.address), **implicitly()),
        configured_files(ConfiguredFilesRequest(request.address), **implicitly()),
    )
    config = found.config or PkgConfig("")
    nothing_to_do = found.config is None and found.settings.transform is None
    if nothing_to_do or found.mode == ExecutableMode.SIMPLE:
        return ProgramFiles(files)
    configured.check(request.address)
    files = await with_package_files(
        WithPackageFilesRequest(config, files, request.platform), **implicitly()
    )
    own, packages = await concurrently(
        get_digest_entries(files.first_party.digest, **implicitly()),
        get_digest_entries(files.third_party, **implicitly()),
    )
    entries = {entry.path: entry for entry in (*packages, *own)}
    patches = await patched(PatchRequest(config, files, _files_and_links(entries)), **implicitly())
    entries.update((entry.path, entry) for entry in await get_digest_entries(patches.digest))

    left = left_out(config, entries, files.entry_point)
    for path, pattern in sorted(left.items()):
        logger.debug(f"`{path}` is left out of `{request.address}`: `ignore` has `{pattern}`.")
    for warning in useless_patterns(config, set(left.values())):
        logger.warning(warning)
    entries = {path: entry for path, entry in entries.items() if path not in left}
    changes = await transformed(
        TransformRequest(request.address, _files_and_links(entries)), **implicitly()
    )
    entries.update((entry.path, entry) for entry in await get_digest_entries(changes.digest))

    own_paths = set(files.first_party.files)
    own_digest, third_party = await concurrently(
        create_digest(
            CreateDigest(entry for path, entry in entries.items() if path in own_paths), **implicitly()
        ),
        create_digest(
            CreateDigest(entry for path, entry in entries.items() if path not in own_paths),
            **implicitly(),
        ),
    )
    return ProgramFiles(
        dataclasses.replace(
            files,
            first_party=await digest_to_snapshot(own_digest, **implicitly()),
            third_party=third_party,
            resolutions=tuple(one for one in files.resolutions if one.target not in left),
        )
    )


def _files_and_links(entries: Mapping[str, Any]) -> tuple[Entry, ...]:
    return tuple(
        entries[path] for path in sorted(entries) if isinstance(entries[path], (FileEntry, SymlinkEntry))
    )


if CALL_BY_NAME:
    program_files = _program_files
else:

    def program_files(request: ProgramFilesRequest, **_: object) -> Get:
        return Get(ProgramFiles, ProgramFilesRequest, request)


def rules() -> Any:
    return collect_rules()
