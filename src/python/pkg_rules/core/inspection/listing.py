"""What is in an executable, as a tree for people and as JSON for programs."""

from __future__ import annotations

import json
from typing import Any, Iterator

from pkg_rules.core.inspection.executable import Executable
from pkg_rules.core.payload.format import Codec, Kind, ModuleFormat
from pkg_rules.core.payload.reader import PayloadEntry, PayloadReader

_ROOT = "/snapshot"
_INDENT = "  "


def as_tree(executable: Executable, payload: PayloadReader) -> Iterator[str]:
    """Lines: facts of the whole, then each path with its size, its cached data, its share of what is stored, its codec
    and its module format."""
    facts = as_data(executable, payload)
    node, whole = facts["node"], facts["payload"]
    yield f"{executable.path.name}: {executable.size:,} bytes, Node.js {node['version']} for {executable.kind}"
    yield f"entry point: {_ROOT}/{facts['entry_point']}"
    for key, value in sorted(facts["metadata"].items()):
        yield f"{key}: {value}"
    yield (
        f"payload: {whole['files']:,} files, {whole['directories']:,} directories, {whole['links']:,} links;"
        f" {whole['size']:,} bytes with cached data, stored in {whole['stored_size']:,}"
    )
    yield ""
    yield f"{'size':>12} {'cached data':>12} {'stored':>12}  {'codec':7}{'format':9} path"
    yield f"{'':57}{_ROOT}"
    for entry, data in zip(payload.entries(), facts["entries"]):
        name = _INDENT * (entry.path.count("/") + 1) + entry.path.rpartition("/")[2]
        if entry.kind is Kind.DIRECTORY:
            yield f"{'':57}{name}/"
        elif entry.kind is Kind.SYMLINK:
            yield f"{'':57}{name} -> {entry.target}"
        else:
            executable_mark = "*" if entry.executable else ""
            cached = f"{entry.cached_data_size:,}" if entry.cached_data_size else ""
            yield (
                f"{entry.size:12,} {cached:>12} {data['stored_size']:12,}  {data['codec']:7}{data['format']:9} "
                f"{name}{executable_mark}"
            )


def as_json(executable: Executable, payload: PayloadReader) -> str:
    return json.dumps(as_data(executable, payload), indent=2, sort_keys=True)


def as_data(executable: Executable, payload: PayloadReader) -> dict[str, Any]:
    entries = list(payload.entries())
    kinds = [entry.kind for entry in entries]
    return {
        "file": executable.path.name,
        "size": executable.size,
        "node": {
            "version": executable.node_version,
            "platform": executable.kind.platform,
            "arch": executable.kind.arch,
        },
        "entry_point": payload.entry_point,
        "metadata": payload.metadata,
        "payload": {
            "files": kinds.count(Kind.FILE),
            "directories": kinds.count(Kind.DIRECTORY),
            "links": kinds.count(Kind.SYMLINK),
            "size": sum(block.size for block in payload.blocks),
            "stored_size": payload.size,
        },
        "blocks": [
            {"size": block.size, "stored_size": block.stored_size, "codec": _codec(block.codec)}
            for block in payload.blocks
        ],
        "entries": [_entry(entry, payload) for entry in entries],
    }


def _entry(entry: PayloadEntry, payload: PayloadReader) -> dict[str, Any]:
    if entry.kind is Kind.DIRECTORY:
        return {"path": entry.path, "kind": "directory"}
    if entry.kind is Kind.SYMLINK:
        return {"path": entry.path, "kind": "link", "target": entry.target}
    blocks = payload.blocks[entry.block : entry.block + entry.block_count]
    return {
        "path": entry.path,
        "kind": "file",
        "size": entry.size,
        "cached_data_size": entry.cached_data_size,
        "stored_size": _share(entry, payload),
        "codec": _codec(blocks[0].codec),
        "executable": entry.executable,
        "format": ""
        if entry.module_format is ModuleFormat.NONE
        else entry.module_format.name.lower().replace("detected_", ""),
        "blocks": list(range(entry.block, entry.block + entry.block_count)),
        "crc32": f"{entry.crc32:08x}",
    }


def _share(entry: PayloadEntry, payload: PayloadReader) -> int:
    """Files are compressed together, so this is a part of their block according to their size."""
    blocks = payload.blocks[entry.block : entry.block + entry.block_count]
    if entry.block_count > 1:
        return sum(block.stored_size for block in blocks)
    (block,) = blocks
    return (entry.size + entry.cached_data_size) * block.stored_size // max(block.size, 1)


def _codec(codec: Codec) -> str:
    return codec.name.lower()
