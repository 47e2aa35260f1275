"""V8 code cache for the scripts of a program: one process for each npm package and each part of the first party.

The bytes depend on the contents of the files, their paths inside the unit, and the Node that runs; not on where the
unit lies. So a package is compiled once for each Node version and platform, for everybody who shares the cache.
"""

from __future__ import annotations

import json
import logging
import os.path
from dataclasses import dataclass
from typing import AbstractSet, Any, Iterable

from pants.engine.fs import (
    EMPTY_DIGEST,
    AddPrefix,
    CreateDigest,
    Digest,
    FileContent,
    FileEntry,
    MergeDigests,
    RemovePrefix,
)
from pants.engine.process import FallibleProcessResult, Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.compile_units import (
    OWN_BYTECODE_EXTENSIONS,
    SCRIPT_EXTENSIONS,
    first_party_units,
    is_compiler_input,
    is_script,
)
from pkg_rules.core.emulator_launcher import NO_EMULATOR
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.installed import InstalledPackage
from pkg_rules.core.payload.code_cache import (
    BYTECODE_COMPILE_OPTIONS,
    COMPILE_OPTIONS,
    COMPILE_PROGRAMS,
)
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.core.start_up import Functions, functions_below
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    get_digest_entries,
    implicitly,
    merge_digests,
    remove_prefix,
    run_fallible_process,
)
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.node_runner import (
    NodeRunner,
    NodeRunnerRequest,
    node_runner,
)
from pkg_rules.util_rules.python_tools import package_data
from pkg_rules.util_rules.start_up import StartUpRequest, StartUpRuns, start_up_functions

logger = logging.getLogger(__name__)

FILES = "__files"
PLAN = "__plan.json"
PROGRAMS = "__compile"
OUTPUT = f"{OUT}/code_cache"


# The exit code of the compiler for files that cannot be compiled; not 3, with which programs for Windows crash.
UNCOMPILABLE = 92
REMEDIES = (
    "Executables with `mode=\"standard\"` have bytecode in the place of sources. `fallback_to_source=True` keeps the source "
    "of just those files that cannot be compiled, `bytecode=False` keeps all; or build where the target's own Node.js runs "
    "(an `environment` of that platform)."
)


class CompileError(PkgRulesError):
    """The step that compiles failed; the message says with what."""


@dataclass(frozen=True)
class CodeCacheUnitRequest:
    """Scripts below one directory, whose paths in `digest` are relative to it, to be compiled by `node`.

    `runner` runs that Node.js. With `bytecode`, what is made takes the place of the sources; a source of which none can be
    made is then an error, or kept with `fallback_to_source`. With `typescript`, what Node.js makes of that is compiled too.
    `functions` are where those begin, in UTF-16 units of the source, that are compiled beside what V8 compiles at once.
    """

    digest: Digest
    node: NodeDistribution
    runner: NodeRunner
    description: str
    v8_options: tuple[str, ...] = ()
    bytecode: bool = False
    fallback_to_source: bool = False
    typescript: bool = False
    functions: FrozenDict[str, tuple[int, ...]] = FrozenDict()


@dataclass(frozen=True)
class CodeCacheUnit:
    """A digest that holds the file `out/code_cache` and nothing else."""

    digest: Digest


@dataclass(frozen=True)
class CodeCacheRequest:
    """`v8_options` are those that the executable is started with: V8 takes no code cache made under others.

    `hidden` are the paths of the packages, and "" for the program itself, whose sources stay out of the executable.
    """

    app_files: AppFiles
    node: NodeDistribution
    v8_options: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    fallback_to_source: bool = False
    start_up: StartUpRuns | None = None


@dataclass(frozen=True)
class CodeCache:
    """Code cache files, named by number, and for each the directory (relative to the build root) it is about."""

    digest: Digest
    prefixes: tuple[tuple[str, str], ...]


