"""Writes a payload: header, index, contents. Streams, so that memory does not depend on the size of the contents."""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from pkg_rules.core.native.bundles import native_metadata
from pkg_rules.core.payload.code_cache import read_code_caches
from pkg_rules.core.payload.errors import CodeCacheError, PayloadError
from pkg_rules.core.payload.format import (
    ASCII_FLAG,
    CODEC_SHIFT,
    DIRECTORY,
    ENTRY,
    EXECUTABLE_FLAG,
    HEADER,
    HEADER_CHECK,
    HEADER_SIZE,
    KIND_SHIFT,
    MODULE_FORMAT_SHIFT,
    NOTHING,
    PAYLOAD_MAGIC,
    PAYLOAD_VERSION,
    SCRIPT_PREFIX,
    SCRIPT_SUFFIX,
    Codec,
    Kind,
    ModuleFormat,
    Section,
    aligned,
    cached_data_offset,
)
from pkg_rules.core.payload.layout import Layout, lay_out
from pkg_rules.core.payload.model import CachedScript, FileNode, PayloadPlan, SymlinkNode
from pkg_rules.core.payload.tree import find_entry_point, read_tree

_CHUNK = 1 << 20


@dataclass(frozen=True)
class PayloadSummary:
    """What was written, for a log line."""

    files: int
    directories: int
    symlinks: int
    scripts_with_cached_data: int
    size: int


