"""The switch inside a Node.js executable that says whether it holds a single executable application."""

from __future__ import annotations

from typing import BinaryIO

# Split, so that nothing that embeds this text holds the switch itself.
FUSE = b"NODE_SEA_FUSE_" + b"fce680ab2cc467b6e072b8b5df1996b2"
FUSE_OFF = FUSE + b":0"
FUSE_ON = FUSE + b":1"

_BLOCK = 1 << 20


def count_switches(file: BinaryIO, begin: int, end: int) -> tuple[int, int]:
    """How many there are between two offsets that are on, and that are off."""
    on = off = 0
    file.seek(begin)
    data = b""
    while begin < end:
        block = file.read(min(_BLOCK, end - begin))
        if not block:
            break
        begin += len(block)
        # What may be the beginning of one is too short to have been counted.
        data = data[1 - len(FUSE_ON) :] + block
        at = data.find(FUSE)
        while at >= 0:
            on, off = on + data.startswith(FUSE_ON, at), off + data.startswith(FUSE_OFF, at)
            at = data.find(FUSE, at + 1)
    return on, off
