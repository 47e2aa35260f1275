"""Reads the lock file of the repository."""

from __future__ import annotations

from typing import Any

from pants.engine.fs import PathGlobs
from pants.engine.rules import collect_rules, rule

from pkg_rules.core.node_lock import REFRESH_COMMAND, NodeLock, NodeLockError
from pkg_rules.core.node_lock_file import parse_node_lock
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    get_digest_contents,
    implicitly,
    path_globs_to_digest,
)
from pkg_rules.subsystems.node_distributions import NodeDistributions


@rule(desc="Read the Node lock file")
async def _node_lock(options: NodeDistributions) -> NodeLock:
    digest = await path_globs_to_digest(PathGlobs([options.lock_file]), **implicitly())
    contents = await get_digest_contents(digest, **implicitly())
    if not contents:
        raise NodeLockError(
            f"The lock file `{options.lock_file}` (option `[node-distributions].lock_file`) does not exist. It pins what "
            f"is downloaded, so nothing can be downloaded without it. Make it with `{REFRESH_COMMAND}` and check it in."
        )
    return parse_node_lock(contents[0].content, options.lock_file)


if CALL_BY_NAME:
    node_lock = _node_lock
else:

    def node_lock(**_: object) -> Get:
        return Get(NodeLock)


def rules() -> Any:
    return collect_rules()
