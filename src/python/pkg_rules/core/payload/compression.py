"""Compression of payloads: which method and how hard, and the payload that comes of a plain one and its blocks.

A payload is first written with all blocks as they are. They are then compressed by a Node.js, in several processes, and
put back by their content. So an edit costs the compression of the blocks that it changed, and of a few beside them.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

from pkg_rules.core.payload.errors import CompressionError
from pkg_rules.core.payload.format import Codec, aligned
from pkg_rules.core.payload.index import BlockRecord, write_index
from pkg_rules.core.payload.reader import PayloadReader

NAMES = {"gzip": Codec.GZIP, "brotli": Codec.BROTLI, "zstd": Codec.ZSTD}

# Lowest and highest level, and the one that is taken unless another is asked for: docs/decisions/0005-*.md.
_LEVELS = {Codec.GZIP: (1, 9, 6), Codec.BROTLI: (0, 11, 9), Codec.ZSTD: (1, 22, 12)}

# The first Node.js of each line that decompresses zstd; later lines all do.
_ZSTD_SINCE = ((22, 15), (23, 8))

# Blocks that do not get smaller than this part of themselves stay as they are: pictures, archives.
_WORTH_IT = 0.95

# Blocks that one process compresses, roughly.
_BUCKET_BYTES = 2 << 20
_MOST_BUCKETS = 64


@dataclass(frozen=True)
class Compression:
    codec: Codec
    level: int

    @property
    def name(self) -> str:
        return self.codec.name.lower()


def compression(name: str, level: Optional[int]) -> Optional[Compression]:
    """None for `none`; the default level of the method unless one is given."""
    if name == "none":
        if level is not None:
            raise CompressionError(
                f"There is a compression level, {level}, and no compression. Choose one of"
                f" {', '.join(f'`{other}`' for other in NAMES)}, or leave out the level."
            )
        return None
    codec = NAMES[name]
    lowest, highest, default = _LEVELS[codec]
    if level is not None and not lowest <= level <= highest:
        raise CompressionError(f"`{name}` has levels from {lowest} to {highest}, and not {level}.")
    return Compression(codec, default if level is None else level)


def check_node_decompresses(chosen: Compression, version: str) -> None:
    """Raises CompressionError if a Node.js of that version cannot read what is written."""
    found = tuple(int(part) for part in version.split(".")[:2])
    if chosen.codec is not Codec.ZSTD or found >= _ZSTD_SINCE[-1]:
        return
    if any(since[0] == found[0] and found >= since for since in _ZSTD_SINCE):
        return
    raise CompressionError(
        f"Node.js {version} cannot decompress `zstd`, which is there since 22.15 and 23.8. Choose a newer Node.js, or"
        " `brotli`, which makes files as small but starts a little slower."
    )


def write_blocks(payload: Path, folder: Path) -> None:
    """Writes each block once, as `<bucket>/<sha256>`; which bucket depends on its content and on the amount of all."""
    with open(payload, "rb") as file:
        reader = PayloadReader(file, 0, os.path.getsize(payload))
        total = sum(block.size for block in reader.blocks)
        buckets = 1
        while buckets < _MOST_BUCKETS and buckets * _BUCKET_BYTES < total:
            buckets *= 2
        for number in range(len(reader.blocks)):
            data = reader.stored_block(number)
            name = _name(data)
            bucket = folder / f"{int(name[:2], 16) % buckets:02d}"
            bucket.mkdir(parents=True, exist_ok=True)
            (bucket / name).write_bytes(data)


def write_compressed(payload: Path, codec: Codec, blocks: Path, target: Path) -> None:
    """Writes the payload with its blocks from `blocks`, where they are compressed under the names of `write_blocks`."""
    with open(payload, "rb") as file, open(target, "xb") as output:
        reader = PayloadReader(file, 0, os.path.getsize(payload))
        position = output.seek(reader.index.end(len(reader.blocks)))
        records = []
        for record, data in _compressed(reader, codec, blocks):
            records.append(record._replace(offset=position))
            output.write(data + bytes(aligned(len(data)) - len(data)))
            position = aligned(position + len(data))
        write_index(output, reader.index, reader.entry_records, records, position)


def _compressed(
    reader: PayloadReader, codec: Codec, blocks: Path
) -> Iterator[tuple[BlockRecord, bytes]]:
    for number, plain in enumerate(reader.blocks):
        data = reader.stored_block(number)
        smaller = (blocks / _name(data)).read_bytes()
        if len(smaller) < len(data) * _WORTH_IT:
            yield BlockRecord.of(smaller, plain.size, codec), smaller
        else:
            yield plain, data


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
