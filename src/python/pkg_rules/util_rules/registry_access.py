"""What a build step needs that talks to registries: their configuration as inputs and environment."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pants.backend.python.subsystems.repos import PythonRepos
from pants.engine.env_vars import EnvironmentVarsRequest
from pants.engine.fs import AddPrefix, Digest, PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict

from pkg_rules.core.sandbox_paths import PROJECT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    environment_vars_subset,
    implicitly,
    path_globs_to_digest,
)
from pkg_rules.subsystems.node_distributions import NodeDistributions

# Partial downloads survive a failed build here; a machine without it starts from the beginning.
DOWNLOAD_CACHE = FrozenDict({"pkg_rules_downloads": "__downloads"})


@dataclass(frozen=True)
class RegistryAccess:
    """`request` is the JSON object that `scripts/fetch.py` and `scripts/pin.py` read, to be extended by the caller."""

    request: FrozenDict[str, Any]
    digest: Digest
    env: FrozenDict[str, str]

    def request_json(self, **more: object) -> bytes:
        return json.dumps({**self.request, **more}, sort_keys=True).encode()


@rule(desc="Find the configuration of registries")
async def _registry_access(options: NodeDistributions, repos: PythonRepos) -> RegistryAccess:
    # The file is the same for everybody who has the repository, so the key of a download stays portable.
    npmrc, env = await concurrently(
        path_globs_to_digest(PathGlobs([".npmrc"]), **implicitly()),
        environment_vars_subset(EnvironmentVarsRequest(options.env_vars), **implicitly()),
    )
    project = await add_prefix(AddPrefix(npmrc, PROJECT), **implicitly())
    return RegistryAccess(
        request=FrozenDict(
            {
                "dist_url": options.dist_url,
                "python_indexes": tuple(repos.indexes),
                "python_indexes_are_default": tuple(repos.indexes) == (PythonRepos.pypi_index,),
                "stall_seconds": options.stall_seconds,
            }
        ),
        digest=project,
        env=FrozenDict(sorted(env.items())),
    )


if CALL_BY_NAME:
    registry_access = _registry_access
else:

    def registry_access(**_: object) -> Get:
        return Get(RegistryAccess)


def rules() -> Any:
    return collect_rules()
