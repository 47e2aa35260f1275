"""Damaged and hostile payloads are refused with a message, whatever is wrong with them."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

import pytest

from pkg_rules.core.payload.errors import CorruptPayloadError
from pkg_rules.core.payload.format import BLOCK, DIRECTORY, ENTRY, HEADER, HEADER_SIZE, Section
from pkg_rules.core.payload.trees_for_tests import Link, payload_of, read

_INDEX_CRC_OFFSET = struct.calcsize("<8sHHIQI")
_SECTIONS_OFFSET = struct.calcsize("<8sHHIQIIIIII")


@pytest.fixture
def payload(tmp_path: Path) -> bytes:
    return payload_of(tmp_path, {"main.js": b"content", "lib/a.js": b"more", "lib/l": Link("a.js")})


def sealed(payload: bytearray) -> bytes:
    """With the checksums that its header and index should have, as somebody who forges it would give it."""
    index_size = struct.unpack_from("<I", payload, _INDEX_CRC_OFFSET - 4)[0]
    struct.pack_into(
        "<I",
        payload,
        _INDEX_CRC_OFFSET,
        zlib.crc32(payload[HEADER_SIZE : HEADER_SIZE + index_size]),
    )
    struct.pack_into("<I", payload, HEADER.size, zlib.crc32(payload[: HEADER.size]))
    return bytes(payload)


def section_start(payload: bytes, section: Section) -> int:
    return HEADER_SIZE + struct.unpack_from("<I", payload, _SECTIONS_OFFSET + 8 * section)[0]


def read_everything(payload: bytes) -> None:
    reader = read(payload)
    assert reader.entry_point
    for entry in reader.entries():
        reader.content(entry)
        if entry.cached_data_size:
            reader.cached_data(entry)


def test_every_truncation_is_noticed(payload: bytes) -> None:
    for size in range(len(payload)):
        with pytest.raises(CorruptPayloadError):
            read_everything(payload[:size])


def test_every_changed_byte_of_header_index_and_contents_is_noticed(payload: bytes) -> None:
    reader = read(payload)
    meaningful = {
        offset
        for block in reader.blocks
        for offset in range(block.offset, block.offset + block.stored_size)
    }
    index_size = struct.unpack_from("<I", payload, _INDEX_CRC_OFFSET - 4)[0]
    meaningful.update(range(HEADER_SIZE + index_size))
    for offset in sorted(meaningful):
        damaged = bytearray(payload)
        damaged[offset] ^= 0x41
        with pytest.raises(CorruptPayloadError):
            read_everything(bytes(damaged))


@pytest.mark.parametrize(
    "payload_bytes, message",
    [
        (b"", "The payload ends in its header."),
        (b"\0" * 200, "There is no payload at offset 0: found `0000000000000000`."),
    ],
)
def test_what_is_no_payload(payload_bytes: bytes, message: str) -> None:
    with pytest.raises(CorruptPayloadError) as caught:
        read(payload_bytes)

    assert str(caught.value) == message


def test_another_version(payload: bytes) -> None:
    newer = bytearray(payload)
    struct.pack_into("<H", newer, 8, 3)

    with pytest.raises(CorruptPayloadError) as caught:
        read(sealed(newer))

    assert str(caught.value) == "The payload has version 3, this program reads version 2."


def forge(
    payload: bytes,
    section: Section,
    record: int,
    size: int,
    field_offset: int,
    value: int,
    code: str,
) -> bytes:
    forged = bytearray(payload)
    struct.pack_into(
        code, forged, section_start(payload, section) + record * size + field_offset, value
    )
    return sealed(forged)


@pytest.mark.parametrize(
    "section, size, record, field_offset, value, code, message",
    [
        (
            Section.DIRECTORIES,
            DIRECTORY.size,
            0,
            4,
            99,
            "<I",
            "The directory `` of the payload ends after the index.",
        ),
        (
            Section.DIRECTORIES,
            DIRECTORY.size,
            0,
            8,
            1,
            "<I",
            "The directory `` has 1 entries and 2 names.",
        ),
        (
            Section.ENTRIES,
            ENTRY.size,
            0,
            4,
            0,
            "<I",
            "The directory `lib` of the payload does not exist or exists twice.",
        ),
        (
            Section.ENTRIES,
            ENTRY.size,
            0,
            4,
            7,
            "<I",
            "The directory `lib` of the payload does not exist or exists twice.",
        ),
        (
            Section.ENTRIES,
            ENTRY.size,
            1,
            0,
            3,
            "<I",
            "`main.js` has flags 0x3 that no payload has: 3 is not a valid Kind.",
        ),
        (
            Section.ENTRIES,
            ENTRY.size,
            1,
            4,
            9,
            "<I",
            "The content of `main.js` is in a block that does not exist.",
        ),
        (
            Section.ENTRIES,
            ENTRY.size,
            1,
            8,
            2**31,
            "<I",
            "The content of `main.js` ends after its block.",
        ),
        (Section.ENTRIES, ENTRY.size, 1, 16, 6, "<Q", "The content of `main.js` is damaged."),
        (
            Section.ENTRIES,
            ENTRY.size,
            1,
            24,
            2**31,
            "<I",
            "The content of `main.js` ends after its block.",
        ),
        (Section.BLOCKS, BLOCK.size, 0, 0, 2**63, "<Q", "The block 0 ends after the payload."),
        (Section.BLOCKS, BLOCK.size, 0, 12, 3, "<I", "The block 0 is stored in 16 bytes and has 3."),
        (
            Section.BLOCKS,
            BLOCK.size,
            0,
            20,
            9,
            "<I",
            "The block 0 is compressed in a way that no payload has: 9 is not a valid Codec.",
        ),
        (
            Section.ENTRIES,
            ENTRY.size,
            3,
            16,
            2**40,
            "<Q",
            "The target of the symlink `lib/l` ends after the index.",
        ),
    ],
)
def test_numbers_that_lead_astray(
    payload: bytes,
    section: Section,
    size: int,
    record: int,
    field_offset: int,
    value: int,
    code: str,
    message: str,
) -> None:
    with pytest.raises(CorruptPayloadError) as caught:
        read_everything(forge(payload, section, record, size, field_offset, value, code))

    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["..", ".", "a/b", ""])
def test_names_that_would_lead_out_of_a_directory(name: str, tmp_path: Path) -> None:
    placeholder = "x" * len(name) or "x"
    payload = payload_of(tmp_path, {"main.js": b"", placeholder: b""})
    forged = bytearray(payload)
    start = section_start(payload, Section.NAMES) + len(b"main.js\0")
    forged[start : start + len(placeholder)] = (name or "\0").encode()

    with pytest.raises(CorruptPayloadError, match="has an entry named|has 2 entries and 3 names"):
        read_everything(sealed(forged))


@pytest.mark.parametrize("seed", range(200))
def test_forged_indexes_never_do_anything_but_fail(payload: bytes, seed: int) -> None:
    """Random numbers with right checksums: everything is read, or refused, and nothing else happens."""
    chance = random.Random(seed)
    index_size = struct.unpack_from("<I", payload, _INDEX_CRC_OFFSET - 4)[0]
    forged = bytearray(payload)
    for _ in range(chance.randrange(1, 6)):
        offset = chance.randrange(HEADER_SIZE, HEADER_SIZE + index_size)
        forged[offset] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
    try:
        read_everything(sealed(forged))
    except (CorruptPayloadError, UnicodeDecodeError):
        pass
