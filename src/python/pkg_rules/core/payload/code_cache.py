"""Reads the code cache files that scripts/compile_code_cache.cjs writes (docs/formats/payload.md, "Code cache")."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pkg_rules.core.payload.errors import CodeCacheError
from pkg_rules.core.payload.format import (
    CODE_CACHE_HEADER,
    CODE_CACHE_MAGIC,
    CODE_CACHE_VERSION,
    ModuleFormat,
    aligned,
)
from pkg_rules.core.payload.model import CachedScript, CodeCacheUnit

# How Node has to be called for scripts/compile_code_cache.cjs, which says why; V8 options that are baked into the
# executable come before them.
COMPILE_OPTIONS = (
    "--expose-internals",
    "--no-warnings",
    "--hash-seed=1",
    "--min-semi-space-size=64",
    "--max-semi-space-size=64",
)
# For bytecode that takes the place of the source: all functions, whatever options are baked in.
BYTECODE_COMPILE_OPTIONS = (*COMPILE_OPTIONS, "--no-lazy", "--no-max-lazy")

# The programs; the first is what Node is called with, the others lie beside it.
COMPILE_PROGRAMS = (
    "compile_code_cache.cjs",
    "compile_functions.cjs",
    "compile_source.cjs",
    "marks.cjs",
    "outline.cjs",
    "strip_types.cjs",
)

# What is baked into executables so that the loader can give Node the compiled code of ES modules
# (prelude/src/internals.cjs).
LOADER_OPTIONS = ("--expose-internals",)

# What the compiler says about a file, and what that means for a file whose format is not declared.
_FORMATS = {
    "commonjs": ModuleFormat.DETECTED_COMMONJS,
    "module": ModuleFormat.DETECTED_MODULE,
    "invalid": ModuleFormat.AMBIGUOUS,
}


def read_code_caches(units: Iterable[CodeCacheUnit]) -> dict[str, CachedScript]:
    """What is known about each file, by its path below the mount point."""
    scripts: dict[str, CachedScript] = {}
    for unit in units:
        for path, script in _read_unit(unit).items():
            if scripts.setdefault(path, script) != script:
                other = scripts[path].cache_file
                if scripts[path].source_crc32 != script.source_crc32:
                    raise CodeCacheError(
                        f"The code caches `{other}` and `{unit.file}` were made from different contents of `{path}`."
                        " Only one of them can be right; build both again from the same sources."
                    )
    return scripts


def _read_unit(unit: CodeCacheUnit) -> dict[str, CachedScript]:
    with open(unit.file, "rb") as file:
        header = file.read(CODE_CACHE_HEADER.size)
        if len(header) < CODE_CACHE_HEADER.size:
            raise CodeCacheError(f"The code cache `{unit.file}` ends in its header.")
        magic, version, _, table_size = CODE_CACHE_HEADER.unpack(header)
        if magic != CODE_CACHE_MAGIC or version != CODE_CACHE_VERSION:
            raise CodeCacheError(
                f"`{unit.file}` is not a code cache of version {CODE_CACHE_VERSION}: its header is `{header.hex()}`."
            )
        table_bytes = file.read(table_size)
        file_size = file.seek(0, 2)
    try:
        table = json.loads(table_bytes)
        data_start = aligned(CODE_CACHE_HEADER.size + table_size)
        scripts = {}
        for entry in table["files"]:
            path = f"{unit.prefix}/{entry['path']}" if unit.prefix else entry["path"]
            script = CachedScript(
                module_format=_FORMATS[entry["format"]],
                source_size=entry["source_size"],
                source_crc32=entry["source_crc32"],
                cache_file=unit.file,
                offset=data_start + entry["offset"],
                size=entry["size"],
                is_module_code=entry["format"] == "module" and entry["size"] > 0,
                outline_offset=data_start + entry["outline_offset"],
                outline_size=entry["outline_size"],
            )
            end = max(script.offset + script.size, script.outline_offset + script.outline_size)
            if end > file_size:
                raise CodeCacheError(
                    f"The code cache `{unit.file}` ends before the data of `{path}`."
                )
            scripts[path] = script
    except (ValueError, KeyError, TypeError) as error:
        raise CodeCacheError(
            f"The table of the code cache `{unit.file}` cannot be read: {error}."
        ) from error
    return scripts
