"""Checks a finished executable like one that came from somewhere: how it was made is not taken for granted."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from pkg_rules.core.binfmt.copying import append_file
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.binfmt.macho_universal import read_parts
from pkg_rules.core.payload.errors import CorruptPayloadError
from pkg_rules.core.payload.reader import PayloadReader
from pkg_rules.core.sea.application import check_application, find_application
from pkg_rules.core.sea.errors import SeaError
from pkg_rules.core.sea.formats import format_of
from pkg_rules.core.sea.locator import MAGIC, SIZE, unpack_place

UNIVERSAL = "macos-universal"


@dataclass(frozen=True)
class Expected:
    """`kind` is platform and architecture, e.g. `linux-x64`. Without a payload there is a single script inside. A
    signature that is there must be valid, expected or not."""

    kind: str
    has_payload: bool
    is_signed: bool

    def render(self) -> str:
        """For the command line of a step."""
        words = (self.kind, "payload" * self.has_payload, "signed" * self.is_signed)
        return ",".join(word for word in words if word)

    @classmethod
    def parse(cls, text: str) -> Expected:
        kind, *words = text.split(",")
        return cls(kind, "payload" in words, "signed" in words)


def check_finished(executable: Path, expected: Expected) -> None:
    """Raises SeaError or ExecutableFormatError unless its system would start it, Node.js its application, and this finds a
    payload of which every byte is right. The whole file is read.

    There may be something behind the payload: the signature of an executable for Windows or macOS is.
    """
    if expected.kind == UNIVERSAL:
        _check_parts(executable, expected)
        return
    if not expected.has_payload:
        check_application(executable, expected.kind)
    else:
        offset, length = _payload_place(executable)
        check_application(executable, expected.kind, end=offset)
        _check_payload(executable, offset, length)
    if expected.is_signed and format_of(executable).content_end(executable) == executable.stat().st_size:
        raise SeaError("The executable has no signature.")


def _check_parts(executable: Path, expected: Expected) -> None:
    kinds = []
    for offset, size in read_parts(executable):
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder, executable.name)
            with open(part, "xb", buffering=0) as out:
                append_file(executable, out.fileno(), size, start=offset)
            kinds.append(str(identify(part)))
            check_finished(part, replace(expected, kind=kinds[-1]))
    if kinds != ["macos-x64", "macos-arm64"]:
        raise SeaError(f"The universal executable has parts for {kinds}.")


def _payload_place(executable: Path) -> tuple[int, int]:
    application, application_size = find_application(executable)
    with open(executable, "rb") as file:
        file.seek(application)
        content = file.read(application_size)
    at = content.find(MAGIC)
    if at < 0 or at + SIZE > len(content) or content.find(MAGIC, at + 1) >= 0:
        raise SeaError("The application of the executable does not have one locator, so it would not find its payload.")
    offset, length = unpack_place(content[at + len(MAGIC) : at + SIZE])
    end = format_of(executable).content_end(executable)
    if not length or offset < application or offset + length > end:
        raise SeaError(
            f"The executable has {end:,} bytes, but its locator speaks of a payload of {length:,} bytes at {offset:,}."
        )
    return offset, length


def _check_payload(executable: Path, offset: int, length: int) -> None:
    try:
        with open(executable, "rb") as file:
            payload = PayloadReader(file, offset, length)
            for number in range(len(payload.blocks)):
                payload.stored_block(number)
            for _ in payload.entries():
                pass
    except CorruptPayloadError as error:
        raise SeaError(f"The payload of the executable cannot be read: {error}") from error
