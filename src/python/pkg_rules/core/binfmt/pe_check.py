"""Checks what of a finished Windows executable depends on all its bytes: the checksum, and a signature if there is one.

From the specification of Authenticode: the digest that is signed is that of the file without its checksum, without the
entry of the certificate table among the data directories, and without that table. It is in the signature as it is.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import BinaryIO, Iterator

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.pe import PortableExecutable, read_pe
from pkg_rules.core.binfmt.pe_checksum import checksum

_BLOCK = 1 << 20
# Those that Windows takes. A signature names one of them.
_DIGESTS = ("sha256", "sha1", "sha384", "sha512")


def check_pe(path: Path) -> None:
    """Raises ExecutableFormatError if something does not fit; a signature need not be there."""
    with open(path, "rb") as file:
        pe = read_pe(file, path.name)
        file.seek(pe.checksum_offset)
        (stated,) = struct.unpack("<I", file.read(4))
        expected = checksum(file, pe.checksum_offset)
        # Tools that do not compute it leave a zero, and Windows asks for none.
        if stated not in (0, expected):
            raise ExecutableFormatError(
                f"`{path.name}` has the checksum {stated:#x} in its header instead of {expected:#x}: it was changed by "
                "something that does not write Windows executables."
            )
        if any(pe.certificates):
            _check_certificates(file, pe)


def _check_certificates(file: BinaryIO, pe: PortableExecutable) -> None:
    offset, size = pe.certificates
    if offset % 8 or offset < pe.sections_end or offset + size != pe.file_size:
        raise ExecutableFormatError(
            f"`{pe.name}` has its certificates at {offset:,} to {offset + size:,}, which has to be the end of the file, "
            f"at {pe.file_size:,}: something was appended after it was signed. Sign it last."
        )
    file.seek(offset)
    signature = file.read(size)
    if not any(digest in signature for digest in _digests(file, pe)):
        raise ExecutableFormatError(f"`{pe.name}` was changed after it was signed. Sign it last.")


def _digests(file: BinaryIO, pe: PortableExecutable) -> Iterator[bytes]:
    hashes = [hashlib.new(name) for name in _DIGESTS]
    covered = (
        (0, pe.checksum_offset),
        (pe.checksum_offset + 4, pe.certificates_entry),
        (pe.certificates_entry + 8, pe.certificates[0]),
    )
    for begin, end in covered:
        file.seek(begin)
        while begin < end:
            block = file.read(min(_BLOCK, end - begin))
            for one in hashes:
                one.update(block)
            begin += len(block)
    return (one.digest() for one in hashes)
