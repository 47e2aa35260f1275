"""What holds for an executable: the fields of its target together with its pkg configuration."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from pants.build_graph.address import Address
from pants.engine.rules import collect_rules, rule
from pants.engine.target import Target
from pants.util.logging import LogLevel

from pkg_rules.core.output_names import DEFAULT_TEMPLATE, OutputPath
from pkg_rules.core.pkg_config.model import PkgConfig
from pkg_rules.core.pkg_config.settings import BuildSettings, Settings, effective_settings
from pkg_rules.engine import CALL_BY_NAME, Get, concurrently, implicitly, wrapped_target
from pkg_rules.pkg_config_fields import (
    NodeExecutablePostBuildField,
    NodeExecutablePreBuildField,
    NodeExecutableTransformField,
)
from pkg_rules.subsystems.node_executable import NodeExecutableSubsystem
from pkg_rules.target_types import (
    ExecutableMode,
    NodeExecutableCompressField,
    NodeExecutableDebugField,
    NodeExecutableModeField,
    NodeExecutableOptionsField,
    NodeExecutableOutputPathField,
    NodeExecutableTargetsField,
)
from pkg_rules.util_rules.pkg_config import PkgConfigRequest, pkg_config

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SettingsRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class ExecutableSettings:
    target: Target
    settings: Settings
    config: PkgConfig | None

    @property
    def mode(self) -> ExecutableMode:
        return ExecutableMode(self.settings.mode)

    @property
    def output(self) -> OutputPath:
        """As a template of placeholders, of which those about the targets are filled in for each."""
        address = self.target.address
        generated = (address.generated_name or "").replace(".", "_")
        parameters = address.parameters_repr.replace(".", "_")
        return OutputPath(
            template=self.target[NodeExecutableOutputPathField].value or DEFAULT_TEMPLATE,
            spec_path=address.spec_path,
            name=(generated or address.target_name) + parameters,
            directory=self.settings.output_directory,
        )


@rule(desc="Find the settings of an executable", level=LogLevel.DEBUG)
async def _executable_settings(
    request: SettingsRequest, subsystem: NodeExecutableSubsystem
) -> ExecutableSettings:
    wrapped, loaded = await concurrently(
        wrapped_target(request.address, "the `node_executable` that is packaged"),
        pkg_config(PkgConfigRequest(request.address), **implicitly()),
    )
    target = wrapped.target
    config = loaded.checked()
    settings = effective_settings(
        BuildSettings(
            target=request.address.spec,
            directory=request.address.spec_path,
            targets=target[NodeExecutableTargetsField].value,
            mode=target[NodeExecutableModeField].value,
            output_path=target[NodeExecutableOutputPathField].value,
            options=target[NodeExecutableOptionsField].value,
            compress=target[NodeExecutableCompressField].value,
            debug=target[NodeExecutableDebugField].value,
            pre_build=target[NodeExecutablePreBuildField].value,
            transform=target[NodeExecutableTransformField].value,
            post_build=target[NodeExecutablePostBuildField].value,
        ),
        config,
        modes=[mode.value for mode in ExecutableMode],
        default_targets=tuple(subsystem.default_targets),
    )
    for decision in settings.decisions:
        logger.debug(decision)
    for warning in settings.warnings:
        logger.warning(warning)
    return ExecutableSettings(target, settings, config)


if CALL_BY_NAME:
    executable_settings = _executable_settings
else:

    def executable_settings(request: SettingsRequest, **_: object) -> Get:
        return Get(ExecutableSettings, SettingsRequest, request)


def rules() -> Any:
    return collect_rules()
