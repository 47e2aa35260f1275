"""Header and index of a payload, as bytes; docs/formats/payload.md has the layout."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from pkg_rules.core.payload.format import (
    BLOCK,
    ENTRY,
    DIRECTORY,
    HEADER,
    HEADER_CHECK,
    HEADER_SIZE,
    PAYLOAD_MAGIC,
    PAYLOAD_VERSION,
    Codec,
    Section,
    aligned,
)


class BlockRecord(NamedTuple):
    """Where a block is in the payload; the crc32 is that of the stored bytes."""

    offset: int
    stored_size: int
    size: int
    crc32: int
    codec: Codec

    @classmethod
    def of(cls, stored: bytes, size: int, codec: Codec) -> BlockRecord:
        """The record of a block that has no place yet."""
        return cls(0, len(stored), size, zlib.crc32(stored), codec)


@dataclass(frozen=True)
class Index:
    """What is known of the index before any content is written."""

    directories: bytes
    names: bytes
    targets: bytes
    metadata: bytes
    entry_point: int
    entry_count: int

    def end(self, block_count: int) -> int:
        """Where the contents begin."""
        sizes = (
            len(self.directories),
            ENTRY.size * self.entry_count,
            len(self.names),
            len(self.targets),
            BLOCK.size * block_count,
            len(self.metadata),
        )
        return HEADER_SIZE + sum(map(aligned, sizes))


def write_index(
    output: BinaryIO, index: Index, entries: bytes, blocks: Iterable[BlockRecord], size: int
) -> None:
    """Writes header and index to the start of `output`; `size` is that of the whole payload."""
    contents = {
        Section.DIRECTORIES: index.directories,
        Section.ENTRIES: entries,
        Section.NAMES: index.names,
        Section.TARGETS: index.targets,
        Section.BLOCKS: b"".join(BLOCK.pack(*block) for block in blocks),
        Section.METADATA: index.metadata,
    }
    places: list[int] = []
    data = b""
    for section in Section:
        places += (len(data), len(contents[section]))
        data += contents[section] + bytes(aligned(len(contents[section])) - len(contents[section]))
    expected = index.end(len(contents[Section.BLOCKS]) // BLOCK.size)
    assert HEADER_SIZE + len(data) == expected, "the index changed while contents were written: a bug of ours"
    header = HEADER.pack(
        PAYLOAD_MAGIC,
        PAYLOAD_VERSION,
        HEADER_SIZE,
        0,
        size,
        len(data),
        zlib.crc32(data),
        len(index.directories) // DIRECTORY.size,
        index.entry_count,
        index.entry_point,
        0,
        *places,
    )
    output.seek(0)
    output.write(header + HEADER_CHECK.pack(zlib.crc32(header)) + data)
