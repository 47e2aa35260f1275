"""V8 code cache for the scripts of a program: one process for each npm package and each part of the first party.

The bytes depend on the contents of the files, their paths inside the unit, and the Node that runs; not on where the
unit lies. So a package is compiled once for each Node version and platform, for everybody who shares the cache.
"""

from __future__ import annotations

import json
import os.path
from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.fs import (
    AddPrefix,
    CreateDigest,
    Digest,
    DigestSubset,
    FileContent,
    FileEntry,
    MergeDigests,
    PathGlobs,
    RemovePrefix,
)
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.compile_units import first_party_units, is_compiler_input
from pkg_rules.core.payload.code_cache import COMPILE_OPTIONS
from pkg_rules.core.sandbox_paths import HOST_NODE, OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    digest_subset,
    get_digest_entries,
    implicitly,
    merge_digests,
    remove_prefix,
    run_process,
)
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.python_tools import package_data

FILES_DIRECTORY = "__files"
OUTPUT_FILE = f"{OUT}/code_cache"


@dataclass(frozen=True)
class CodeCacheUnitRequest:
    """Scripts below one directory, whose paths in `digest` are relative to it, to be compiled by `node`."""

    digest: Digest
    node: NodeDistribution
    description: str


@dataclass(frozen=True)
class CodeCacheUnit:
    """A digest that holds the file `out/code_cache` and nothing else."""

    digest: Digest


@dataclass(frozen=True)
class CodeCacheRequest:
    app_files: AppFiles
    node: NodeDistribution


@dataclass(frozen=True)
class CodeCache:
    """Code cache files, named by number, and for each the directory (relative to the build root) it is about."""

    digest: Digest
    prefixes: tuple[tuple[str, str], ...]


@rule(desc="Compile JavaScript to V8 code cache", level=LogLevel.DEBUG)
async def _code_cache_unit(request: CodeCacheUnitRequest) -> CodeCacheUnit:
    ((_, script),) = package_data("scripts/compile_code_cache.cjs")
    plan = {"version": 1, "directory": FILES_DIRECTORY}
    program, files = await concurrently(
        create_digest(
            CreateDigest(
                [
                    FileContent("__compile/compile_code_cache.cjs", script),
                    FileContent("__plan.json", json.dumps(plan).encode()),
                ]
            )
        ),
        add_prefix(AddPrefix(request.digest, FILES_DIRECTORY)),
    )
    inputs = await merge_digests(MergeDigests([program, files]))
    result = await run_process(
        Process(
            argv=(
                f"{HOST_NODE}/{request.node.executable}",
                *COMPILE_OPTIONS,
                "__compile/compile_code_cache.cjs",
                "__plan.json",
                OUTPUT_FILE,
            ),
            env={"LANG": "C.UTF-8", "TZ": "UTC"},
            input_digest=inputs,
            immutable_input_digests=FrozenDict({HOST_NODE: request.node.digest}),
            output_files=(OUTPUT_FILE,),
            description=f"Compile {request.description} with Node {request.node.version}",
            level=LogLevel.DEBUG,
            timeout_seconds=600,
        ),
        **implicitly(),
    )
    return CodeCacheUnit(result.output_digest)


if CALL_BY_NAME:
    code_cache_unit = _code_cache_unit
else:

    def code_cache_unit(request: CodeCacheUnitRequest, **_: object) -> Get:
        return Get(CodeCacheUnit, CodeCacheUnitRequest, request)


@rule(desc="Make the code cache of a program", level=LogLevel.DEBUG)
async def _code_cache(request: CodeCacheRequest) -> CodeCache:
    app_files = request.app_files
    first_party = first_party_units(app_files.first_party.files)
    packages = sorted(app_files.packages, key=lambda package: package.path)

    entries = await get_digest_entries(app_files.third_party, **implicitly())
    by_package = scripts_of_packages(
        [entry for entry in entries if isinstance(entry, FileEntry)],
        [package.path for package in packages],
    )
    prefixes = [
        *(unit.directory for unit in first_party),
        *(package.path for package in packages),
    ]
    descriptions = [
        *(f"`{unit.directory or '.'}` ({len(unit.files)} files)" for unit in first_party),
        *(f"{package.name} {package.version}" for package in packages),
    ]
    first_party_subsets = await concurrently(
        digest_subset(DigestSubset(app_files.first_party.digest, PathGlobs(unit.files)))
        for unit in first_party
    )
    relative = await concurrently(
        *(
            remove_prefix(RemovePrefix(subset, unit.directory))
            for subset, unit in zip(first_party_subsets, first_party)
        ),
        *(create_digest(CreateDigest(by_package[package.path])) for package in packages),
    )
    units = await concurrently(
        code_cache_unit(CodeCacheUnitRequest(digest, request.node, description))
        for digest, description in zip(relative, descriptions)
    )
    stripped = await concurrently(remove_prefix(RemovePrefix(unit.digest, OUT)) for unit in units)
    numbered = await concurrently(
        add_prefix(AddPrefix(digest, str(number))) for number, digest in enumerate(stripped)
    )
    merged = await merge_digests(MergeDigests(numbered))
    return CodeCache(
        merged,
        tuple((f"{number}/code_cache", prefix) for number, prefix in enumerate(prefixes)),
    )


def scripts_of_packages(
    entries: Iterable[FileEntry], packages: Iterable[str]
) -> dict[str, list[FileEntry]]:
    """What the compiler reads, for each package directory, with paths relative to it.

    A file belongs to the innermost package it lies in: packages installed inside of another one are units of their own.
    """
    found: dict[str, list[FileEntry]] = {package: [] for package in packages}
    for entry in entries:
        if not is_compiler_input(entry.path):
            continue
        directory = os.path.dirname(entry.path)
        while directory and directory not in found:
            directory = os.path.dirname(directory)
        if directory:
            relative = entry.path[len(directory) + 1 :]
            found[directory].append(FileEntry(relative, entry.file_digest, entry.is_executable))
    return found


if CALL_BY_NAME:
    code_cache = _code_cache
else:

    def code_cache(request: CodeCacheRequest, **_: object) -> Get:
        return Get(CodeCache, CodeCacheRequest, request)


def rules() -> Any:
    return collect_rules()
