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

from pkg_rules.base_binary_fields import NodeExecutableStripBaseField
from pkg_rules.core.disclosure import SourceRules
from pkg_rules.core.output_names import OutputNameError, output_names
from pkg_rules.core.triples import Triple
from pkg_rules.engine import (
    EnvironmentField,
    concurrently,
    get_digest_entries,
    implicitly,
    merge_digests,
)
from pkg_rules.target_types import (
    NodeExecutableBytecodeField,
    NodeExecutableCompressField,
    NodeExecutableCompressLevelField,
    NodeExecutableDebugField,
    NodeExecutableDependenciesField,
    NodeExecutableEntryPointField,
    NodeExecutableFallbackToSourceField,
    NodeExecutableModeField,
    NodeExecutableNodeOptionsEnvVarField,
    NodeExecutableOptionsField,
    NodeExecutableOutputPathField,
    NodeExecutablePublicField,
    NodeExecutablePublicPackagesField,
    NodeExecutableStartUpRunsField,
    NodeExecutableTargetsField,
)
from pkg_rules.util_rules.executable import ExecutableRequest
from pkg_rules.util_rules.executable_settings import (
    ExecutableSettings,
    SettingsRequest,
    executable_settings,
)
from pkg_rules.util_rules.finished_executable import (
    check_without_collision,
    finished_executable,
)
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
    bytecode: NodeExecutableBytecodeField
    fallback_to_source: NodeExecutableFallbackToSourceField
    public: NodeExecutablePublicField
    public_packages: NodeExecutablePublicPackagesField
    options: NodeExecutableOptionsField
    node_options_env_var: NodeExecutableNodeOptionsEnvVarField
    compress: NodeExecutableCompressField
    compress_level: NodeExecutableCompressLevelField
    debug: NodeExecutableDebugField
    strip_base: NodeExecutableStripBaseField
    start_up_runs: NodeExecutableStartUpRunsField
    dependencies: NodeExecutableDependenciesField
    output_path: NodeExecutableOutputPathField
    restartable: RestartableField
    # The `package` goal looks for a field of this name.
    environment: EnvironmentField

    def executable_request(
        self, found: ExecutableSettings, triple: Triple, file_name: str
    ) -> ExecutableRequest:
        return ExecutableRequest(
            self.address,
            found.mode,
            triple,
            file_name,
            options=found.settings.options or (),
            options_origin=found.settings.options_origin,
            ignores_node_options=self.node_options_env_var.ignores(found.mode),
            settings=PayloadSettings.of(
                self.address,
                found.mode,
                found.settings.compress,
                self.compress_level.value,
                found.settings.debug,
            ),
            sources=SourceRules(
                bytecode=self.bytecode.value and found.settings.bytecode,
                fallback_to_source=self.fallback_to_source.value
                or found.settings.fallback_to_source,
                public=self.public.value or found.settings.public,
                public_packages=(
                    *self.public_packages.value,
                    *found.settings.public_packages,
                ),
            ),
            strip_base=self.strip_base.value,
            start_up_runs=self.start_up_runs.value,
        )


@rule(desc="Package Node.js executables", level=LogLevel.DEBUG)
async def package_node_executable(field_set: NodeExecutableFieldSet) -> BuiltPackage:
    found = await executable_settings(SettingsRequest(field_set.address), **implicitly())
    settings = found.settings
    resolved, _ = await concurrently(
        triples(TriplesRequest(settings.targets_origin, settings.targets, field_set.address), **implicitly()),
        remote_cache_advice(**implicitly()),
    )
    try:
        names = output_names(found.output, resolved.triples)
    except OutputNameError as error:
        raise InvalidFieldException(
            f"{settings.targets_origin} cannot be used. {error}"
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
        finished_executable(field_set.executable_request(found, triple, name), **implicitly())
        for triple, name in zip(resolved.triples, names)
    )
    contents = await concurrently(get_digest_entries(one.digest, **implicitly()) for one in built)
    check_without_collision(field_set.address, contents)
    digest = await merge_digests(MergeDigests([one.digest for one in built]), **implicitly())
    beside = sorted({path for one in built for path in one.beside})
    return BuiltPackage(
        digest,
        (
            *(
                BuiltPackageArtifact(
                    one.path, (f"Node.js {triple.version}, {triple.platform}-{triple.arch}",)
                )
                for one, triple in zip(built, resolved.triples)
            ),
            *map(BuiltPackageArtifact, beside),
        ),
    )


def rules() -> Any:
    return [
        *collect_rules(),
        *NodeExecutableFieldSet.rules(),
        UnionRule(PackageFieldSet, NodeExecutableFieldSet),
    ]
