"""Signs an executable for macOS with the user's own tool, as a step of its own, and checks what it left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.core.target_types import FileSourceField
from pants.core.util_rules.source_files import SourceFilesRequest
from pants.engine.addresses import Address
from pants.engine.env_vars import EnvironmentVarsRequest
from pants.engine.fs import CreateDigest, Digest, FileEntry, MergeDigests
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.engine.target import SourcesField, Target, TransitiveTargetsRequest
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.remote_cache import WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.core.sea.finished import Expected
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    determine_source_files,
    environment_vars_subset,
    get_digest_entries,
    implicitly,
    merge_digests,
    resolve_unparsed_addresses,
    run_fallible_process,
    transitive_targets,
)
from pkg_rules.macos_fields import (
    EXECUTABLE,
    MacosCodesignDependenciesField,
    MacosCodesignEnvVarsField,
    MacosCodesignField,
)
from pkg_rules.util_rules.assemble import OUTPUT, AssembledExecutable, NamedRequest, named
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph
from pkg_rules.util_rules.executable_check import ExecutableCheckRequest, executable_check
from pkg_rules.util_rules.node_modules import SYSTEM_ENVIRONMENT


class CodesignError(PkgRulesError):
    """The tool failed or is missing, or what it left is no executable that macOS would start."""


@dataclass(frozen=True)
class CodesignRequest:
    """An executable of the `node_executable` with this address."""

    address: Address
    executable: AssembledExecutable
    expected: Expected


def codesign_process(
    argv: tuple[str, ...], inputs: Digest, env: FrozenDict[str, str], address: Address
) -> Process:
    tool, *arguments = argv
    return Process(
        # Without a slash it would be looked for in PATH.
        argv=(f"./{tool}", *(argument.replace(EXECUTABLE, OUTPUT) for argument in arguments)),
        env=FrozenDict({**SYSTEM_ENVIRONMENT, **env}),
        input_digest=inputs,
        # The tool writes to a file that is there already.
        output_files=(OUTPUT,),
        description=f"Sign the executable of {address} with `{tool}`",
        level=LogLevel.INFO,
        timeout_seconds=600,
        remote_cache_speculation_delay_millis=WAIT_FOR_LARGE_HIT_MILLIS,
    )


@rule(desc="Sign an executable with a tool", level=LogLevel.DEBUG)
async def _codesigned(request: CodesignRequest) -> AssembledExecutable:
    graph = await dependency_graph(DependencyGraphRequest(request.address), **implicitly())
    target = graph.root
    argv = target[MacosCodesignField].value
    if not argv:
        return request.executable
    addresses, entries, env = await concurrently(
        resolve_unparsed_addresses(
            target[MacosCodesignDependenciesField].to_unparsed_address_inputs(), **implicitly()
        ),
        get_digest_entries(request.executable.digest, **implicitly()),
        environment_vars_subset(
            EnvironmentVarsRequest(target[MacosCodesignEnvVarsField].value or ()), **implicitly()
        ),
    )
    closure = await transitive_targets(TransitiveTargetsRequest(addresses), **implicitly())
    files, unsigned = await concurrently(
        determine_source_files(
            SourceFilesRequest(
                [found[SourcesField] for found in closure.closure if found.has_field(SourcesField)],
                for_sources_types=(SourcesField, FileSourceField),
                enable_codegen=True,
            ),
            **implicitly(),
        ),
        create_digest(CreateDigest(_renamed(entries)), **implicitly()),
    )
    if argv[0] not in files.snapshot.files:
        raise _missing_tool(target, argv[0], files.snapshot.files)
    inputs = await merge_digests(MergeDigests([files.snapshot.digest, unsigned]), **implicitly())
    result = await run_fallible_process(
        codesign_process(argv, inputs, FrozenDict(env), request.address), **implicitly()
    )
    if result.exit_code:
        output = (result.stdout + b"\n" + result.stderr).decode(errors="replace").strip()
        raise CodesignError(
            f"The `{MacosCodesignField.alias}` of {request.address}, `{' '.join(argv)}`, failed with exit code "
            f"{result.exit_code}. Its output:\n\n{output}"
        )
    checked = await executable_check(
        ExecutableCheckRequest(result.output_digest, OUTPUT, request.expected), **implicitly()
    )
    if checked.problem:
        raise CodesignError(
            f"The `{MacosCodesignField.alias}` of {request.address}, `{' '.join(argv)}`, left an executable that cannot "
            f"be used. {checked.problem}"
        )
    return await named(
        NamedRequest(result.output_digest, OUTPUT, request.executable.path), **implicitly()
    )


def _renamed(entries: Any) -> list[FileEntry]:
    """Under a name that is not in the key of the process: equal content is signed once."""
    return [
        FileEntry(OUTPUT, entry.file_digest, is_executable=True)
        for entry in entries
        if isinstance(entry, FileEntry)
    ]


def _missing_tool(target: Target, tool: str, files: tuple[str, ...]) -> CodesignError:
    found = ", ".join(f"`{path}`" for path in files[:10]) or "nothing"
    return CodesignError(
        f"The `{MacosCodesignField.alias}` field of {target.address} begins with `{tool}`, which is not among the files "
        f"of its `{MacosCodesignDependenciesField.alias}`: {found}. Name the target that owns it there; the path counts "
        "from the build root."
    )


if CALL_BY_NAME:
    codesigned = _codesigned
else:

    def codesigned(request: CodesignRequest, **_: object) -> Get:
        return Get(AssembledExecutable, CodesignRequest, request)


def rules() -> Any:
    return collect_rules()
