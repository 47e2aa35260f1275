"""Which files that the sources of a program name exist in the repository, though they are not part of the program."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any

from pants.build_graph.address import Address
from pants.engine.fs import PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.app_assets import NamedAsset, UnpackedAssets, unpacked_assets
from pkg_rules.core.globs import escape_glob
from pkg_rules.engine import CALL_BY_NAME, Get, concurrently, implicitly, path_globs_to_paths
from pkg_rules.util_rules.first_party import FirstParty, first_party


@dataclass(frozen=True)
class AssetCheckRequest:
    """The address of a `node_executable`, and what its sources name and it does not have."""

    address: Address
    candidates: tuple[NamedAsset, ...]


@dataclass(frozen=True)
class AssetCheck:
    unpacked: UnpackedAssets


@rule(desc="Look for files that sources name", level=LogLevel.DEBUG)
async def _asset_check(request: AssetCheckRequest) -> AssetCheck:
    paths = sorted({asset.path for asset in request.candidates})
    # A directory is seen by what is in it; one level is enough, and its size does not matter then.
    globs = (glob for path in map(escape_glob, paths) for glob in (path, f"{path}/*"))
    on_disk, files = await concurrently(
        path_globs_to_paths(PathGlobs(globs), **implicitly()), first_party(**implicitly())
    )
    return AssetCheck(
        unpacked_assets(
            request.address.spec,
            request.address.spec_path,
            request.candidates,
            frozenset((*on_disk.files, *on_disk.dirs)),
            _owners(paths, files),
        )
    )


def _owners(paths: list[str], files: FirstParty) -> dict[str, list[str]]:
    """Of the paths themselves, and of what lies below them: there the target that names all of it, if there is one."""
    owners = {path: [address.spec for address in files.owners_of(path)] for path in paths}
    wanted = frozenset(paths)
    for file, addresses in files.owners.items():
        directory = os.path.dirname(file)
        while directory and directory not in wanted:
            directory = os.path.dirname(directory)
        if directory:
            owners[file] = [
                address.maybe_convert_to_target_generator().spec for address in addresses
            ]
    return {path: found for path, found in owners.items() if found}


if CALL_BY_NAME:
    asset_check = _asset_check
else:

    def asset_check(request: AssetCheckRequest, **_: object) -> Get:
        return Get(AssetCheck, AssetCheckRequest, request)


def rules() -> Any:
    return collect_rules()
