"""The `run` goal for `node_executable`: the executable for the machine that runs Pants."""

from __future__ import annotations

import os
from typing import Any

from pants.core.goals.run import RunRequest
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.output_names import output_names
from pkg_rules.engine import implicitly
from pkg_rules.goals.package_executable import NodeExecutableFieldSet
from pkg_rules.util_rules.executable_settings import SettingsRequest, executable_settings
from pkg_rules.util_rules.finished_executable import finished_executable
from pkg_rules.util_rules.triples import TriplesRequest, triples


@rule(desc="Build the Node.js executable to run", level=LogLevel.DEBUG)
async def run_node_executable(field_set: NodeExecutableFieldSet) -> RunRequest:
    found = await executable_settings(SettingsRequest(field_set.address), **implicitly())
    settings = found.settings
    resolved = await triples(
        TriplesRequest(settings.targets_origin, settings.targets, field_set.address), **implicitly()
    )
    (name,) = output_names(found.output, [resolved.for_host])
    built = await finished_executable(
        field_set.executable_request(
            found,
            resolved.for_host,
            os.path.basename(name),
        ),
        **implicitly(),
    )
    return RunRequest(digest=built.digest, args=(os.path.join("{chroot}", built.path),))


def rules() -> Any:
    return collect_rules()
