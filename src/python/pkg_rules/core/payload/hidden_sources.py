"""Checks that no source is in a payload which may not be there, and that V8 will take the bytecode in its place."""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Iterable, Mapping

from pkg_rules.core.payload.errors import BytecodeError
from pkg_rules.core.payload.layout import Layout
from pkg_rules.core.payload.model import CachedScript, DirectoryNode, FileNode, PayloadPlan
from pkg_rules.core.payload.module_formats import TYPESCRIPT_EXTENSIONS, is_declaration

_NODE_MODULES = "node_modules"
# What Node.js runs as it is.
_SCRIPTS = (".js", ".cjs", ".mjs")
_OTHER_SOURCES = (*TYPESCRIPT_EXTENSIONS, ".tsx", ".jsx")
_SOURCE_MAPS = (".js.map", ".cjs.map", ".mjs.map")
# magic, version hash, source hash, flag hash, checksum of the read-only part of the snapshot.
_CACHED_DATA_HEADER = struct.Struct("<IIIII")
_SHOWN = 10


def leave_out(plan: PayloadPlan, tree: DirectoryNode) -> None:
    """Takes out of the tree what would disclose hidden sources and is never run: source maps, and in packages also
    everything that is to be compiled, which Node.js refuses to run there."""
    if plan.hidden:
        _leave_out(frozenset(plan.hidden), tree, "")


def _leave_out(hidden: frozenset[str], directory: DirectoryNode, prefix: str) -> None:
    for name, child in list(directory.children.items()):
        path = f"{prefix}/{name}" if prefix else name
        if isinstance(child, DirectoryNode):
            _leave_out(hidden, child, path)
        elif isinstance(child, FileNode) and _owner(path, hidden) in hidden:
            is_compiled = name.endswith(_OTHER_SOURCES) and not is_declaration(name)
            if name.endswith(_SOURCE_MAPS) or (is_compiled and _owner(path, hidden)):
                del directory.children[name]


def kept_sources(
    plan: PayloadPlan, layout: Layout, cached: Mapping[str, CachedScript]
) -> list[str]:
    """The paths of hidden files that are in the payload as source, because there is no bytecode in their place."""
    if not plan.hidden:
        return []
    hidden = frozenset(plan.hidden)
    return [
        entry.path
        for entry in layout.entries
        if isinstance(entry.node, FileNode)
        and entry.path.endswith((*_SCRIPTS, *_OTHER_SOURCES))
        and not is_declaration(entry.path)
        and _owner(entry.path, hidden) in hidden
        and not (entry.path in cached and cached[entry.path].outline_size)
    ]


def check_hidden(plan: PayloadPlan, kept: Iterable[str]) -> None:
    """Raises BytecodeError if sources would be disclosed that the plan hides."""
    found = list(kept)
    if not found or plan.fallback_to_source:
        return
    lines = [f"  * `{path}`" for path in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"  * and {len(found) - _SHOWN} more")
    listed = "\n".join(lines)
    raise BytecodeError(
        f"These sources would be in the executable, for which no bytecode was made:\n{listed}\n"
        "What Node.js does not run as it is (JSX) has to be compiled before (a `node_build_script`); leave it out of the "
        "`dependencies` then. "
        "`fallback_to_source=True` keeps them."
    )


def check_bytecode(plan: PayloadPlan, path: str, script: CachedScript, cached_data: bytes) -> None:
    """Raises BytecodeError if the Node.js of the executable would not take this bytecode."""
    if not script.outline_size:
        return
    found = _CACHED_DATA_HEADER.unpack_from(cached_data)[4]
    if found != plan.bytecode_checksum:
        raise BytecodeError(
            f"The bytecode of `{path}` was made for another Node.js than that of the executable, whose V8 would refuse it "
            f"(checksum {found:#010x}, not {plan.bytecode_checksum:#010x}). `fallback_to_source=True` keeps the source of "
            "just such files, `bytecode=False` keeps all; or build where the target's own Node.js runs (an `environment` "
            "of that platform)."
        )


def _owner(path: str, hidden: frozenset[str]) -> str:
    """The package that a file is in, by its directory; "" if it is in none."""
    directory = posixpath.dirname(path)
    while directory:
        if directory in hidden:
            return directory
        parent = posixpath.dirname(directory)
        if posixpath.basename(parent) == _NODE_MODULES or (
            posixpath.basename(posixpath.dirname(parent)) == _NODE_MODULES
            and posixpath.basename(parent).startswith("@")
        ):
            return directory
        directory = parent
    return ""
