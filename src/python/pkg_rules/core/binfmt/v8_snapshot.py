"""What V8 compares before it takes cached data, read from a Node.js executable of any platform without running it."""

from __future__ import annotations

import mmap
import re
import struct
from pathlib import Path

from pkg_rules.core.binfmt.errors import ExecutableFormatError

# The header of V8's snapshot: number of contexts, whether it can be rehashed, checksum, checksum of the read-only part,
# then V8's version text. There are two snapshots in most Node.js: V8's own with one context, which was used to build the
# other one, and that of Node.js with several, which it starts from. Without that (Windows on arm64) it starts from V8's.
_HEADER = struct.Struct("<IIII")
_VERSION = re.compile(rb"\d{1,3}(?:\.\d{1,5}){3}")
_LONGEST_VERSION = 3 + 3 * 6
# Looked for first: only what begins with constant bytes is found quickly in a hundred megabytes.
_VERSION_SUFFIX = re.compile(rb"-node\.\d{1,4}\0")
_MOST_CONTEXTS = 64


def read_only_checksum(executable: Path) -> int:
    """The checksum that cached data made by this Node.js has."""
    with open(executable, "rb") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            found = sorted(
                (contexts, checksum)
                for suffix in _VERSION_SUFFIX.finditer(content)
                # All beginnings, as the last byte of a header may be a digit too.
                for start in range(max(suffix.start() - _LONGEST_VERSION, _HEADER.size), suffix.start())
                if _VERSION.fullmatch(content, start, suffix.start())
                for contexts, rehashable, _, checksum in [_HEADER.unpack_from(content, start - _HEADER.size)]
                if 0 < contexts <= _MOST_CONTEXTS and rehashable in (0, 1)
            )
    largest = [checksum for contexts, checksum in found if contexts == found[-1][0]]
    if len(largest) != 1:
        raise ExecutableFormatError(
            f"`{executable.name}` has {len(largest)} snapshots of V8 that Node.js could start from, not one, so nothing "
            "tells whether it would take bytecode: it is a differently built Node.js. With `bytecode=False` programs are "
            "packaged as source."
        )
    return largest[0]
