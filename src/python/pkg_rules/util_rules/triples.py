"""Resolves the `targets` of a `node_executable` against the lock file and the machine that builds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.platform import Platform
from pants.engine.rules import collect_rules, rule

from pkg_rules.core.node_dist import HOSTS
from pkg_rules.core.triples import Triple, parse_triple, pinned_triples, resolve_triple
from pkg_rules.engine import CALL_BY_NAME, Get, implicitly
from pkg_rules.util_rules.node_lock import node_lock


@dataclass(frozen=True)
class ResolvedTriplesRequest:
    targets: tuple[str, ...]


@dataclass(frozen=True)
class ResolvedTriples:
    """In the order of the targets."""

    triples: tuple[Triple, ...]


@rule(desc="Find the Node.js versions of targets")
async def _resolved_triples(
    request: ResolvedTriplesRequest, platform: Platform
) -> ResolvedTriples:
    lock = await node_lock(**implicitly())
    host_platform, host_arch = HOSTS[platform.value]
    pinned = pinned_triples(lock)
    return ResolvedTriples(
        tuple(
            resolve_triple(
                parse_triple(text), pinned=pinned, host_platform=host_platform, host_arch=host_arch
            )
            for text in request.targets
        )
    )


if CALL_BY_NAME:
    resolved_triples = _resolved_triples
else:

    def resolved_triples(request: ResolvedTriplesRequest, **_: object) -> Get:
        return Get(ResolvedTriples, ResolvedTriplesRequest, request)


def rules() -> Any:
    return collect_rules()
