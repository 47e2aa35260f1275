"""Registers the rules and target types of the plugin with Pants."""

from __future__ import annotations

from typing import Any, Iterable

from pants.engine.target import Target

from pkg_rules import typescript_target_types
from pkg_rules.base_binary_target_types import NodeBaseBinaryTarget
from pkg_rules.goals import (
    inspect_executable,
    package_executable,
    refresh_node_lock,
    run_executable,
    tailor,
)
from pkg_rules.target_types import NodeExecutableTarget
from pkg_rules.util_rules import (
    app_files,
    assemble,
    baked_options,
    base_binary,
    build_script,
    code_cache,
    compressed_payload,
    dependency_graph,
    dependency_inference,
    executable,
    executable_check,
    executable_settings,
    finished_executable,
    first_party,
    hook_sandbox,
    import_scan,
    installed_tree,
    macos_codesign,
    macos_signing,
    macos_universal,
    node_distribution,
    node_facts,
    node_lock,
    node_modules,
    node_runner,
    package_manager,
    payload,
    pinned_download,
    pkg_config,
    pkg_config_files,
    post_build,
    pre_build,
    prepared_base,
    program_files,
    python_libraries,
    python_tools,
    registry_access,
    remote_cache_advice,
    snapshot_checksum,
    start_up,
    transform,
    triples,
    windows_branding,
)

_RULE_MODULES = (
    app_files,
    assemble,
    baked_options,
    base_binary,
    build_script,
    code_cache,
    compressed_payload,
    dependency_graph,
    dependency_inference,
    executable,
    executable_check,
    executable_settings,
    finished_executable,
    first_party,
    hook_sandbox,
    import_scan,
    inspect_executable,
    installed_tree,
    macos_codesign,
    macos_signing,
    macos_universal,
    node_distribution,
    node_facts,
    node_lock,
    node_modules,
    node_runner,
    package_executable,
    package_manager,
    payload,
    pinned_download,
    pkg_config,
    pkg_config_files,
    post_build,
    pre_build,
    prepared_base,
    program_files,
    python_libraries,
    python_tools,
    refresh_node_lock,
    registry_access,
    remote_cache_advice,
    run_executable,
    snapshot_checksum,
    start_up,
    tailor,
    transform,
    triples,
    windows_branding,
)


def rules() -> Iterable[Any]:
    return [rule for module in _RULE_MODULES for rule in module.rules()]


def target_types() -> Iterable[type[Target]]:
    return [NodeExecutableTarget, NodeBaseBinaryTarget, *typescript_target_types.target_types()]