def compile_process(request: CodeCacheUnitRequest, inputs: Digest) -> Process:
    return Process(
        argv=(
            *request.runner.argv,
            *request.v8_options,
            *(BYTECODE_COMPILE_OPTIONS if request.bytecode else COMPILE_OPTIONS),
            f"{PROGRAMS}/{COMPILE_PROGRAMS[0]}",
            PLAN,
            OUTPUT,
        ),
        env={"LANG": "C.UTF-8", "TZ": "UTC"},
        input_digest=inputs,
        immutable_input_digests=request.runner.immutable_input_digests,
        output_files=(OUTPUT,),
        description=f"Compile {request.description} with Node {request.node.version} for {request.node.runs_on}",
        level=LogLevel.DEBUG,
        timeout_seconds=600,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Compile JavaScript to V8 code cache", level=LogLevel.DEBUG)
async def _code_cache_unit(request: CodeCacheUnitRequest) -> CodeCacheUnit:
    programs = [
        FileContent(f"{PROGRAMS}/{name}", content)
        for name in COMPILE_PROGRAMS
        for _, content in package_data(f"scripts/{name}")
    ]
    plan = json.dumps(
        {
            "version": 1,
            "directory": FILES,
            "bytecode": request.bytecode,
            "fallback_to_source": request.fallback_to_source,
            "typescript": request.typescript,
            "functions": dict(request.functions),
        }
    )
    fixed, files = await concurrently(
        create_digest(
            CreateDigest([*programs, FileContent(PLAN, plan.encode())]),
            **implicitly(),
        ),
        add_prefix(AddPrefix(request.digest, FILES), **implicitly()),
    )
    inputs = await merge_digests(MergeDigests([fixed, files]), **implicitly())
    process = compile_process(request, inputs)
    result = await run_fallible_process(process, **implicitly())
    if result.exit_code:
        raise _compile_error(process.description, result, request.bytecode)
    return CodeCacheUnit(result.output_digest)


def _compile_error(
    description: str, result: FallibleProcessResult, bytecode: bool
) -> CompileError:
    output = result.stderr.decode(errors="replace").strip()
    if result.exit_code == NO_EMULATOR:
        missing = " ".join(output.split())
        return CompileError(f"{description}: {missing}{f' {REMEDIES}' if bytecode else ''}")
    if result.exit_code == UNCOMPILABLE:
        return CompileError(f"{description}: of these files no bytecode can be made:\n{output}\n{REMEDIES}")
    return CompileError(f"{description}: it failed with exit code {result.exit_code}.\n{output}")


if CALL_BY_NAME:
    code_cache_unit = _code_cache_unit
else:

    def code_cache_unit(request: CodeCacheUnitRequest, **_: object) -> Get:
        return Get(CodeCacheUnit, CodeCacheUnitRequest, request)


@rule(desc="Make the code cache of a program", level=LogLevel.DEBUG)
async def _code_cache(request: CodeCacheRequest) -> CodeCache:
    app_files = request.app_files
    own_entries, package_entries, runner = await concurrently(
        get_digest_entries(app_files.first_party.digest, **implicitly()),
        get_digest_entries(app_files.third_party, **implicitly()),
        node_runner(NodeRunnerRequest(request.node), **implicitly()),
    )
    if not runner.argv:
        if request.hidden and not request.fallback_to_source:
            raise CompileError(
                f"No bytecode of `{app_files.entry_point}` can be made for {request.node.runs_on}. {runner.reason}. "
                f"{REMEDIES}"
            )
        # What the user can do something about on this machine is a warning.
        logger.log(
            logging.WARNING if runner.can_be_mended else logging.INFO,
            f"`{app_files.entry_point}` for {request.node.runs_on} is built without code compiled ahead, so it starts "
            f"slower. {runner.reason}.",
        )
        return CodeCache(EMPTY_DIGEST, ())
    functions: Functions = FrozenDict()
    if request.start_up is not None:
        recorded = await start_up_functions(
            StartUpRequest(app_files, request.node.version, request.start_up), **implicitly()
        )
        functions = recorded.by_path
    parts = [
        *parts_of_first_party(
            files_only(own_entries),
            OWN_BYTECODE_EXTENSIONS if "" in request.hidden else SCRIPT_EXTENSIONS,
        ),
        *parts_of_packages(files_only(package_entries), app_files.packages),
    ]
    # Entries instead of globs, which would follow links and misread names such as `[id].js`.
    digests = await concurrently(
        create_digest(CreateDigest(part.entries), **implicitly()) for part in parts
    )
    units = await concurrently(
        code_cache_unit(
            CodeCacheUnitRequest(
                digest,
                request.node,
                runner,
                part.description,
                request.v8_options,
                part.owner in request.hidden,
                part.owner in request.hidden and request.fallback_to_source,
                part.owner == "" and "" in request.hidden,
                _functions_of(part, functions) if part.owner not in request.hidden else FrozenDict(),
            ),
            **implicitly(),
        )
        for digest, part in zip(digests, parts)
    )
    stripped = await concurrently(
        remove_prefix(RemovePrefix(unit.digest, OUT), **implicitly()) for unit in units
    )
    numbered = await concurrently(
        add_prefix(AddPrefix(digest, str(number)), **implicitly())
        for number, digest in enumerate(stripped)
    )
    merged = await merge_digests(MergeDigests(numbered), **implicitly())
    return CodeCache(
        merged,
        tuple((f"{number}/code_cache", part.directory) for number, part in enumerate(parts)),
    )


@dataclass(frozen=True)
class Part:
    """What one process compiles: entries with paths relative to `directory`. `owner` is the package, "" for own files."""

    directory: str
    description: str
    entries: tuple[FileEntry, ...]
    owner: str = ""


def _functions_of(part: Part, functions: Functions) -> FrozenDict[str, tuple[int, ...]]:
    paths = (entry.path for entry in part.entries)
    return FrozenDict(functions_below(functions, part.directory, paths))


def files_only(entries: Iterable[object]) -> list[FileEntry]:
    return [entry for entry in entries if isinstance(entry, FileEntry)]


def parts_of_first_party(
    entries: Iterable[FileEntry], extensions: AbstractSet[str] = SCRIPT_EXTENSIONS
) -> list[Part]:
    by_path = {entry.path: entry for entry in entries}
    return [
        Part(
            unit.directory,
            f"`{unit.directory or '.'}` ({len(unit.files)} files)",
            tuple(_relative(by_path[path], unit.directory) for path in unit.files),
        )
        for unit in first_party_units(by_path, extensions=extensions)
    ]


def parts_of_packages(
    entries: Iterable[FileEntry], packages: Iterable[InstalledPackage]
) -> list[Part]:
    """One for each package that has scripts. A file belongs to the innermost package it lies in."""
    found: dict[str, list[FileEntry]] = {package.path: [] for package in packages}
    for entry in entries:
        if not is_compiler_input(entry.path):
            continue
        directory = os.path.dirname(entry.path)
        while directory and directory not in found:
            directory = os.path.dirname(directory)
        if directory:
            found[directory].append(_relative(entry, directory))
    return [
        Part(
            package.path,
            f"{package.name} {package.version}",
            tuple(found[package.path]),
            package.path,
        )
        for package in sorted(packages, key=lambda package: package.path)
        if any(is_script(entry.path) for entry in found[package.path])
    ]


def _relative(entry: FileEntry, directory: str) -> FileEntry:
    return FileEntry(
        os.path.relpath(entry.path, directory or "."), entry.file_digest, entry.is_executable
    )


if CALL_BY_NAME:
    code_cache = _code_cache
else:

    def code_cache(request: CodeCacheRequest, **_: object) -> Get:
        return Get(CodeCache, CodeCacheRequest, request)


def rules() -> Any:
    return collect_rules()
