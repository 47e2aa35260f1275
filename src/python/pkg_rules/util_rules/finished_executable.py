"""An executable with what belongs beside it: the files of `deployFiles` and those that a post-build hook writes."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any, Iterable, Tuple

from pants.build_graph.address import Address
from pants.engine.fs import EMPTY_DIGEST, AddPrefix, CreateDigest, Digest, FileEntry, MergeDigests, PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.globs import escape_glob
from pkg_rules.core.npm.package_paths import NODE_MODULES
from pkg_rules.core.npm.platforms import InstallPlatform
from pkg_rules.core.npm.workspaces import project_of
from pkg_rules.core.pkg_config.deployed import deployments, placed
from pkg_rules.core.pkg_config.package_globs import InstalledFiles
from pkg_rules.core.trace.file_view import TreeView
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    get_digest_entries,
    implicitly,
    merge_digests,
    path_globs_to_digest,
)
from pkg_rules.util_rules.executable import ExecutableRequest, executable
from pkg_rules.util_rules.executable_settings import SettingsRequest, executable_settings
from pkg_rules.util_rules.first_party import first_party
from pkg_rules.util_rules.installed_tree import InstalledTree, InstalledTreeRequest, installed_tree
from pkg_rules.util_rules.macos_signing import MacosSigningRequest, macos_signing
from pkg_rules.util_rules.macos_universal import (
    UniversalExecutableRequest,
    universal_executable,
)
from pkg_rules.util_rules.post_build import PostBuildRequest, post_built
from pkg_rules.util_rules.program_files import ProgramFilesRequest, program_files


@dataclass(frozen=True)
class DeployedFilesRequest:
    """The address of a `node_executable`, and where it is to run."""

    address: Address
    platform: InstallPlatform


@dataclass(frozen=True)
class DeployedFiles:
    """Relative to the directory of the executable; `items` are what the configuration lists."""

    digest: Digest
    items: Tuple[str, ...]


@rule(desc="Collect files to lie beside an executable", level=LogLevel.DEBUG)
async def _deployed_files(request: DeployedFilesRequest) -> DeployedFiles:
    found = await executable_settings(SettingsRequest(request.address), **implicitly())
    config = found.config
    if config is None or not (config.files.deploy_files or config.dictionary):
        return DeployedFiles(EMPTY_DIGEST, ())
    program, own = await concurrently(
        program_files(ProgramFilesRequest(request.address, request.platform), **implicitly()),
        first_party(**implicitly()),
    )
    wanted = deployments(config, program.app_files.packages)
    if not wanted:
        return DeployedFiles(EMPTY_DIGEST, ())
    project = project_of(config.directory, own.projects)
    in_packages = any(NODE_MODULES in one.source.split("/") for one in wanted)
    tree = (
        await installed_tree(InstalledTreeRequest(project.directory, request.platform), **implicitly())
        if in_packages and project is not None
        else InstalledTree((), ())
    )
    on_disk = await path_globs_to_digest(
        PathGlobs(
            path
            for one in wanted
            for path in (escape_glob(one.source), f"{escape_glob(one.source)}/**")
        ),
        **implicitly(),
    )
    # What lies in `node_modules` of the disk is not what the lock file says.
    entries = {
        entry.path: entry
        for entry in await get_digest_entries(on_disk, **implicitly())
        if isinstance(entry, FileEntry) and NODE_MODULES not in entry.path.split("/")
    }
    entries.update((path, tree.entries[path]) for path in tree.files)
    installed = InstalledFiles(TreeView(tree.files, (), tree.links), tree.files, tree.links)
    places = placed(wanted, entries, dict(installed.visible("")))
    digest = await create_digest(
        CreateDigest(
            FileEntry(destination, entries[source].file_digest, entries[source].is_executable)
            for destination, source in sorted(places.items())
        ),
        **implicitly(),
    )
    return DeployedFiles(digest, tuple(sorted({one.destination for one in wanted})))


if CALL_BY_NAME:
    deployed_files = _deployed_files
else:

    def deployed_files(request: DeployedFilesRequest, **_: object) -> Get:
        return Get(DeployedFiles, DeployedFilesRequest, request)


@dataclass(frozen=True)
class FinishedExecutable:
    """`beside` are files and directories in the directory of the executable that belong to it."""

    digest: Digest
    path: str
    beside: Tuple[str, ...]


class CollidingFilesError(PkgRulesError):
    def __init__(self, address: Address, path: str) -> None:
        super().__init__(
            f"What {address} is packaged to has two files with different contents at `{path}`: it may be an executable, an "
            "item of `deployFiles`, and what a post-build hook writes beside an executable.\n\n"
            "Let the hook name its files after `PKG_OUTPUT`, which differs for each item of `targets`, and the "
            "others otherwise."
        )


def check_without_collision(address: Address, parts: Iterable[Iterable[Any]]) -> None:
    """`parts` are the entries of digests that are to be merged."""
    found: dict[str, Any] = {}
    for entries in parts:
        for entry in entries:
            if found.setdefault(entry.path, entry) != entry:
                raise CollidingFilesError(address, entry.path)


@rule(desc="Finish a Node.js executable", level=LogLevel.DEBUG)
async def _finished_executable(request: ExecutableRequest) -> FinishedExecutable:
    platform = InstallPlatform.of(request.triple.platform, request.triple.arch)
    is_signed = False
    if request.triple.platform == "macos":
        macos = await macos_signing(MacosSigningRequest(request.address), **implicitly())
        is_signed = macos.is_signed
    expected = request.expected(is_signed)
    built, deployed = await concurrently(
        universal_executable(UniversalExecutableRequest(request, expected), **implicitly())
        if request.triple.arch == "universal"
        else executable(request, **implicitly()),
        deployed_files(DeployedFilesRequest(request.address, platform), **implicitly()),
    )
    directory = os.path.dirname(built.path)
    final, files = await concurrently(
        post_built(PostBuildRequest(request.address, built, expected), **implicitly()),
        add_prefix(AddPrefix(deployed.digest, directory), **implicitly()),
    )
    check_without_collision(
        request.address,
        await concurrently(get_digest_entries(part, **implicitly()) for part in (final.digest, files)),
    )
    return FinishedExecutable(
        await merge_digests(MergeDigests([final.digest, files]), **implicitly()),
        final.path,
        (*final.beside, *(os.path.join(directory, item) for item in deployed.items)),
    )


if CALL_BY_NAME:
    finished_executable = _finished_executable
else:

    def finished_executable(request: ExecutableRequest, **_: object) -> Get:
        return Get(FinishedExecutable, ExecutableRequest, request)


def rules() -> Any:
    return collect_rules()
