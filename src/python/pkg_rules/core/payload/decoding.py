"""Decompresses blocks outside of an executable: what Python can, and through somebody else what it cannot."""

from __future__ import annotations

import zlib
from typing import Callable, Optional

from pkg_rules.core.payload.errors import CorruptPayloadError, MissingDecoderError
from pkg_rules.core.payload.format import Codec

# A way that is not built in: the codec, the stored bytes, and the size that is expected.
ForeignDecoder = Callable[[Codec, bytes, int], bytes]

# DEFLATE without a header.
_RAW = -15


class Decoder:
    """`foreign` decompresses what this Python cannot."""

    def __init__(self, foreign: Optional[ForeignDecoder] = None) -> None:
        self._foreign = foreign

    def knows(self, codec: Codec) -> bool:
        return codec in (Codec.STORED, Codec.GZIP) or self._foreign is not None

    def decode(self, codec: Codec, data: bytes, size: int) -> bytes:
        """Exactly `size` bytes; anything else is damage. No more memory than that is used for the result."""
        if codec is Codec.STORED:
            return data
        decoded = _inflate(data, size) if codec is Codec.GZIP else self._decode(codec, data, size)
        if len(decoded) != size:
            raise CorruptPayloadError(
                f"A block that should have {size} bytes has {len(decoded)} when it is decompressed ({codec.name.lower()})."
            )
        return decoded

    def _decode(self, codec: Codec, data: bytes, size: int) -> bytes:
        if self._foreign is not None:
            return self._foreign(codec, data, size)
        raise MissingDecoderError(
            f"The payload is compressed with {codec.name.lower()}, which this Python cannot decompress. Name a"
            " Node.js that can, of version 22.15 or newer: `--node /path/to/node`."
        )


def _inflate(data: bytes, size: int) -> bytes:
    decompressor = zlib.decompressobj(_RAW)
    try:
        decoded = decompressor.decompress(data, size + 1)
    except zlib.error as error:
        raise CorruptPayloadError(f"A block cannot be decompressed: {error}.") from error
    if not decompressor.eof and len(decoded) == size:
        raise CorruptPayloadError("A block is not complete when it is decompressed.")
    return decoded

