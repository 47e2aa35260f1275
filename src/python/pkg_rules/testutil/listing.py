"""What is in an executable, as lines of text that can be compared by eye and by a test."""

from __future__ import annotations

import hashlib
import mmap
import zlib
from pathlib import Path

from pkg_rules.core.payload.reader import PayloadEntry, PayloadReader
from pkg_rules.core.sea import locator


def listing(executable: Path) -> tuple[str, ...]:
    """The base, then each entry of the payload with everything that is stored about it."""
    with open(executable, "rb") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            place = content.find(locator.MAGIC) + len(locator.MAGIC)
            start, size = locator.unpack_place(content[place : place + locator.SIZE - len(locator.MAGIC)])
            base = hashlib.sha256(content[:start]).hexdigest()
        reader = PayloadReader(file, start, size)
        return (
            f"base {start} bytes, sha256 {base}",
            f"payload {size} bytes, entry point {reader.entry_point}, {dict(reader.metadata)}",
            *(_line(entry, reader) for entry in reader.entries()),
        )


def _line(entry: PayloadEntry, reader: PayloadReader) -> str:
    cached = zlib.crc32(reader.cached_data(entry)) if entry.cached_data_size else 0
    return (
        f"{entry.path}{'*' if entry.executable else ''} {entry.kind.name} {entry.target} "
        f"{entry.module_format.name} {entry.size} bytes, crc32 {entry.crc32:08x}, "
        f"cached data {entry.cached_data_size} bytes, crc32 {cached:08x}"
    )
