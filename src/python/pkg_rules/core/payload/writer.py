"""Writes a payload: header, index, contents. Streams, so that memory does not depend on the size of the contents."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from pkg_rules.core.native.node_facts import AddonHost
from pkg_rules.core.native.resolve import resolve_native_code
from pkg_rules.core.payload.block_plan import PlannedBlocks, plan_blocks
from pkg_rules.core.payload.code_cache import read_code_caches
from pkg_rules.core.payload.errors import CodeCacheError, PayloadError
from pkg_rules.core.payload.format import (
    ASCII_FLAG,
    BLOCK_SIZE,
    DIRECTORY,
    ENTRY,
    EXECUTABLE_FLAG,
    KIND_SHIFT,
    MODULE_CODE_FLAG,
    MODULE_FORMAT_SHIFT,
    NOTHING,
    SCRIPT_PREFIX,
    SCRIPT_SUFFIX,
    STRIPPED_FLAG,
    Codec,
    Kind,
    ModuleFormat,
    aligned,
    cached_data_offset,
    is_wrapped,
)
from pkg_rules.core.payload.hidden_sources import (
    check_bytecode,
    check_hidden,
    kept_sources,
    leave_out,
)
from pkg_rules.core.payload.index import BlockRecord, Index, write_index
from pkg_rules.core.payload.layout import Layout, lay_out
from pkg_rules.core.payload.model import CachedScript, FileNode, PayloadPlan, SymlinkNode
from pkg_rules.core.payload.tree import find_entry_point, read_tree

@dataclass(frozen=True)
class PayloadSummary:
    """What was written, for a log line."""

    files: int
    directories: int
    symlinks: int
    scripts_with_cached_data: int
    size: int
    # Hidden files that are there as source, because there is no bytecode of them.
    kept_sources: tuple[str, ...] = ()
    # About native code that may not do everywhere what is hoped for.
    remarks: tuple[str, ...] = ()


def write_payload(plan: PayloadPlan, path: str) -> PayloadSummary:
    """Writes the payload of `plan` to the fresh file `path`. Equal plans over equal files give equal bytes."""
    tree = read_tree(plan.roots)
    leave_out(plan, tree)
    entry_point = find_entry_point(tree, plan.entry_point)
    native = resolve_native_code(tree, AddonHost.read(plan.node_facts) if plan.node_facts else None)
    plan = dataclasses.replace(plan, metadata=(*plan.metadata, *native.metadata))
    cached = read_code_caches(plan.code_caches)
    layout = lay_out(tree, {path for path, script in cached.items() if script.outline_size})
    kept = kept_sources(plan, layout, cached)
    check_hidden(plan, kept)
    with open(path, "xb") as output:
        summary = _Writer(plan, layout, cached, output).write(entry_point)
    return dataclasses.replace(summary, kept_sources=tuple(kept), remarks=native.remarks)


class _Writer:
    def __init__(
        self,
        plan: PayloadPlan,
        layout: Layout,
        cached: Mapping[str, CachedScript],
        output: BinaryIO,
    ) -> None:
        self.plan = plan
        self.layout = layout
        self.cached = cached
        self.output = output
        self.records: list[bytes] = [b""] * len(layout.entries)
        self.blocks: list[BlockRecord] = []
        self.scripts_with_cached_data = 0
        # The units of third-party packages are many, the files of one unit follow each other.
        self.open_cache: tuple[str, BinaryIO] | None = None

    def write(self, entry_point: FileNode) -> PayloadSummary:
        names, name_slices = self.layout.names()
        targets, target_offsets = self.layout.targets()
        index = Index(
            directories=b"".join(
                DIRECTORY.pack(
                    directory.parent,
                    directory.first_entry,
                    directory.entry_count,
                    *name_slices[number],
                    directory.own_entry,
                    directory.scope,
                )
                for number, directory in enumerate(self.layout.directories)
            ),
            names=names,
            targets=targets,
            metadata=json.dumps(
                dict(self.plan.metadata), sort_keys=True, separators=(",", ":")
            ).encode(),
            entry_point=self._entry_number(entry_point),
            entry_count=len(self.layout.entries),
        )
        planned = list(plan_blocks(self.layout, self.cached))
        position = self.output.seek(index.end(sum(map(self._block_count, planned))))
        try:
            for blocks in planned:
                for content in self._contents(blocks):
                    self.output.write(content)
                    record = BlockRecord.of(content, len(content), Codec.STORED)
                    self.blocks.append(record._replace(offset=position))
                    position = self._pad(position + len(content))
        finally:
            if self.open_cache is not None:
                self.open_cache[1].close()
        self._describe_links_and_directories(target_offsets)
        write_index(self.output, index, b"".join(self.records), self.blocks, position)
        return self._summary(position)

    def _block_count(self, planned: PlannedBlocks) -> int:
        if not planned.is_split:
            return 1
        (number,) = planned.entries
        node = self.layout.entries[number].node
        assert isinstance(node, FileNode)
        return -(-node.size // BLOCK_SIZE)

    def _contents(self, planned: PlannedBlocks) -> Iterator[bytes]:
        """The content of each block; the records of the files are complete when all were taken."""
        if planned.is_split:
            (number,) = planned.entries
            yield from self._split_file(number)
            return
        block = bytearray()
        for number in planned.entries:
            self._add_file(number, block)
            block.extend(bytes(aligned(len(block)) - len(block)))
        yield bytes(block)

    def _split_file(self, number: int) -> Iterator[bytes]:
        node = self.layout.entries[number].node
        assert isinstance(node, FileNode)
        first, size, crc, is_ascii = len(self.blocks), 0, 0, True
        with open(node.source, "rb") as source:
            for chunk in iter(lambda: source.read(BLOCK_SIZE), b""):
                size += len(chunk)
                crc = zlib.crc32(chunk, crc)
                is_ascii = is_ascii and chunk.isascii()
                # One that grows would need more blocks than there is room for in the index.
                self._check_size(node, size, at_most=True)
                yield chunk
        self._check_size(node, size)
        self._describe_file(number, first, 0, size, crc, is_ascii)

    def _add_file(self, number: int, block: bytearray) -> None:
        entry = self.layout.entries[number]
        node, path, module_format = entry.node, entry.path, entry.module_format
        assert isinstance(node, FileNode)
        with open(node.source, "rb", buffering=0) as source:
            content = source.read()
        self._check_size(node, len(content))
        crc = zlib.crc32(content)
        script = self.cached.get(path)
        code_flags = _code_flags(script)
        if script is not None:
            self._check_source(script, path, len(content), crc)
            if module_format is ModuleFormat.AMBIGUOUS:
                module_format = script.module_format
            if script.outline_size:
                content = self._read_unit(script, script.outline_offset, script.outline_size)
                crc = zlib.crc32(content)
        is_ascii = content.isascii() and not code_flags & STRIPPED_FLAG
        cache_size = 0
        if script is not None and script.size > 0:
            wrapped = is_wrapped(code_flags)
            block.extend(SCRIPT_PREFIX if wrapped else b"")
            offset = len(block)
            block.extend(content)
            block.extend(SCRIPT_SUFFIX if wrapped else b"")
            block.extend(bytes(cached_data_offset(offset, len(content), code_flags) - len(block)))
            cached_data = self._read_unit(script, script.offset, script.size)
            check_bytecode(self.plan, path, script, cached_data)
            block.extend(cached_data)
            cache_size = script.size
            self.scripts_with_cached_data += 1
        else:
            offset = len(block)
            block.extend(content)
        self._describe_file(
            number,
            len(self.blocks),
            offset,
            len(content),
            crc,
            is_ascii,
            module_format,
            cache_size,
            code_flags,
        )

    def _describe_file(
        self,
        number: int,
        block: int,
        offset: int,
        size: int,
        crc: int,
        is_ascii: bool,
        module_format: ModuleFormat = ModuleFormat.NONE,
        cache_size: int = 0,
        code_flags: int = 0,
    ) -> None:
        node = self.layout.entries[number].node
        assert isinstance(node, FileNode)
        flags = (
            Kind.FILE << KIND_SHIFT
            | (EXECUTABLE_FLAG if node.executable else 0)
            | (ASCII_FLAG if is_ascii else 0)
            | module_format << MODULE_FORMAT_SHIFT
            | code_flags
        )
        self.records[number] = ENTRY.pack(flags, block, offset, crc, size, cache_size, 0)

    def _describe_links_and_directories(self, target_offsets: Mapping[int, int]) -> None:
        for number, entry in enumerate(self.layout.entries):
            if isinstance(entry.node, SymlinkNode):
                size = len(entry.node.target.encode())
                self.records[number] = ENTRY.pack(
                    Kind.SYMLINK << KIND_SHIFT, target_offsets[number], 0, 0, size, 0, 0
                )
            elif not isinstance(entry.node, FileNode):
                self.records[number] = ENTRY.pack(
                    Kind.DIRECTORY << KIND_SHIFT, entry.directory, 0, 0, 0, 0, 0
                )

    def _check_size(self, node: FileNode, size: int, at_most: bool = False) -> None:
        if size > node.size or (size < node.size and not at_most):
            raise PayloadError(
                f"`{node.source}` changed from {node.size} to {size} bytes while it was packaged. Build again."
            )

    def _check_source(self, script: CachedScript, path: str, size: int, crc: int) -> None:
        if (script.source_size, script.source_crc32) != (size, crc):
            raise CodeCacheError(
                f"The code cache `{script.cache_file}` was made from another content of `{path}`"
                f" ({script.source_size} bytes, now {size}). With it the program would run something else than its"
                " source; build the code cache again."
            )

    def _read_unit(self, script: CachedScript, offset: int, size: int) -> bytes:
        if self.open_cache is None or self.open_cache[0] != script.cache_file:
            if self.open_cache is not None:
                self.open_cache[1].close()
            self.open_cache = (script.cache_file, open(script.cache_file, "rb"))
        file = self.open_cache[1]
        file.seek(offset)
        return file.read(size)

    def _pad(self, position: int) -> int:
        padding = aligned(position) - position
        if padding:
            self.output.write(bytes(padding))
        return position + padding

    def _entry_number(self, node: FileNode) -> int:
        for number, entry in enumerate(self.layout.entries):
            if entry.node is node:
                return number
        return NOTHING

    def _summary(self, size: int) -> PayloadSummary:
        kinds = [type(entry.node) for entry in self.layout.entries]
        return PayloadSummary(
            files=kinds.count(FileNode),
            directories=len(self.layout.directories),
            symlinks=kinds.count(SymlinkNode),
            scripts_with_cached_data=self.scripts_with_cached_data,
            size=size,
        )


def _code_flags(script: CachedScript | None) -> int:
    """What the cached data of a file is of, if it has any."""
    if script is None:
        return 0
    return (MODULE_CODE_FLAG if script.is_module_code else 0) | (
        STRIPPED_FLAG if script.outline_size else 0
    )