def write_payload(plan: PayloadPlan, path: str) -> PayloadSummary:
    """Writes the payload of `plan` to the fresh file `path`. Equal plans over equal files give equal bytes."""
    tree = read_tree(plan.roots)
    entry_point = find_entry_point(tree, plan.entry_point)
    plan = dataclasses.replace(plan, metadata=(*plan.metadata, *native_metadata(tree)))
    layout = lay_out(tree)
    cached = read_code_caches(plan.code_caches)
    with open(path, "xb") as output:
        return _Writer(plan, layout, cached, output).write(entry_point)


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
        self.scripts_with_cached_data = 0
        # The units of third-party packages are many, the files of one unit follow each other.
        self.open_cache: tuple[str, BinaryIO] | None = None

    def write(self, entry_point: FileNode) -> PayloadSummary:
        names, name_slices = self.layout.names()
        targets, target_offsets = self.layout.targets()
        metadata = json.dumps(
            dict(self.plan.metadata), sort_keys=True, separators=(",", ":")
        ).encode()
        sizes = {
            Section.DIRECTORIES: DIRECTORY.size * len(self.layout.directories),
            Section.ENTRIES: ENTRY.size * len(self.layout.entries),
            Section.NAMES: len(names),
            Section.TARGETS: len(targets),
            Section.RESOLUTIONS: 0,
            Section.METADATA: len(metadata),
        }
        offsets: dict[Section, int] = {}
        index_size = 0
        for section in Section:
            offsets[section] = index_size
            index_size = aligned(index_size + sizes[section])

        self.output.seek(HEADER_SIZE + index_size)
        try:
            position = self._write_contents(HEADER_SIZE + index_size, target_offsets)
        finally:
            if self.open_cache is not None:
                self.open_cache[1].close()

        contents = {
            Section.DIRECTORIES: b"".join(
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
            Section.ENTRIES: b"".join(self.records),
            Section.NAMES: names,
            Section.TARGETS: targets,
            Section.RESOLUTIONS: b"",
            Section.METADATA: metadata,
        }
        index = b"".join(
            contents[section] + bytes(aligned(sizes[section]) - sizes[section])
            for section in Section
        )
        assert (
            len(index) == index_size
        ), "the index changed its size while contents were written: a bug of ours"
        header = HEADER.pack(
            PAYLOAD_MAGIC,
            PAYLOAD_VERSION,
            HEADER_SIZE,
            0,
            position,
            index_size,
            zlib.crc32(index),
            len(self.layout.directories),
            len(self.layout.entries),
            self._entry_number(entry_point),
            0,
            *(value for section in Section for value in (offsets[section], sizes[section])),
        )
        self.output.seek(0)
        self.output.write(header + HEADER_CHECK.pack(zlib.crc32(header)) + index)
        return self._summary(position)

    def _write_contents(self, position: int, target_offsets: Mapping[int, int]) -> int:
        """Writes all contents in the order of their paths and fills in their records; the end of the payload."""
        for number in self.layout.content_order():
            entry = self.layout.entries[number]
            node = entry.node
            if isinstance(node, FileNode):
                position = self._write_file(number, entry.path, node, entry.module_format, position)
            elif isinstance(node, SymlinkNode):
                self.records[number] = ENTRY.pack(
                    Kind.SYMLINK << KIND_SHIFT,
                    target_offsets[number],
                    0,
                    len(node.target.encode()),
                    0,
                    0,
                    0,
                    0,
                    0,
                )
            else:
                self.records[number] = ENTRY.pack(
                    Kind.DIRECTORY << KIND_SHIFT, entry.directory, 0, 0, 0, 0, 0, 0, 0
                )
        # A payload whose last entry is an empty file still has to have its full length.
        self.output.truncate(position)
        return position

    def _write_file(
        self, number: int, path: str, node: FileNode, module_format: ModuleFormat, position: int
    ) -> int:
        script = self.cached.get(path)
        has_cached_data = script is not None and script.size > 0
        if has_cached_data:
            self.output.write(SCRIPT_PREFIX)
        offset = position + (len(SCRIPT_PREFIX) if has_cached_data else 0)
        size, crc, is_ascii = self._copy_content(node)
        position = offset + size
        cache_size = cache_crc = 0
        if script is not None:
            if (script.source_size, script.source_crc32) != (size, crc):
                raise CodeCacheError(
                    f"The code cache `{script.cache_file}` was made from another content of `{path}`"
                    f" ({script.source_size} bytes, now {size}). With it the program would run something else than its"
                    " source; build the code cache again."
                )
            if module_format is ModuleFormat.AMBIGUOUS:
                module_format = script.module_format
            if has_cached_data:
                self.output.write(SCRIPT_SUFFIX)
                position = self._pad(position + len(SCRIPT_SUFFIX))
                assert position == cached_data_offset(offset, size), "reader and loader compute it"
                cached_data = self._read_cached_data(script)
                self.output.write(cached_data)
                cache_size, cache_crc = script.size, zlib.crc32(cached_data)
                position += cache_size
                self.scripts_with_cached_data += 1
        flags = (
            Kind.FILE << KIND_SHIFT
            | (EXECUTABLE_FLAG if node.executable else 0)
            | (ASCII_FLAG if is_ascii else 0)
            | Codec.STORED << CODEC_SHIFT
            | module_format << MODULE_FORMAT_SHIFT
        )
        self.records[number] = ENTRY.pack(
            flags, 0, offset, size, size, crc, cache_size, cache_crc, 0
        )
        return self._pad(position)

    def _copy_content(self, node: FileNode) -> tuple[int, int, bool]:
        size, crc, is_ascii = 0, 0, True
        with open(node.source, "rb", buffering=0) as source:
            while True:
                chunk = source.read(_CHUNK)
                if not chunk:
                    break
                self.output.write(chunk)
                size += len(chunk)
                crc = zlib.crc32(chunk, crc)
                is_ascii = is_ascii and chunk.isascii()
        if size != node.size:
            raise PayloadError(
                f"`{node.source}` changed from {node.size} to {size} bytes while it was packaged. Build again."
            )
        return size, crc, is_ascii

    def _read_cached_data(self, script: CachedScript) -> bytes:
        if self.open_cache is None or self.open_cache[0] != script.cache_file:
            if self.open_cache is not None:
                self.open_cache[1].close()
            self.open_cache = (script.cache_file, open(script.cache_file, "rb"))
        file = self.open_cache[1]
        file.seek(script.offset)
        return file.read(script.size)

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
