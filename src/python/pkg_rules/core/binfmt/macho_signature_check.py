"""Compares the signature of a Mach-O executable with the file: every page hash, and the hash of every other blob."""

from __future__ import annotations

import mmap
import struct
from hashlib import sha256
from typing import Any, Iterable, Mapping

# The magic numbers of the parts of a signature, by their types: code directory, requirements, resources, entitlements
# in both forms, constraints on who starts whom (8 to 11), further code directories, certificate, ticket of Apple.
_MAGICS: Mapping[int, int] = {
    0: 0xFADE0C02,
    2: 0xFADE0C01,
    5: 0xFADE7171,
    7: 0xFADE7172,
    **{kind: 0xFADE8181 for kind in range(8, 12)},
    **{kind: 0xFADE0C02 for kind in range(0x1000, 0x1005)},
    0x10000: 0xFADE0B01,
    0x10002: 0xFADE0B01,
}
# Where the identifier is, by the version of the code directory, whose fields end there.
_FIELDS_END: Mapping[int, int] = {0x20400: 88, 0x20500: 96, 0x20600: 108}


def check_signature(content: mmap.mmap, commands: Iterable[tuple[int, bytes]], text: Any) -> str:
    """What is wrong, or nothing; `text` is the segment with the code. No signature is nothing wrong."""
    for command, body in commands:
        if command == 0x1D:
            offset, size = struct.unpack_from("<II", body, 8)
            return _problem(content, offset, content[offset : offset + size], text)
    return ""


def _problem(content: mmap.mmap, signature_offset: int, signature: bytes, text: Any) -> str:
    magic, length, count = struct.unpack_from(">III", signature)
    if magic != 0xFADE0CC0 or length > len(signature):
        return "its signature has no contents"
    blobs = {}
    end = 12 + 8 * count
    for number in range(count):
        kind, at = struct.unpack_from(">II", signature, 12 + 8 * number)
        magic, size = struct.unpack_from(">II", signature, at)
        if at != end or at + size > length or kind in blobs or _MAGICS.get(kind) != magic:
            return f"part {kind:#x} of its signature is out of place"
        blobs[kind] = signature[at : at + size]
        end = at + size
    if end != length:
        return f"its signature speaks of {length} bytes and has {end}"
    if any(signature[length:]):
        return "something follows the parts of its signature"
    directory = blobs.get(0)
    if directory is None:
        return "its signature has no code directory"
    return _directory_problem(content, signature_offset, directory, blobs, text)


def _directory_problem(
    content: mmap.mmap, signature_offset: int, directory: bytes, blobs: dict[int, bytes], text: Any
) -> str:
    magic, length, version, _, hashes, identifier, special, pages, limit = struct.unpack_from(">9I", directory)
    hash_size, hash_type, _, page_bits = struct.unpack_from("4B", directory, 36)
    if (magic, hash_size, hash_type) != (0xFADE0C02, 32, 2) or version < 0x20400:
        return "its code directory is of an old form"
    base, code, flags = struct.unpack_from(">QQQ", directory, 64)
    if (base, code, flags & 1) != (text.offset, text.size, 1):
        return "its code directory is for code at another place"
    if limit != signature_offset:
        return f"its signature is for {limit:,} bytes, but begins at {signature_offset:,}"
    page = 1 << page_bits
    if pages != -(-limit // page) or hashes + 32 * pages != length or length != len(directory):
        return "its code directory has a wrong number of hashes"
    if b"\0" not in directory[identifier : hashes - 32 * special] or identifier != _FIELDS_END.get(version):
        return "its code directory has no identifier"
    for slot in set(range(1, special + 1)) | {kind for kind in blobs if 0 < kind < 0x1000}:
        expected = sha256(blobs[slot]).digest() if slot in blobs else bytes(32)
        if slot > special or directory[hashes - 32 * slot :][:32] != expected:
            return f"part {slot} of its signature has another hash than its code directory says"
    with memoryview(content) as view:
        for number in range(pages):
            begin = number * page
            found = sha256(view[begin : min(begin + page, limit)]).digest()
            if found != directory[hashes + 32 * number :][:32]:
                return f"page {number:,} (from byte {begin:,}) was changed after it was signed"
    return ""
