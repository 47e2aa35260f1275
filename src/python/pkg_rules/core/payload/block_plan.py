"""Decides which files share a block, before anything is read.

A block is what is read, checked and decompressed at once. So it should hold what is used together, and an edit should
change few blocks, since each is compressed once and then comes from the cache.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pkg_rules.core.payload.format import (
    BLOCK_SIZE,
    LARGEST_SCRIPT,
    SCRIPT_PREFIX,
    ModuleFormat,
    aligned,
    cached_data_offset,
)
from pkg_rules.core.payload.layout import Layout
from pkg_rules.core.payload.model import CachedScript, FileNode

# A block may end after a file whose path has such a hash, once it is that large. Without such places an edit that makes
# a file longer would move the ends of all blocks after it.
_SMALLEST_CUT = BLOCK_SIZE // 2
_CUT_MASK = 0x7


@dataclass(frozen=True)
class PlannedBlocks:
    """Files that are written one after the other: into one block, or one file into as many as it needs."""

    entries: tuple[int, ...]
    is_split: bool = False


def plan_blocks(layout: Layout, cached: Mapping[str, CachedScript]) -> Iterator[PlannedBlocks]:
    """All files of the layout, each once: what Node loads, and then everything else, which most programs never read."""
    for group in _groups(layout):
        yield from _cut(group, layout, cached)


def _groups(layout: Layout) -> Iterable[list[int]]:
    loaded: list[int] = []
    others: list[int] = []
    for number in layout.content_order():
        entry = layout.entries[number]
        if isinstance(entry.node, FileNode):
            is_loaded = entry.module_format is not ModuleFormat.NONE
            (loaded if is_loaded else others).append(number)
    return loaded, others


def _cut(
    entries: Iterable[int], layout: Layout, cached: Mapping[str, CachedScript]
) -> Iterator[PlannedBlocks]:
    pending: list[int] = []
    size = 0
    for number in entries:
        entry = layout.entries[number]
        assert isinstance(entry.node, FileNode)
        script = cached.get(entry.path)
        cache_size = script.size if script is not None else 0
        size_inside = script.outline_size if script and script.outline_size else entry.node.size
        needed = _space(size_inside, cache_size)
        if needed > BLOCK_SIZE and not (
            cache_size or (entry.module_format is not ModuleFormat.NONE and needed < LARGEST_SCRIPT)
        ):
            yield PlannedBlocks((number,), is_split=True)
            continue
        if pending and size + needed > BLOCK_SIZE:
            yield PlannedBlocks(tuple(pending))
            pending, size = [], 0
        pending.append(number)
        size += needed
        if size >= _SMALLEST_CUT and zlib.crc32(entry.path.encode()) & _CUT_MASK == 0:
            yield PlannedBlocks(tuple(pending))
            pending, size = [], 0
    if pending:
        yield PlannedBlocks(tuple(pending))


def _space(size: int, cache_size: int) -> int:
    if not cache_size:
        return aligned(size)
    # In the wrapper: without it a file needs a little less.
    return aligned(cached_data_offset(len(SCRIPT_PREFIX), size, 0) + cache_size)
