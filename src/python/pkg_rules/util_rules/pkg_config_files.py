"""The first-party files that `scripts` and `assets` of a pkg configuration stand for, and who owns them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from pants.build_graph.address import Address
from pants.engine.fs import PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.globs import escape_glob
from pkg_rules.core.pkg_config.file_globs import FileGlobs
from pkg_rules.core.pkg_config.matched_files import (
    MatchedFiles,
    UnownedFilesError,
    match_files,
    non_scripts,
)
from pkg_rules.engine import CALL_BY_NAME, Get, implicitly, path_globs_to_paths, wrapped_target
from pkg_rules.pkg_config_fields import NodeExecutablePreBuildOutputsField
from pkg_rules.util_rules.first_party import FirstParty, first_party
from pkg_rules.util_rules.pkg_config import PkgConfigRequest, pkg_config

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ConfiguredFilesRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class ConfiguredFiles:
    """`config` is the path of the configuration, None if there is none that can be read."""

    config: str | None
    scripts: MatchedFiles
    assets: MatchedFiles

    def owners(self, files: FirstParty) -> tuple[Address, ...]:
        """The targets of the files, and the scripts that may write such files."""
        writers = {*self.scripts.writers, *self.assets.writers}
        found = {address for path in (*self.scripts.owned, *self.assets.owned) for address in files.owners[path]}
        found |= {
            address for addresses in files.outputs.values() for address in addresses if address.spec in writers
        }
        return tuple(sorted(found))

    def check(self, address: Address) -> None:
        """What would be missing at run time is an error; what only looks like a mistake is told."""
        unowned = (*self.scripts.unowned, *self.assets.unowned)
        if unowned:
            assert self.config is not None
            raise UnownedFilesError(address.spec, self.config, sorted(set(unowned)))
        where = f"of the pkg configuration in `{self.config}`"
        for key, matched in (("scripts", self.scripts), ("assets", self.assets)):
            for glob in matched.unmatched:
                logger.warning(
                    f"The glob `{glob}` in `{key}` {where} matches no file. Not looked at are files that git ignores and "
                    "those in directories whose name begins with a dot; files that are generated have to be an output "
                    "of a `node_build_script` or of the pre-build hook."
                )
        for path in non_scripts(self.scripts.owned):
            logger.warning(f"`scripts` {where} names `{path}`, which is no JavaScript. It belongs into `assets`.")


_NOTHING = MatchedFiles((), (), (), ())


@rule(desc="Find the files of a pkg configuration", level=LogLevel.DEBUG)
async def _configured_files(request: ConfiguredFilesRequest) -> ConfiguredFiles:
    loaded = await pkg_config(PkgConfigRequest(request.address), **implicitly())
    config = loaded.config
    if config is None or not (config.files.scripts or config.files.assets):
        return ConfiguredFiles(None, _NOTHING, _NOTHING)
    files = await first_party(**implicitly())
    scripts = FileGlobs.parse(config.files.scripts, config.directory, config.path)
    assets = FileGlobs.parse(config.files.assets, config.directory, config.path)
    roots = {glob.root for glob in (*scripts.first_party, *assets.first_party)}
    on_disk = await path_globs_to_paths(
        PathGlobs(path for root in sorted(roots) for path in _at_and_below(root)), **implicitly()
    )
    wrapped = await wrapped_target(request.address, "the `node_executable` that is packaged")
    outputs = {
        **{path: [address.spec for address in addresses] for path, addresses in files.outputs.items()},
        **{
            "/".join(part for part in (request.address.spec_path, output) if part): [request.address.spec]
            for output in wrapped.target[NodeExecutablePreBuildOutputsField].value or ()
        },
    }
    return ConfiguredFiles(
        config.path,
        match_files(scripts, files.owners, on_disk.files, outputs),
        match_files(assets, files.owners, on_disk.files, outputs),
    )


def _at_and_below(root: str) -> tuple[str, ...]:
    return (escape_glob(root), f"{escape_glob(root)}/**") if root else ("**",)


if CALL_BY_NAME:
    configured_files = _configured_files
else:

    def configured_files(request: ConfiguredFilesRequest, **_: object) -> Get:
        return Get(ConfiguredFiles, ConfiguredFilesRequest, request)


def rules() -> Any:
    return collect_rules()
