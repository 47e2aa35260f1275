"""Reads every package.json before Pants 2.17.1 does, whose own error does not say which file cannot be read.

Pants makes targets of a `package_json` through a union, one member for each type of target. This module adds one that
looks at the files and then hands over to Pants' own. Of two members for a type the one registered last is taken, which is
ours when `pkg_rules` comes after the JavaScript backend in `backend_packages`; otherwise Pants' own message stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.backend.javascript.package_json import (
    GenerateNodePackageTargets,
    PackageJsonSourceField,
    PackageJsonTarget,
)
from pants.base.glob_match_error_behavior import GlobMatchErrorBehavior
from pants.engine.fs import PathGlobs
from pants.engine.internals.graph import (
    ResolveAllTargetGeneratorRequests,
    ResolvedTargetGeneratorRequests,
)
from pants.engine.rules import collect_rules, rule
from pants.engine.target import GeneratedTargets, GenerateTargetsRequest
from pants.engine.unions import UnionRule
from pants.option.global_options import UnmatchedBuildFileGlobs
from pants.util.logging import LogLevel

from pkg_rules.core.npm.package_json import NamelessPackageError, PackageJson
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    get_digest_contents,
    implicitly,
    path_globs_to_digest,
)


class GenerateCheckedNodePackageTargets(GenerateTargetsRequest):
    generate_from = PackageJsonTarget


@dataclass(frozen=True)
class CheckedPackageJsons:
    """All of them can be read and have a name."""


if not CALL_BY_NAME:

    @rule(desc="Check all package.json", level=LogLevel.DEBUG)
    async def check_package_jsons() -> CheckedPackageJsons:
        origin = "a `package_json` target"
        found = await Get(
            ResolvedTargetGeneratorRequests,
            ResolveAllTargetGeneratorRequests(
                description_of_origin=origin, of_type=PackageJsonTarget
            ),
        )
        globs = sorted(
            glob
            for request in found.requests
            for glob in request.generator[PackageJsonSourceField]
            .path_globs(UnmatchedBuildFileGlobs.error())
            .globs
        )
        digest = await path_globs_to_digest(
            PathGlobs(globs, GlobMatchErrorBehavior.error, description_of_origin=origin),
            **implicitly(),
        )
        for file in await get_digest_contents(digest, **implicitly()):
            if PackageJson.parse(file.path, file.content).name is None:
                raise NamelessPackageError(file.path)
        return CheckedPackageJsons()

    @rule
    async def generate_checked_node_package_targets(
        request: GenerateCheckedNodePackageTargets, _: CheckedPackageJsons
    ) -> GeneratedTargets:
        return await Get(
            GeneratedTargets,
            GenerateNodePackageTargets(
                request.generator,
                template_address=request.template_address,
                template=request.template,
                overrides=request.overrides,
            ),
        )


def rules() -> Any:
    if CALL_BY_NAME:
        return []
    return [
        *collect_rules(),
        UnionRule(GenerateTargetsRequest, GenerateCheckedNodePackageTargets),
    ]
