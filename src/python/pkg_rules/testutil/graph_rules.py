"""A RuleRunner with everything that leads from targets to files."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any, Iterable

from pants.backend.javascript import package_json
from pants.backend.javascript.target_types import JSSourcesGeneratorTarget, JSSourceTarget
from pants.core import target_types as core_target_types
from pants.core.target_types import (
    FilesGeneratorTarget,
    FileTarget,
    ResourcesGeneratorTarget,
    ResourceTarget,
)
from pants.core.util_rules import source_files
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules import typescript_target_types
from pkg_rules.target_types import NodeExecutableTarget
from pkg_rules.util_rules import (
    app_files,
    build_script,
    dependency_graph,
    dependency_inference,
    executable_settings,
    first_party,
    hook_sandbox,
    import_scan,
    installed_tree,
    node_distribution,
    node_lock,
    node_modules,
    package_manager,
    pinned_download,
    pkg_config,
    pkg_config_files,
    pre_build,
    program_files,
    python_tools,
    registry_access,
    transform,
)
from pkg_rules.util_rules.app_files import AppFiles, AppFilesRequest
from pkg_rules.util_rules.program_files import ProgramFiles, ProgramFilesRequest

LOCK_FILE = "3rdparty/node/node.lock.json"
_MODULES: Iterable[ModuleType] = (
    package_json,
    core_target_types,
    source_files,
    app_files,
    build_script,
    dependency_graph,
    dependency_inference,
    executable_settings,
    first_party,
    hook_sandbox,
    import_scan,
    installed_tree,
    node_distribution,
    node_lock,
    node_modules,
    package_manager,
    pinned_download,
    pkg_config,
    pkg_config_files,
    pre_build,
    program_files,
    python_tools,
    registry_access,
    transform,
)


def graph_rule_runner(*queries: Any) -> RuleRunner:
    runner = RuleRunner(
        rules=[
            *(rule for module in _MODULES for rule in module.rules()),
            QueryRule(AppFiles, [AppFilesRequest]),
            QueryRule(ProgramFiles, [ProgramFilesRequest]),
            *queries,
        ],
        target_types=[
            *package_json.target_types(),
            package_json.NodeBuildScriptTarget,
            *typescript_target_types.target_types(),
            FileTarget,
            FilesGeneratorTarget,
            JSSourceTarget,
            JSSourcesGeneratorTarget,
            NodeExecutableTarget,
            ResourceTarget,
            ResourcesGeneratorTarget,
        ],
        objects=dict(package_json.build_file_aliases().objects),
    )
    runner.set_options([], env_inherit=set(os.environ))
    pinned = (Path(__file__).parents[4] / LOCK_FILE).read_bytes()
    runner.write_files({LOCK_FILE: pinned})
    return runner
