"""The official Node.js executable for a platform and architecture, and the one for the machine that runs a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import Digest
from pants.engine.platform import Platform
from pants.engine.rules import collect_rules, rule

from pkg_rules.core.node_dist import HOSTS
from pkg_rules.engine import CALL_BY_NAME, Get, implicitly
from pkg_rules.util_rules.node_lock import node_lock
from pkg_rules.util_rules.pinned_download import PinnedDownloadRequest, pinned_download


@dataclass(frozen=True)
class NodeDistributionRequest:
    """An exact, pinned version."""

    version: str
    platform: str
    arch: str


@dataclass(frozen=True)
class NodeDistribution:
    """`digest` holds nothing but `executable`, so that one digest per version and platform is ever stored."""

    version: str
    platform: str
    arch: str
    digest: Digest
    executable: str
    sha256: str

    @property
    def runs_on(self) -> str:
        return f"{self.platform}-{self.arch}"


@dataclass(frozen=True)
class HostNodeRequest:
    """The Node.js of that version which runs where the processes of this rule run."""

    version: str


@dataclass(frozen=True)
class HostNode:
    distribution: NodeDistribution


@rule(desc="Get Node.js")
async def _node_distribution(request: NodeDistributionRequest) -> NodeDistribution:
    lock = await node_lock(**implicitly())
    entry = lock.node(request.version, request.platform, request.arch)
    download = await pinned_download(PinnedDownloadRequest(entry), **implicitly())
    assert entry.executable is not None, "the lock reader requires it of each Node.js"
    return NodeDistribution(
        version=entry.version,
        platform=entry.platform,
        arch=entry.arch,
        digest=download.digest,
        executable=entry.executable.path,
        sha256=entry.executable.sha256,
    )


if CALL_BY_NAME:
    node_distribution = _node_distribution
else:

    def node_distribution(request: NodeDistributionRequest, **_: object) -> Get:
        return Get(NodeDistribution, NodeDistributionRequest, request)


@rule(desc="Get Node.js for this machine")
async def _host_node(request: HostNodeRequest, platform: Platform) -> HostNode:
    system, arch = HOSTS[platform.value]
    distribution = await node_distribution(
        NodeDistributionRequest(request.version, system, arch), **implicitly()
    )
    return HostNode(distribution)


if CALL_BY_NAME:
    host_node = _host_node
else:

    def host_node(request: HostNodeRequest, **_: object) -> Get:
        return Get(HostNode, HostNodeRequest, request)


def rules() -> Any:
    return collect_rules()
