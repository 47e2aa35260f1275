"""Proposes a `node_executable` for each package.json that has a command to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.core.goals.tailor import PutativeTarget, PutativeTargets, PutativeTargetsRequest
from pants.engine.rules import collect_rules, rule
from pants.engine.target import AllTargets
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.engine import get_digest_contents, implicitly, path_globs_to_digest
from pkg_rules.subsystems.node_executable import NodeExecutableSubsystem
from pkg_rules.target_types import NodeExecutableEntryPointField, NodeExecutableTarget


@dataclass(frozen=True)
class PutativeNodeExecutablesRequest(PutativeTargetsRequest):
    pass


@rule(desc="Determine candidate Node.js executables to create", level=LogLevel.DEBUG)
async def find_putative_node_executables(
    request: PutativeNodeExecutablesRequest,
    targets: AllTargets,
    subsystem: NodeExecutableSubsystem,
) -> PutativeTargets:
    if not subsystem.tailor:
        return PutativeTargets()
    digest = await path_globs_to_digest(request.path_globs("package.json"), **implicitly())
    contents = await get_digest_contents(digest, **implicitly())
    directories = {
        target.address.spec_path for target in targets if target.has_field(NodeExecutableEntryPointField)
    }
    packages = (PackageJson.parse(file.path, file.content) for file in contents)
    return PutativeTargets(
        putative_target(package)
        for package in packages
        if package.bin and package.directory not in directories
    )


def putative_target(package: PackageJson) -> PutativeTarget:
    """Without `entry_point` where the field's default finds the file, so that package.json stays the one place."""
    commands = sorted(package.bin)
    own_name = (package.name or "").rpartition("/")[2]
    kwargs = (
        {}
        if len(commands) == 1 or own_name in commands
        else {"entry_point": package.bin[commands[0]]}
    )
    comments = (
        [f"# package.json has {len(commands)} commands: {', '.join(commands)}."] if kwargs else []
    )
    return PutativeTarget.for_target_type(
        NodeExecutableTarget,
        path=package.directory,
        name="bin",
        triggering_sources=[],
        kwargs=kwargs,
        comments=comments,
    )


def rules() -> Any:
    return [
        *collect_rules(),
        UnionRule(PutativeTargetsRequest, PutativeNodeExecutablesRequest),
    ]
