"""Ad-hoc signatures of Mach-O executables: hashes of all pages, and what the program asks to be allowed to do.

From the format: all numbers are big-endian. A blob is its magic number, its size and its content. The signature is a
blob of blobs with a table of types and offsets: the code directory (hashes of pages of 4 KiB and, before these, of the
other blobs), requirements (none), entitlements as a property list and as DER, and a wrapper for a certificate's
signature, which is empty.
"""

from __future__ import annotations

import json
import mmap
import plistlib
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from xml.parsers.expat import ExpatError

from pkg_rules.core.binfmt.der import encode_entitlements
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho_header import LC_CODE_SIGNATURE, data_range, read_header

_SUPER_BLOB, _CODE_DIRECTORY, _REQUIREMENTS, _WRAPPER = 0xFADE0CC0, 0xFADE0C02, 0xFADE0C01, 0xFADE0B01
_ENTITLEMENTS, _DER_ENTITLEMENTS = 0xFADE7171, 0xFADE7172
# Types in the table, which up to 7 are the places of their hashes in the code directory as well.
_AT_CODE_DIRECTORY, _AT_REQUIREMENTS, _AT_ENTITLEMENTS, _AT_DER, _AT_WRAPPER = 0, 2, 5, 7, 0x10000
_BLOB = struct.Struct(">II")
_SUPER = struct.Struct(">III")
_INDEX = struct.Struct(">II")
_DIRECTORY = struct.Struct(">9I4BIIIIQQQQ")
_VERSION = 0x20400  # with the range of the code segment
_AD_HOC, _MAIN_BINARY, _SHA256 = 0x2, 0x1, 2
_PAGE_BITS = 12
_PAGE = 1 << _PAGE_BITS
_NO_HASH = bytes(32)
_DEFAULT_IDENTIFIER = "node"


@dataclass(frozen=True)
class Signing:
    """What a signature says beside hashes. `entitlements` is a property list in XML, empty for none.

    None: as in the executable that this one is made of.
    """

    identifier: str | None = None
    entitlements: bytes | None = None

    def completed(self, other: Signing) -> Signing:
        return Signing(
            other.identifier if self.identifier is None else self.identifier,
            other.entitlements if self.entitlements is None else self.entitlements,
        )


def read_signing(executable: Path) -> Signing:
    """What the signature of the executable says; without one, it is called `node` and has no entitlements."""
    command = read_header(executable).find(LC_CODE_SIGNATURE)
    if command is None:
        return Signing(_DEFAULT_IDENTIFIER, b"")
    offset, size = data_range(command)
    with open(executable, "rb") as file:
        file.seek(offset)
        data = file.read(size)
    try:
        blobs = _read_super_blob(data)
        directory = blobs[_AT_CODE_DIRECTORY]
        (at,) = struct.unpack_from(">I", directory, 20)
        identifier = directory[at : directory.index(b"\0", at)].decode()
    except (struct.error, ValueError, KeyError) as error:
        raise ExecutableFormatError(f"The signature of `{executable.name}` cannot be read: {error!r}.") from error
    return Signing(identifier, blobs.get(_AT_ENTITLEMENTS, b"")[_BLOB.size :])


def check_entitlements(content: bytes) -> bytes:
    """Returns them as they are. Raises ExecutableFormatError unless they are a property list that can be signed."""
    try:
        encode_entitlements(plistlib.loads(content, fmt=plistlib.FMT_XML))
    except (ValueError, ExpatError) as error:
        raise ExecutableFormatError(
            f"These are no entitlements: {error}. They are a property list in XML, e.g. "
            "`<plist><dict><key>com.apple.security.cs.allow-jit</key><true/></dict></plist>`."
        ) from error
    return content


def render_signing(signing: Signing | None) -> str:
    """For `read_signing_file`; None is for no signature."""
    if signing is None:
        return json.dumps({"signature": False})
    entitlements = None if signing.entitlements is None else signing.entitlements.decode()
    return json.dumps(
        {"signature": True, "identifier": signing.identifier, "entitlements": entitlements},
        sort_keys=True,
    )


