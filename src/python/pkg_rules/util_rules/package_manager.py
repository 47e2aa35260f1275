"""A pinned package manager and the pinned Node.js that runs it, as inputs of a process."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any

from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.platform import Platform
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict

from pkg_rules.core.node_dist import HOSTS
from pkg_rules.core.node_lock import NodeLockError, bulleted, version_key
from pkg_rules.core.npm.package_manager import NPM, PNPM, YARN
from pkg_rules.core.sandbox_paths import HOST_NODE
from pkg_rules.engine import CALL_BY_NAME, Get, concurrently, create_digest, implicitly
from pkg_rules.subsystems.node_modules import NodeModules
from pkg_rules.util_rules.node_distribution import HostNode, HostNodeRequest, host_node
from pkg_rules.util_rules.node_lock import node_lock
from pkg_rules.util_rules.pinned_download import PinnedPackageRequest, pinned_package
from pkg_rules.util_rules.python_tools import package_data

MANAGER = "__manager"
SCRIPTS = "__scripts"

_PROGRAMS = {NPM: "bin/npm-cli.js", PNPM: "bin/pnpm.cjs", YARN: "bin/yarn.js"}
# The programs that start a package manager, and what they share.
_SCRIPT_FILES = (
    "install_node_modules.cjs",
    "platform_packages.cjs",
    "run_build_script.cjs",
    "sandbox_environment.cjs",
)


@dataclass(frozen=True)
class PackageManagerRequest:
    """Of several pinned versions the newest that starts with the prefix."""

    name: str
    version_prefix: str = ""


@dataclass(frozen=True)
class InstalledPackageManager:
    """`program` and `node` are paths in the sandbox of a process that has the immutable inputs."""

    name: str
    version: str
    program: str
    node: str
    immutable_input_digests: FrozenDict[str, Digest]

    def script(self, name: str) -> str:
        return os.path.join(SCRIPTS, name)


@dataclass(frozen=True)
class ToolNode:
    """The Node.js that runs what is run while building."""

    node: HostNode


@rule(desc="Get Node.js for tools")
async def _tool_node(platform: Platform, options: NodeModules) -> ToolNode:
    lock = await node_lock(**implicitly())
    system, arch = HOSTS[platform.value]
    pinned = [
        entry.version for entry in lock.nodes() if (entry.platform, entry.arch) == (system, arch)
    ]
    wanted = options.node_version
    fitting = [version for version in pinned if f"{version}.".startswith(f"{wanted}.")]
    if not fitting:
        raise NodeLockError(
            f"No Node.js for `{system}-{arch}` is pinned whose version starts with `{wanted}` (option "
            "`[node-modules].node_version`), so packages cannot be installed and build scripts cannot be run.\n\n"
            f"Pinned are:\n{bulleted(sorted(pinned, key=version_key))}"
        )
    version = max(fitting, key=version_key)
    return ToolNode(await host_node(HostNodeRequest(version), **implicitly()))


if CALL_BY_NAME:
    tool_node = _tool_node
else:

    def tool_node(**_: object) -> Get:
        return Get(ToolNode)


@rule(desc="Get a package manager")
async def _package_manager(request: PackageManagerRequest) -> InstalledPackageManager:
    tool, package, scripts = await concurrently(
        tool_node(**implicitly()),
        pinned_package(PinnedPackageRequest(request.name, request.version_prefix), **implicitly()),
        create_digest(
            CreateDigest(
                FileContent(os.path.basename(path), content)
                for name in _SCRIPT_FILES
                for path, content in package_data(f"scripts/{name}")
            ),
            **implicitly(),
        ),
    )
    node = tool.node
    return InstalledPackageManager(
        name=package.name,
        version=package.version,
        program=os.path.join(MANAGER, _PROGRAMS[package.name]),
        node=os.path.join(HOST_NODE, node.distribution.executable),
        immutable_input_digests=FrozenDict(
            {HOST_NODE: node.distribution.digest, MANAGER: package.digest, SCRIPTS: scripts}
        ),
    )


if CALL_BY_NAME:
    package_manager = _package_manager
else:

    def package_manager(request: PackageManagerRequest, **_: object) -> Get:
        return Get(InstalledPackageManager, PackageManagerRequest, request)


def rules() -> Any:
    return collect_rules()
