"""The goal that looks into executables of `node_executable` targets without running them."""

from __future__ import annotations

import os.path
from typing import Any

from pants.core.goals.package import EnvironmentAwarePackageRequest
from pants.core.util_rules.distdir import DistDir
from pants.engine.console import Console
from pants.engine.fs import AddPrefix, Digest, RemovePrefix, Workspace
from pants.engine.goal import Goal, GoalSubsystem
from pants.engine.process import Process
from pants.engine.rules import collect_rules, goal_rule
from pants.engine.target import FilteredTargets
from pants.option.option_types import BoolOption, StrOption
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel
from pants.util.strutil import help_text

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sandbox_paths import HOST_NODE, OUT
from pkg_rules.engine import (
    add_prefix,
    build_package,
    concurrently,
    implicitly,
    remove_prefix,
    run_fallible_process,
)
from pkg_rules.goals.package_executable import NodeExecutableFieldSet
from pkg_rules.util_rules.executable_settings import SettingsRequest, executable_settings
from pkg_rules.util_rules.node_distribution import HostNodeRequest, NodeDistribution, host_node
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script
from pkg_rules.util_rules.triples import TriplesRequest, triples

EXECUTABLE = "__executable"
EXTRACTED = f"{OUT}/files"


class InspectOptionsError(PkgRulesError):
    """Options that exclude each other."""


class InspectExecutableSubsystem(GoalSubsystem):
    name = "inspect-executable"
    help = help_text(
        """
        Show what is in the executables of `node_executable` targets, without running them: files, links, sizes,
        compression, cached data, the Node.js they hold.

        They are built first if they are not in the cache. Executables that are elsewhere are read by the same program
        without Pants: `python -m pkg_rules.inspect`.
        """
    )

    json = BoolOption(default=False, help="Print JSON instead of a tree.")
    verify = BoolOption(
        default=False,
        help="Check everything that can be checked instead: one line for each problem, and exit code 1 if there are any.",
    )
    extract = StrOption(
        default=None,
        help=help_text(
            """
            Write the files to this folder below `--distdir` instead, in it a folder for each executable, e.g.
            `--inspect-executable-extract=contents`.
            """
        ),
    )
    path = StrOption(
        default=None,
        help="With `--inspect-executable-extract`: only this file or directory, e.g. `/snapshot/app/src`.",
    )

    def arguments(self) -> tuple[str, ...]:
        """Those of the inspection program before the executable."""
        if [self.json, self.verify, self.extract is not None].count(True) > 1 or (
            self.path is not None and self.extract is None
        ):
            raise InspectOptionsError(
                "Only one of `--json`, `--verify` and `--extract` of the goal `inspect-executable` can be used at once, and"
                " `--path` only with `--extract`. Leave out the others."
            )
        if self.verify:
            return ("verify",)
        if self.extract is not None:
            return ("extract", *(("--path", self.path) if self.path is not None else ()))
        return ("list", *(("--json",) if self.json else ()))


class InspectExecutable(Goal):
    subsystem_cls = InspectExecutableSubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


def inspect_process(
    script: PythonScript,
    node: NodeDistribution,
    digest: Digest,
    path: str,
    arguments: tuple[str, ...],
) -> Process:
    extracts = arguments[0] == "extract"
    return Process(
        argv=(
            *script.argv,
            *arguments,
            "--node",
            f"{HOST_NODE}/{node.executable}",
            f"{EXECUTABLE}/{path}",
            *((EXTRACTED,) if extracts else ()),
        ),
        env=script.env,
        immutable_input_digests=FrozenDict(
            {**script.immutable_input_digests, HOST_NODE: node.digest, EXECUTABLE: digest}
        ),
        output_directories=(EXTRACTED,) if extracts else (),
        description=f"Inspect `{path}`",
        level=LogLevel.DEBUG,
        timeout_seconds=600,
    )


@goal_rule
async def inspect_executable(
    console: Console,
    workspace: Workspace,
    dist_dir: DistDir,
    options: InspectExecutableSubsystem,
    targets: FilteredTargets,
) -> InspectExecutable:
    arguments = options.arguments()
    field_sets = [
        NodeExecutableFieldSet.create(target)
        for target in targets
        if NodeExecutableFieldSet.is_applicable(target)
    ]
    if not field_sets:
        console.print_stderr("There is no `node_executable` among the given targets.")
        return InspectExecutable(exit_code=1)
    script = await python_script(
        PythonScriptRequest(
            "inspect_executable.py",
            ("core/binfmt", "core/inspection", "core/payload", "core/sea"),
        ),
        **implicitly(),
    )
    built = await concurrently(
        build_package(EnvironmentAwarePackageRequest(field_set), **implicitly())
        for field_set in field_sets
    )
    found_settings = await concurrently(
        executable_settings(SettingsRequest(field_set.address), **implicitly())
        for field_set in field_sets
    )
    resolved = await concurrently(
        triples(
            TriplesRequest(
                found.settings.targets_origin, found.settings.targets, found.target.address
            ),
            **implicitly(),
        )
        for found in found_settings
    )
    nodes = await concurrently(
        host_node(HostNodeRequest(found.for_host.version), **implicitly()) for found in resolved
    )
    inspected = [
        (package.digest, str(artifact.relpath), node.distribution)
        for package, node in zip(built, nodes)
        for artifact in package.artifacts
    ]
    results = await concurrently(
        run_fallible_process(
            inspect_process(script, node, digest, path, arguments), **implicitly()
        )
        for digest, path, node in inspected
    )
    for result in results:
        console.write_stdout(result.stdout.decode())
        console.write_stderr(result.stderr.decode())
    if options.extract is not None:
        done = [
            (result.output_digest, path)
            for result, (_, path, _) in zip(results, inspected)
            if result.exit_code == 0
        ]
        stripped = await concurrently(
            remove_prefix(RemovePrefix(digest, EXTRACTED), **implicitly()) for digest, _ in done
        )
        placed = await concurrently(
            add_prefix(
                AddPrefix(digest, os.path.join(dist_dir.relpath, options.extract, path)), **implicitly()
            )
            for digest, (_, path) in zip(stripped, done)
        )
        for digest in placed:
            workspace.write_digest(digest)
    return InspectExecutable(exit_code=max(result.exit_code for result in results))


def rules() -> Any:
    return collect_rules()
