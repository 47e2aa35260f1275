"""Checks everything in an executable that can be checked without running it."""

from __future__ import annotations

from collections import Counter
from typing import Iterator

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho import SIGNATURE_ALIGNMENT
from pkg_rules.core.inspection.errors import InspectionError
from pkg_rules.core.inspection.executable import Executable
from pkg_rules.core.payload.decoding import Decoder
from pkg_rules.core.payload.errors import CorruptPayloadError, MissingDecoderError
from pkg_rules.core.payload.format import Codec, Kind
from pkg_rules.core.payload.reader import PayloadEntry, PayloadReader
from pkg_rules.core.sea.formats import format_of

# The signature comes behind the payload, at the next multiple of this. Elsewhere nothing comes behind it.
_ALIGNMENT = {"macos": SIGNATURE_ALIGNMENT, "win": 8}


def problems(executable: Executable, decoder: Decoder) -> Iterator[str]:
    """One line for each; none if the executable is sound. What cannot be decompressed is checked as it is stored."""
    if (executable.switches_on, executable.switches_off) != (1, 0):
        yield (
            "The switch of Node.js for single executable applications should be there once and on; it is on"
            f" {executable.switches_on} times and off {executable.switches_off} times."
        )
    if executable.node_version is None:
        yield "The version of its Node.js cannot be found."
    yield from _format_problems(executable)
    try:
        with executable.payload(decoder) as payload:
            yield from _payload_problems(payload)
    except (InspectionError, CorruptPayloadError) as error:
        yield str(error)


def _format_problems(executable: Executable) -> Iterator[str]:
    """What its system would check as well, a signature behind the payload among it."""
    form = format_of(executable.path)
    try:
        form.check(executable.path)
        end = form.content_end(executable.path)
    except ExecutableFormatError as error:
        yield str(error)
        return
    place = executable.locator
    room = _ALIGNMENT.get(executable.kind.platform, 1)
    if place is not None and not 0 <= end - (place.start + place.size) < room:
        yield (
            f"The locator speaks of a payload of {place.size:,} bytes at {place.start:,}, but the file has"
            f" {end:,} bytes{' without its signature' if end < executable.size else ''}."
        )


def _payload_problems(payload: PayloadReader) -> Iterator[str]:
    entries = list(payload.entries())
    yield from _index_problems(payload, entries)
    damaged = set()
    for number, _ in enumerate(payload.blocks):
        try:
            payload.stored_block(number)
        except CorruptPayloadError as error:
            damaged.add(number)
            yield f"{error} {_affected(number, entries)}"
    yield from _gap_problems(payload)
    for entry in entries:
        used = range(entry.block, entry.block + entry.block_count)
        if entry.kind is Kind.FILE and damaged.isdisjoint(used):
            try:
                for _ in payload.pieces(entry):
                    pass
            except CorruptPayloadError as error:
                yield str(error)
            except MissingDecoderError:
                # Its bytes are what was written, as their checksum says.
                continue


def _index_problems(payload: PayloadReader, entries: list[PayloadEntry]) -> Iterator[str]:
    try:
        payload.entry_point
    except CorruptPayloadError as error:
        yield str(error)
    for path, times in sorted(Counter(entry.path for entry in entries).items()):
        if times > 1:
            yield f"The path `{path}` is there {times} times."
    try:
        payload.metadata
    except ValueError as error:
        yield f"The metadata of the payload cannot be read: {error}."


def _affected(number: int, entries: list[PayloadEntry]) -> str:
    paths = [
        entry.path
        for entry in entries
        if entry.kind is Kind.FILE and entry.block <= number < entry.block + entry.block_count
    ]
    shown = ", ".join(f"`{path}`" for path in paths[:3])
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f"It holds {shown}{more}." if paths else "It holds no file."


def _gap_problems(payload: PayloadReader) -> Iterator[str]:
    """Between blocks there are only the zeros that bring the next one to its place."""
    position = payload.contents_start
    for block in sorted(payload.blocks):
        if block.offset < position or any(payload.raw(position, block.offset - position)):
            yield f"There is something between the blocks before byte {block.offset} of the payload."
        position = block.offset + block.stored_size
    if any(payload.raw(position, payload.size - position)):
        yield "There is something behind the last block of the payload."


def not_decompressed(payload: PayloadReader, decoder: Decoder) -> int:
    """How many blocks could only be checked as they are stored."""
    return sum(
        block.codec is not Codec.STORED and not decoder.knows(block.codec) for block in payload.blocks
    )
