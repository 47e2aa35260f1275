"""The locator: 32 bytes inside the application that say where in the executable the payload lies."""

from __future__ import annotations

import struct

# Split, so that nothing that embeds this module holds the magic as one literal.
MAGIC = b"PKGRULES" + b"-LOCATOR"
_PLACE = struct.Struct("<QQ")
SIZE = len(MAGIC) + _PLACE.size
EMPTY = MAGIC + bytes(_PLACE.size)


def pack_place(offset: int, length: int) -> bytes:
    """What comes after the magic."""
    return _PLACE.pack(offset, length)


def unpack_place(data: bytes) -> tuple[int, int]:
    offset, length = _PLACE.unpack(data)
    return offset, length
