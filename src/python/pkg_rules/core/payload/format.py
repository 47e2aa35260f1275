"""The byte layout of the payload and of the code cache file: the one table that writer, reader, loader and
docs/formats/payload.md agree on.

All numbers are little-endian. Offsets of sections count from the start of the index, offsets of blocks from the start
of the payload, offsets of files from the start of their block. The constants that the loader needs are repeated in prelude/src/format.cjs; a test compares them.
"""

from __future__ import annotations

import enum
import struct

PAYLOAD_MAGIC = b"PKGPAYLD"
PAYLOAD_VERSION = 2

# magic, version, header size, flags, payload size, index size, crc32 of the index, number of directories, number of
# entries, entry number of the entry point, reserved; then offset and size of each section in the order of `Section`.
HEADER = struct.Struct("<8sHHIQIIIIII" + "II" * 6 + "28x")
# The last four bytes of the header are the crc32 of those before.
HEADER_CHECK = struct.Struct("<I")
HEADER_SIZE = HEADER.size + HEADER_CHECK.size

# parent directory, first entry, number of entries, offset and size of its names in the names section, own entry,
# directory of the nearest package.json at or above it.
DIRECTORY = struct.Struct("<IIIIIII")

# flags, link, offset, crc32 of the content, size, size of the cached data, reserved.
# `link` is the directory number of a directory; the offset in the targets section of a symlink, whose size is the length
# of its target; and the number of the first block of a file, in which it starts at `offset`. Cached data starts at the
# first multiple of ALIGNMENT after the content and, if the script is in its wrapper, SCRIPT_SUFFIX, in the same block.
ENTRY = struct.Struct("<IIIIQII")

# offset, stored size, size, crc32 of the stored bytes, codec.
BLOCK = struct.Struct("<QIIII")

# Files are laid together in blocks of at most this size, and compressed and checked as one. A file that is larger has a
# block of its own if it is a script, because V8 needs it in one piece; everything else is cut after each BLOCK_SIZE.
BLOCK_SIZE = 1 << 18
# A script that is larger than any string of V8 is data like other data.
LARGEST_SCRIPT = 1 << 29

# "None" where a field holds the number of a directory or an entry.
NOTHING = 0xFFFFFFFF

# V8 copies cached data that is not aligned like a pointer.
ALIGNMENT = 8

# A CommonJS script with cached data stands between these, so that the loader gets the whole text to compile in one piece.
# They are the wrapper of Node's CommonJS, with a line break, which keeps columns as they are in the file.
SCRIPT_PREFIX = b"(function (exports, require, module, __filename, __dirname) {\n"
SCRIPT_SUFFIX = b"\n})"

KIND_SHIFT = 0
KIND_MASK = 0x3
EXECUTABLE_FLAG = 1 << 2
ASCII_FLAG = 1 << 3
MODULE_FORMAT_SHIFT = 8
MODULE_FORMAT_MASK = 0xF
# The cached data is that of an ES module, which is compiled without a wrapper.
MODULE_CODE_FLAG = 1 << 12
# The content is an outline in place of the source, and the cached data is all there is of the code.
STRIPPED_FLAG = 1 << 13

CODE_CACHE_MAGIC = b"PKGCACHE"
CODE_CACHE_VERSION = 2
# magic, version, reserved, length of the JSON table that follows; the data starts at the next multiple of ALIGNMENT.
CODE_CACHE_HEADER = struct.Struct("<8sHHI")


class Section(enum.IntEnum):
    DIRECTORIES = 0
    ENTRIES = 1
    NAMES = 2
    TARGETS = 3
    BLOCKS = 4
    METADATA = 5


class Kind(enum.IntEnum):
    FILE = 0
    DIRECTORY = 1
    SYMLINK = 2


class Codec(enum.IntEnum):
    """How the bytes of a block are stored; `GZIP` is the same method, DEFLATE, without the header of a file."""

    STORED = 0
    GZIP = 1
    BROTLI = 2
    ZSTD = 3


class ModuleFormat(enum.IntEnum):
    """How Node would load a file, as far as that is known when the payload is written."""

    NONE = 0
    # By extension or by the `type` of the nearest package.json.
    COMMONJS = 1
    MODULE = 2
    # A `.js` file without a `type`, decided by its syntax when its code cache was made.
    DETECTED_COMMONJS = 3
    DETECTED_MODULE = 4
    # A `.js` file without a `type` that nobody has parsed; the loader does what Node does.
    AMBIGUOUS = 5
    JSON = 6
    WASM = 7


def is_wrapped(flags: int) -> bool:
    """Whether a script with cached data stands in the wrapper of CommonJS."""
    return not flags & (MODULE_CODE_FLAG | STRIPPED_FLAG)


def cached_data_offset(offset: int, size: int, flags: int) -> int:
    """Where the cached data of a file is whose content is at `offset` of the same block."""
    return aligned(offset + size + (len(SCRIPT_SUFFIX) if is_wrapped(flags) else 0))


def aligned(offset: int) -> int:
    return (offset + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
