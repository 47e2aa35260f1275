"""Decompresses blocks by a Node.js, for codecs that Python does not have."""

from __future__ import annotations

import struct
import subprocess
from types import TracebackType
from typing import Optional

from pkg_rules.core.inspection.errors import InspectionError
from pkg_rules.core.payload.errors import CorruptPayloadError
from pkg_rules.core.payload.format import Codec

# codec, expected size, length of the data that follows; the answer is its length and the data, 0xFFFFFFFF for damage.
_REQUEST = struct.Struct("<III")
_ANSWER = struct.Struct("<I")
_DAMAGED = 0xFFFFFFFF

_PROGRAM = """
const fs = require('node:fs');
const zlib = require('node:zlib');
const ways = { 1: zlib.inflateRawSync, 2: zlib.brotliDecompressSync, 3: zlib.zstdDecompressSync };
function read(length) {
  const data = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const count = fs.readSync(0, data, done, length - done, null);
    if (count === 0) process.exit(0);
    done += count;
  }
  return data;
}
function write(data) {
  for (let done = 0; done < data.length; ) done += fs.writeSync(1, data, done);
}
for (;;) {
  const request = read(12);
  const stored = read(request.readUInt32LE(8));
  const answer = Buffer.alloc(4);
  let data = Buffer.alloc(0);
  try {
    data = ways[request.readUInt32LE(0)](stored, { maxOutputLength: request.readUInt32LE(4) + 1 });
    answer.writeUInt32LE(data.length);
  } catch (error) {
    process.stderr.write(`${error.message}\\n`);
    answer.writeUInt32LE(0xffffffff);
  }
  write(answer);
  write(data);
}
"""


class NodeDecoder:
    """One process for all blocks, which is started for the first and ends with the `with` statement."""

    def __init__(self, node: str) -> None:
        self._node = node
        self._process: Optional[subprocess.Popen[bytes]] = None

    def __enter__(self) -> NodeDecoder:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._process is not None:
            self._process.communicate()

    def __call__(self, codec: Codec, data: bytes, size: int) -> bytes:
        process = self._started()
        assert process.stdin is not None and process.stdout is not None, "both are pipes"
        try:
            process.stdin.write(_REQUEST.pack(codec, size, len(data)) + data)
            process.stdin.flush()
            (length,) = _ANSWER.unpack(process.stdout.read(_ANSWER.size))
        except (OSError, struct.error) as error:
            raise InspectionError(
                f"`{self._node}` does not decompress {codec.name.lower()}. Name a Node.js of version 22.15 or newer."
            ) from error
        if length == _DAMAGED:
            raise CorruptPayloadError(f"A block cannot be decompressed ({codec.name.lower()}).")
        return process.stdout.read(length)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    [self._node, "-e", _PROGRAM],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise InspectionError(f"`{self._node}` cannot be run: {error}.") from error
        return self._process
