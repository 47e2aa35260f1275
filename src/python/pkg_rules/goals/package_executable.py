"""The `package` goal for `node_executable`: one file for each of its targets."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.core.goals.run import RestartableField, RunFieldSet, RunInSandboxBehavior
from pants.engine.fs import MergeDigests
from pants.engine.rules import collect_rules, rule
from pants.engine.target import InvalidFieldException
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from pkg_rules.core.triples import OutputNameError, Triple, output_names
from pkg_rules.engine import EnvironmentField, concurrently, implicitly, merge_digests
from pkg_rules.target_types import (
    NodeExecutableCompressField,
    NodeExecutableCompressLevelField,
    NodeExecutableDebugField,
    NodeExecutableDependenciesField,
    NodeExecutableEntryPointField,
    NodeExecutableModeField,
    NodeExecutableNodeOptionsEnvVarField,
    NodeExecutableOptionsField,
    NodeExecutableOutputPathField,
    NodeExecutableTargetsField,
)
from pkg_rules.util_rules.executable import ExecutableRequest, executable
from pkg_rules.util_rules.payload import PayloadSettings
from pkg_rules.util_rules.remote_cache_advice import remote_cache_advice
from pkg_rules.util_rules.triples import TriplesRequest, triples
from pkg_rules.util_rules.windows_branding import WindowsBrandingRequest, windows_branding

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class NodeExecutableFieldSet(PackageFieldSet, RunFieldSet):
    required_fields = (NodeExecutableEntryPointField, NodeExecutableTargetsField)
    run_in_sandbox_behavior = RunInSandboxBehavior.RUN_REQUEST_HERMETIC

    entry_point: NodeExecutableEntryPointField
    targets: NodeExecutableTargetsField
    mode: NodeExecutableModeField
    options: NodeExecutableOptionsField
    node_options_env_var: NodeExecutableNodeOptionsEnvVarField
    compress: NodeExecutableCompressField
    compress_level: NodeExecutableCompressLevelField
    debug: NodeExecutableDebugField
    dependencies: NodeExecutableDependenciesField
    output_path: NodeExecutableOutputPathField
    restartable: RestartableField
    # The `package` goal looks for a field of this name.
    environment: EnvironmentField

    def executable_request(self, triple: Triple, file_name: str) -> ExecutableRequest:
        mode = self.mode.mode
        return ExecutableRequest(
            self.address,
            mode,
            triple,
            file_name,
            options=self.options.value,
            ignores_node_options=self.node_options_env_var.ignores(mode),
            settings=PayloadSettings.of(
                self.address, mode, self.compress, self.compress_level, self.debug
            ),
        )


@rule(desc="Package Node.js executables", level=LogLevel.DEBUG)
async def package_node_executable(field_set: NodeExecutableFieldSet) -> BuiltPackage:
    resolved, _ = await concurrently(
        triples(
            TriplesRequest(field_set.address, field_set.targets.value or ()), **implicitly()
        ),
        remote_cache_advice(**implicitly()),
    )
    try:
        names = output_names(
            field_set.output_path.value_or_default(file_ending=None), resolved.triples
        )
    except OutputNameError as error:
        raise InvalidFieldException(
            f"The `{NodeExecutableTargetsField.alias}` field of {field_set.address} cannot be used. {error}"
        ) from error
    if not any(triple.platform == "win" for triple in resolved.triples):
        branding = await windows_branding(
            WindowsBrandingRequest(field_set.address), **implicitly()
        )
        if branding.fields:
            logger.info(
                f"{field_set.address} sets `{'`, `'.join(branding.fields)}`, which means nothing here: none of its "
                f"`{NodeExecutableTargetsField.alias}` is for Windows."
            )
    built = await concurrently(
        executable(field_set.executable_request(triple, name), **implicitly())
        for triple, name in zip(resolved.triples, names)
    )
    digest = await merge_digests(MergeDigests([one.digest for one in built]), **implicitly())
    return BuiltPackage(
        digest,
        tuple(
            BuiltPackageArtifact(one.path, (f"Node.js {triple.version}, {triple.platform}-{triple.arch}",))
            for one, triple in zip(built, resolved.triples)
        ),
    )


def rules() -> Any:
    return [
        *collect_rules(),
        *NodeExecutableFieldSet.rules(),
        UnionRule(PackageFieldSet, NodeExecutableFieldSet),
    ]
