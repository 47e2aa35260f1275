"""Reads a payload without running it, for tests and for tools; every number in it is distrusted."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pkg_rules.core.payload.decoding import Decoder
from pkg_rules.core.payload.errors import CorruptPayloadError
from pkg_rules.core.payload.format import (
    ASCII_FLAG,
    BLOCK,
    BLOCK_SIZE,
    DIRECTORY,
    ENTRY,
    EXECUTABLE_FLAG,
    HEADER,
    HEADER_CHECK,
    HEADER_SIZE,
    KIND_MASK,
    KIND_SHIFT,
    MODULE_CODE_FLAG,
    MODULE_FORMAT_MASK,
    MODULE_FORMAT_SHIFT,
    NOTHING,
    PAYLOAD_MAGIC,
    PAYLOAD_VERSION,
    STRIPPED_FLAG,
    Codec,
    Kind,
    ModuleFormat,
    Section,
    cached_data_offset,
)
from pkg_rules.core.payload.index import BlockRecord, Index


@dataclass(frozen=True)
class PayloadEntry:
    """One path of a payload. Offsets count from the start of the (first) block."""

    path: str
    kind: Kind
    executable: bool = False
    is_ascii: bool = False
    module_format: ModuleFormat = ModuleFormat.NONE
    target: str = ""
    block: int = 0
    block_count: int = 0
    offset: int = 0
    size: int = 0
    crc32: int = 0
    cached_data_offset: int = 0
    cached_data_size: int = 0
    is_module_code: bool = False
    is_stripped: bool = False


class PayloadReader:
    """The payload that starts at `start` of a seekable file and is `size` bytes long."""

    def __init__(
        self, file: BinaryIO, start: int, size: int, decoder: Decoder | None = None
    ) -> None:
        self._decoder = decoder or Decoder()
        self._last_block: tuple[int, bytes] | None = None
        self._file = file
        self._start = start
        file_size = file.seek(0, os.SEEK_END)
        if start + size > file_size:
            raise CorruptPayloadError(
                f"The payload should be {size:,} bytes at offset {start:,}, but the file has {file_size:,} bytes."
            )
        header = self._read(0, HEADER_SIZE, size, "header")
        fields = HEADER.unpack_from(header)
        if fields[0] != PAYLOAD_MAGIC:
            raise CorruptPayloadError(
                f"There is no payload at offset {start}: found `{fields[0].hex()}`."
            )
        if fields[1] != PAYLOAD_VERSION or fields[2] != HEADER_SIZE:
            raise CorruptPayloadError(
                f"The payload has version {fields[1]}, this program reads version {PAYLOAD_VERSION}."
            )
        if HEADER_CHECK.unpack_from(header, HEADER.size)[0] != zlib.crc32(header[: HEADER.size]):
            raise CorruptPayloadError("The header of the payload is damaged.")
        _, _, _, _, self.size, index_size, index_crc, self._directory_count, self._entry_count = (
            fields[:9]
        )
        self._entry_point = fields[9]
        if self.size != size:
            raise CorruptPayloadError(f"The payload should have {self.size} bytes and has {size}.")
        self._index = self._read(HEADER_SIZE, index_size, size, "index")
        if zlib.crc32(self._index) != index_crc:
            raise CorruptPayloadError("The index of the payload is damaged.")
        self._sections = {
            section: (fields[11 + 2 * section], fields[12 + 2 * section]) for section in Section
        }
        for section, (offset, section_size) in self._sections.items():
            if offset + section_size > index_size:
                raise CorruptPayloadError(
                    f"The section {section.name} of the payload ends after its index."
                )
        if self._sections[Section.DIRECTORIES][1] != self._directory_count * DIRECTORY.size:
            raise CorruptPayloadError(
                "The number of directories of the payload contradicts their section."
            )
        if self._sections[Section.ENTRIES][1] != self._entry_count * ENTRY.size:
            raise CorruptPayloadError(
                "The number of entries of the payload contradicts their section."
            )
        self.blocks = tuple(self._read_blocks())

    @property
    def index(self) -> Index:
        """The index as it is, for whoever writes the payload with other blocks."""
        return Index(
            directories=self._section(Section.DIRECTORIES),
            names=self._section(Section.NAMES),
            targets=self._section(Section.TARGETS),
            metadata=self._section(Section.METADATA),
            entry_point=self._entry_point,
            entry_count=self._entry_count,
        )

    @property
    def entry_records(self) -> bytes:
        return self._section(Section.ENTRIES)

    @property
    def metadata(self) -> dict[str, str]:
        return dict(json.loads(self._section(Section.METADATA)))

    @property
    def entry_point(self) -> str:
        for number, entry in self._numbered_entries():
            if number == self._entry_point:
                return entry.path
        raise CorruptPayloadError(
            f"The entry point {self._entry_point} is not an entry of the payload."
        )

    def entries(self) -> Iterator[PayloadEntry]:
        """All entries, depth first, in the order of their names."""
        return (entry for _, entry in self._numbered_entries())

    def content(self, entry: PayloadEntry) -> bytes:
        """The content of a file, checked against its crc32."""
        return b"".join(self.pieces(entry))

    def pieces(self, entry: PayloadEntry) -> Iterator[bytes]:
        """The content of a file, block by block; that it is damaged may be known only at its end."""
        crc = size = 0
        for number in range(entry.block, entry.block + entry.block_count):
            piece = self.block(number)
            if entry.block_count == 1:
                piece = piece[entry.offset : entry.offset + entry.size]
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            yield piece
        if (crc, size) != (entry.crc32, entry.size):
            raise CorruptPayloadError(f"The content of `{entry.path}` is damaged.")

    def cached_data(self, entry: PayloadEntry) -> bytes:
        start = entry.cached_data_offset
        return self.block(entry.block)[start : start + entry.cached_data_size]

    def block(self, number: int) -> bytes:
        """The bytes of a block as they were before they were compressed."""
        if self._last_block is None or self._last_block[0] != number:
            record = self.blocks[number]
            data = self._decoder.decode(record.codec, self.stored_block(number), record.size)
            self._last_block = (number, data)
        return self._last_block[1]

    def stored_block(self, number: int) -> bytes:
        """The bytes of a block as they are in the file, checked against their crc32."""
        record = self.blocks[number]
        what = f"block {number} (at offset {record.offset})"
        data = self._read(record.offset, record.stored_size, self.size, what)
        if zlib.crc32(data) != record.crc32:
            raise CorruptPayloadError(f"The {what} of the payload is damaged.")
        return data

    @property
    def contents_start(self) -> int:
        """Where the index ends."""
        return HEADER_SIZE + len(self._index)

    def raw(self, offset: int, size: int) -> bytes:
        return self._read(offset, size, self.size, "contents")

    def _read_blocks(self) -> Iterator[BlockRecord]:
        section = self._section(Section.BLOCKS)
        if len(section) % BLOCK.size:
            raise CorruptPayloadError("The blocks of the payload do not fill their section.")
        for number, (offset, stored_size, size, crc, codec) in enumerate(BLOCK.iter_unpack(section)):
            if offset + stored_size > self.size:
                raise CorruptPayloadError(f"The block {number} ends after the payload.")
            try:
                record = BlockRecord(offset, stored_size, size, crc, Codec(codec))
            except ValueError as error:
                raise CorruptPayloadError(
                    f"The block {number} is compressed in a way that no payload has: {error}."
                ) from error
            if record.codec is Codec.STORED and size != stored_size:
                raise CorruptPayloadError(
                    f"The block {number} is stored in {stored_size} bytes and has {size}."
                )
            yield record

    def _numbered_entries(self) -> Iterator[tuple[int, PayloadEntry]]:
        seen: set[int] = set()
        pending = [(0, "")]
        while pending:
            number, path = pending.pop()
            if number >= self._directory_count or number in seen:
                raise CorruptPayloadError(
                    f"The directory `{path}` of the payload does not exist or exists twice."
                )
            seen.add(number)
            found = list(self._directory(number, path))
            subdirectories = []
            for entry_number, entry, link in found:
                yield entry_number, entry
                if entry.kind is Kind.DIRECTORY:
                    subdirectories.append((link, entry.path))
            pending.extend(reversed(subdirectories))

    def _directory(self, number: int, path: str) -> Iterator[tuple[int, PayloadEntry, int]]:
        section, _ = self._sections[Section.DIRECTORIES]
        _, first, count, names_offset, names_size, _, _ = DIRECTORY.unpack_from(
            self._index, section + number * DIRECTORY.size
        )
        names = self._section(Section.NAMES)
        if first + count > self._entry_count or names_offset + names_size > len(names):
            raise CorruptPayloadError(
                f"The directory `{path}` of the payload ends after the index."
            )
        split = names[names_offset : names_offset + names_size].split(b"\0") if count else []
        if len(split) != count:
            raise CorruptPayloadError(
                f"The directory `{path}` has {count} entries and {len(split)} names."
            )
        for index, name in enumerate(split):
            try:
                decoded = name.decode()
            except UnicodeDecodeError as error:
                raise CorruptPayloadError(
                    f"A name in the directory `{path}` is not UTF-8."
                ) from error
            if decoded in ("", ".", "..") or "/" in decoded:
                raise CorruptPayloadError(f"The directory `{path}` has an entry named `{decoded}`.")
            entry, link = self._entry(first + index, f"{path}/{decoded}" if path else decoded)
            yield first + index, entry, link

    def _entry(self, number: int, path: str) -> tuple[PayloadEntry, int]:
        section, _ = self._sections[Section.ENTRIES]
        flags, link, offset, crc, size, cache_size, _ = ENTRY.unpack_from(
            self._index, section + number * ENTRY.size
        )
        try:
            kind = Kind(flags >> KIND_SHIFT & KIND_MASK)
            module_format = ModuleFormat(flags >> MODULE_FORMAT_SHIFT & MODULE_FORMAT_MASK)
        except ValueError as error:
            raise CorruptPayloadError(
                f"`{path}` has flags {flags:#x} that no payload has: {error}."
            ) from error
        if kind is Kind.DIRECTORY:
            return PayloadEntry(path, kind), link
        if kind is Kind.SYMLINK:
            targets = self._section(Section.TARGETS)
            if link + size > len(targets):
                raise CorruptPayloadError(
                    f"The target of the symlink `{path}` ends after the index."
                )
            return PayloadEntry(path, kind, target=targets[link : link + size].decode()), NOTHING
        cache_offset = cached_data_offset(offset, size, flags)
        return (
            PayloadEntry(
                path,
                kind,
                executable=bool(flags & EXECUTABLE_FLAG),
                is_ascii=bool(flags & ASCII_FLAG),
                module_format=module_format,
                block=link,
                block_count=self._check_place(
                    path, link, offset, size, cache_offset + cache_size if cache_size else 0
                ),
                offset=offset,
                size=size,
                crc32=crc,
                cached_data_offset=cache_offset if cache_size else 0,
                cached_data_size=cache_size,
                is_module_code=bool(flags & MODULE_CODE_FLAG),
                is_stripped=bool(flags & STRIPPED_FLAG),
            ),
            NOTHING,
        )

    def _check_place(self, path: str, first: int, offset: int, size: int, cache_end: int) -> int:
        """How many blocks a file lies in, all of which have to be there."""
        if first >= len(self.blocks):
            raise CorruptPayloadError(f"The content of `{path}` is in a block that does not exist.")
        if offset + size <= self.blocks[first].size and cache_end <= self.blocks[first].size:
            return 1
        sizes = [block.size for block in self.blocks[first : first + -(-size // BLOCK_SIZE)]]
        if offset or cache_end or sum(sizes) != size or set(sizes[:-1]) - {BLOCK_SIZE}:
            raise CorruptPayloadError(f"The content of `{path}` ends after its block.")
        return len(sizes)

    def _section(self, section: Section) -> bytes:
        offset, size = self._sections[section]
        return self._index[offset : offset + size]

    def _read(self, offset: int, size: int, limit: int, what: str) -> bytes:
        if offset + size > limit:
            raise CorruptPayloadError(f"The payload ends in its {what}.")
        self._file.seek(self._start + offset)
        data = self._file.read(size)
        if len(data) != size:
            raise CorruptPayloadError(f"The file ends in the {what} of its payload.")
        return data