def read_signing_file(path: str | None) -> Signing | None:
    """Without a file, a signature that says the same as that of the executable which the new one is made of."""
    if path is None:
        return Signing()
    fields = json.loads(Path(path).read_text("utf-8"))
    if not fields["signature"]:
        return None
    entitlements = fields["entitlements"]
    return Signing(fields["identifier"], None if entitlements is None else entitlements.encode())


def signature_size(signing: Signing, end: int) -> int:
    """Of an executable whose content ends at `end`."""
    pages = -(-end // _PAGE)
    return -(-len(_render(signing, bytes(32 * pages), end, 0, 0)) // 16) * 16


def sign(file: int, end: int, signing: Signing, text_offset: int, text_size: int) -> bytes:
    """The signature for the content of the file before `end`, which must be as it is going to stay."""
    with mmap.mmap(file, end, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
        hashes = b"".join(
            sha256(view[at : min(at + _PAGE, end)]).digest() for at in range(0, end, _PAGE)
        )
    signature = _render(signing, hashes, end, text_offset, text_size)
    return signature.ljust(signature_size(signing, end), b"\0")


def _render(signing: Signing, hashes: bytes, end: int, text_offset: int, text_size: int) -> bytes:
    assert signing.identifier is not None and signing.entitlements is not None, "completed"
    blobs = {_AT_REQUIREMENTS: _blob(_REQUIREMENTS, bytes(4))}
    if signing.entitlements:
        parsed = plistlib.loads(signing.entitlements)
        blobs[_AT_ENTITLEMENTS] = _blob(_ENTITLEMENTS, signing.entitlements)
        blobs[_AT_DER] = _blob(_DER_ENTITLEMENTS, encode_entitlements(parsed))
    slots = max(blobs)
    special = b"".join(
        sha256(blobs[slot]).digest() if slot in blobs else _NO_HASH for slot in range(slots, 0, -1)
    )
    identifier = signing.identifier.encode() + b"\0"
    hashes_at = _DIRECTORY.size + len(identifier) + len(special)
    directory = (
        _DIRECTORY.pack(
            _CODE_DIRECTORY,
            hashes_at + len(hashes),
            _VERSION,
            _AD_HOC,
            hashes_at,
            _DIRECTORY.size,
            slots,
            len(hashes) // 32,
            end,
            32,
            _SHA256,
            0,  # platform
            _PAGE_BITS,
            0,
            0,  # scatter
            0,  # team
            0,
            0,  # 64-bit end
            text_offset,
            text_size,
            _MAIN_BINARY,
        )
        + identifier
        + special
        + hashes
    )
    return _super_blob({_AT_CODE_DIRECTORY: directory, **blobs, _AT_WRAPPER: _blob(_WRAPPER, b"")})


def _blob(magic: int, content: bytes) -> bytes:
    return _BLOB.pack(magic, _BLOB.size + len(content)) + content


def _super_blob(blobs: dict[int, bytes]) -> bytes:
    at = _SUPER.size + _INDEX.size * len(blobs)
    index = b""
    for number, blob in blobs.items():
        index += _INDEX.pack(number, at)
        at += len(blob)
    return _SUPER.pack(_SUPER_BLOB, at, len(blobs)) + index + b"".join(blobs.values())


def _read_super_blob(data: bytes) -> dict[int, bytes]:
    magic, _, count = _SUPER.unpack_from(data)
    if magic != _SUPER_BLOB:
        raise ValueError(f"it begins with {magic:#x}")
    blobs = {}
    for number, at in _INDEX.iter_unpack(data[_SUPER.size :][: count * _INDEX.size]):
        blobs[number] = data[at:][: _BLOB.unpack_from(data, at)[1]]
    return blobs
