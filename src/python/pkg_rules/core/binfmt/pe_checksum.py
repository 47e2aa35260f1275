"""The checksum of a Windows executable."""

from __future__ import annotations

import os
from typing import BinaryIO

_BLOCK = 1 << 16


def checksum(file: BinaryIO, field_offset: int) -> int:
    """What the field at that offset has to be; its own four bytes count as zero.

    It is the sum of all 16-bit words in which every carry is added again, plus the size of the file. Adding the carry is
    counting modulo 65535, and so whole blocks can be added as one number each: 2**16 is 1 there.
    """
    size = os.fstat(file.fileno()).st_size
    file.seek(field_offset)
    total = -int.from_bytes(file.read(4), "little") << (8 * (field_offset % 2))
    file.seek(0)
    while block := file.read(_BLOCK):
        total += int.from_bytes(block, "little")
    # Only a file of nothing but zeros has the sum 0; else it is the other zero of this arithmetic.
    return (total % 0xFFFF or 0xFFFF) + size
