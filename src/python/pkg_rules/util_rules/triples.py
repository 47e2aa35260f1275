"""The items of a `targets` field, resolved to pinned Node.js versions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pants.engine.addresses import Address
from pants.engine.platform import Platform
from pants.engine.rules import collect_rules, rule
from pants.engine.target import InvalidFieldException
from pants.util.logging import LogLevel

from pkg_rules.core.node_dist import HOSTS
from pkg_rules.core.triples import (
    Triple,
    TripleError,
    TripleRequest,
    parse_triple,
    pinned_triples,
    resolve_triple,
)
from pkg_rules.engine import CALL_BY_NAME, Get, implicitly
from pkg_rules.subsystems.node_executable import NodeExecutableSubsystem
from pkg_rules.util_rules.base_binary import BaseBinariesRequest, base_binaries
from pkg_rules.util_rules.node_lock import node_lock


@dataclass(frozen=True)
class TriplesRequest:
    """`origin` names the setting at the start of a message; `address` is that of the `node_executable`, for its bases."""

    origin: str
    targets: tuple[str, ...]
    address: Address | None = None


@dataclass(frozen=True)
class Triples:
    """In the order of the field; `for_host` is the Node.js of the field's kind that runs on this machine."""

    triples: tuple[Triple, ...]
    for_host: Triple


@rule(desc="Resolve the targets of a Node.js executable", level=LogLevel.DEBUG)
async def _triples(
    request: TriplesRequest, subsystem: NodeExecutableSubsystem, platform: Platform
) -> Triples:
    lock = await node_lock(**implicitly())
    pinned = pinned_triples(lock)
    host_platform, host_arch = HOSTS[platform.value]
    default = parse_triple(subsystem.default_node)
    bases: tuple[tuple[TripleRequest, Triple], ...] = ()
    if request.address is not None:
        found = await base_binaries(BaseBinariesRequest(request.address), **implicitly())
        bases = tuple(
            (with_default_node(parse_triple(key), default), base) for key, base in found.triples
        )

    def resolve(asked: TripleRequest) -> Triple:
        return resolve_triple(
            asked,
            pinned=pinned,
            host_platform=host_platform,
            host_arch=host_arch,
            bases=bases,
        )

    if not request.targets:
        raise InvalidFieldException(
            f"{request.origin} is empty, so there is nothing to "
            'build. Leave it out to build for this machine, or name what to build for, e.g. `["node24-linux-x64"]`.'
        )
    try:
        asked = [with_default_node(parse_triple(text), default) for text in request.targets]
        resolved = tuple(resolve(one) for one in asked)
        on_host = [one for one in resolved if (one.platform, one.arch) == (host_platform, host_arch)]
        for_host = (
            on_host[0]
            if on_host
            else resolve(replace(asked[0] if asked else default, platform=None, arch=None))
        )
    except TripleError as error:
        raise InvalidFieldException(
            f"{request.origin} cannot be used. {error}"
        ) from error
    return Triples(resolved, for_host)


def with_default_node(asked: TripleRequest, default: TripleRequest) -> TripleRequest:
    return asked if asked.version is not None else replace(asked, version=default.version)


if CALL_BY_NAME:
    triples = _triples
else:

    def triples(request: TriplesRequest, **_: object) -> Get:
        return Get(Triples, TriplesRequest, request)


def rules() -> Any:
    return collect_rules()
