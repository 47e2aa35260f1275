"""Compressed payloads: what is chosen, what is refused, and what comes out of the two steps around the compressor."""

from __future__ import annotations

import random
import zlib
from pathlib import Path
from typing import Callable

import pytest

from pkg_rules.core.payload.compression import (
    Compression,
    check_node_decompresses,
    compression,
    write_blocks,
    write_compressed,
)
from pkg_rules.core.payload.decoding import Decoder
from pkg_rules.core.payload.errors import (
    CompressionError,
    CorruptPayloadError,
    MissingDecoderError,
)
from pkg_rules.core.payload.format import BLOCK_SIZE, Codec, Kind
from pkg_rules.core.payload.trees_for_tests import Link, Program, Tree, payload_of, read

FILES: Tree = {
    "main.js": b"console.log('runs');\n" * 1000,
    "lib/a.js": b"exports.a = 1;\n" * 100,
    "empty": b"",
    "link": Link("main.js"),
    "tool": Program(b"#!/bin/sh\n" * 50),
    "zeros": bytes(3 * BLOCK_SIZE + 5),
    "noise": random.Random(1).randbytes(BLOCK_SIZE),
}


def deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15)
    return compressor.compress(data) + compressor.flush()


def compressed(folder: Path, compress: Callable[[bytes], bytes], codec: Codec = Codec.GZIP) -> bytes:
    payload = folder / "payload"
    if not payload.exists():
        payload_of(folder, FILES)
    write_blocks(payload, folder / "blocks")
    (folder / "compressed").mkdir()
    for block in (folder / "blocks").glob("*/*"):
        (folder / "compressed" / block.name).write_bytes(compress(block.read_bytes()))
    write_compressed(payload, codec, folder / "compressed", folder / "smaller")
    return (folder / "smaller").read_bytes()


def test_everything_is_there_and_smaller(tmp_path: Path) -> None:
    smaller = compressed(tmp_path, deflate)
    plain = read((tmp_path / "payload").read_bytes())
    reader = read(smaller)
    assert len(smaller) < plain.size / 2
    assert list(reader.entries()) == list(plain.entries())
    assert (reader.entry_point, reader.metadata) == (plain.entry_point, plain.metadata)
    for entry in reader.entries():
        if entry.kind is Kind.FILE:
            assert reader.content(entry) == FILES[entry.path]


def test_what_does_not_get_smaller_is_stored(tmp_path: Path) -> None:
    reader = read(compressed(tmp_path, deflate))
    codecs = {
        entry.path: reader.blocks[entry.block].codec
        for entry in reader.entries()
        if entry.kind is Kind.FILE
    }
    assert codecs["noise"] is Codec.STORED
    assert codecs["main.js"] is codecs["zeros"] is Codec.GZIP


def test_equal_blocks_are_compressed_once(tmp_path: Path) -> None:
    payload_of(tmp_path, FILES)
    write_blocks(tmp_path / "payload", tmp_path / "blocks")
    contents = [block.read_bytes() for block in (tmp_path / "blocks").glob("*/*")]
    assert contents.count(bytes(BLOCK_SIZE)) == 1


@pytest.mark.parametrize(
    "compress, problem",
    [
        (lambda data: deflate(data[:-1]), "that should have .* bytes has"),
        (lambda data: deflate(data + b"x"), "that should have .* bytes has"),
        (lambda data: deflate(data)[:-4], "is not complete|bytes has"),
        (lambda data: b"\xff" + deflate(data)[1:], "A block cannot be decompressed: Error"),
        # A bomb: a hundred times of what was announced.
        (lambda data: deflate(bytes(len(data) * 100)), "that should have .* bytes has"),
    ],
)
def test_blocks_of_another_size_are_damage(
    compress: Callable[[bytes], bytes], problem: str, tmp_path: Path
) -> None:
    payload_of(tmp_path, {"main.js": b"1" * 10_000})
    reader = read(compressed(tmp_path, compress))
    (main,) = reader.entries()
    with pytest.raises(CorruptPayloadError, match=problem):
        reader.content(main)


def test_a_foreign_decoder_is_asked_for_what_python_has_not(tmp_path: Path) -> None:
    asked: list[Codec] = []

    def foreign(codec: Codec, data: bytes, size: int) -> bytes:
        asked.append(codec)
        return zlib.decompress(data, -15)

    smaller = compressed(tmp_path, deflate, Codec.BROTLI)
    reader = read(smaller)
    main = next(entry for entry in reader.entries() if entry.path == "main.js")
    with pytest.raises(MissingDecoderError) as error:
        reader.content(main)
    assert str(error.value) == (
        "The payload is compressed with brotli, which this Python cannot decompress. Name a Node.js that can, of version"
        " 22.15 or newer: `--node /path/to/node`."
    )
    assert Decoder(foreign).decode(Codec.BROTLI, deflate(b"abc"), 3) == b"abc"
    assert asked == [Codec.BROTLI]


def test_levels() -> None:
    assert compression("none", None) is None
    assert compression("gzip", None) == Compression(Codec.GZIP, 6)
    assert compression("brotli", 0) == Compression(Codec.BROTLI, 0)
    assert compression("zstd", 22) == Compression(Codec.ZSTD, 22)


@pytest.mark.parametrize(
    "name, level, message",
    [
        (
            "none",
            3,
            "There is a compression level, 3, and no compression. Choose one of `gzip`, `brotli`, `zstd`, or leave out"
            " the level.",
        ),
        ("gzip", 10, "`gzip` has levels from 1 to 9, and not 10."),
        ("zstd", 0, "`zstd` has levels from 1 to 22, and not 0."),
        ("brotli", -1, "`brotli` has levels from 0 to 11, and not -1."),
    ],
)
def test_levels_that_are_not_there(name: str, level: int, message: str) -> None:
    with pytest.raises(CompressionError) as error:
        compression(name, level)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "version, can",
    [
        ("20.19.0", False),
        ("22.14.0", False),
        ("22.15.0", True),
        ("23.7.1", False),
        ("23.8.0", True),
        ("24.0.0", True),
        ("26.10.0", True),
    ],
)
def test_zstd_needs_a_node_that_has_it(version: str, can: bool) -> None:
    check_node_decompresses(Compression(Codec.BROTLI, 9), version)
    if can:
        check_node_decompresses(Compression(Codec.ZSTD, 9), version)
        return
    with pytest.raises(CompressionError) as error:
        check_node_decompresses(Compression(Codec.ZSTD, 9), version)
    assert str(error.value) == (
        f"Node.js {version} cannot decompress `zstd`, which is there since 22.15 and 23.8. Choose a newer Node.js, or"
        " `brotli`, which makes files as small but starts a little slower."
    )
