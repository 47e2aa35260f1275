"""Finds the parts of an executable: the Node.js, its switch, the locator, the payload."""

from __future__ import annotations

import mmap
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.identify import ExecutableKind, identify
from pkg_rules.core.binfmt.node_facts import node_version
from pkg_rules.core.inspection.errors import InspectionError
from pkg_rules.core.payload.decoding import Decoder
from pkg_rules.core.payload.reader import PayloadReader
from pkg_rules.core.sea.locator import MAGIC, SIZE, unpack_place


@dataclass(frozen=True)
class Place:
    start: int
    size: int


@dataclass(frozen=True)
class Executable:
    """What a file says of itself. `locator` is None if there is no locator, its place may lead anywhere."""

    path: Path
    size: int
    kind: ExecutableKind
    node_version: Optional[str]
    switches_on: int
    switches_off: int
    locator: Optional[Place]

    @contextmanager
    def payload(self, decoder: Optional[Decoder] = None) -> Iterator[PayloadReader]:
        """Raises InspectionError if there is none, CorruptPayloadError if it cannot be read."""
        if self.locator is None or self.locator.start == 0:
            raise InspectionError(
                f"`{self.path.name}` has no payload: it is not an executable of `node_executable`, or one with"
                ' `mode="simple"`, which holds one script and no files.'
            )
        with open(self.path, "rb") as file:
            yield PayloadReader(file, self.locator.start, self.locator.size, decoder)


def read_executable(path: Path) -> Executable:
    """Raises ExecutableFormatError or InspectionError if the file is no executable of a known format."""
    if not path.is_file():
        raise InspectionError(f"`{path}` is not a file.")
    kind = identify(path)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        # The payload comes after what it could repeat: contents may hold any of these texts, too.
        at = content.find(MAGIC)
        locator = (
            Place(*unpack_place(content[at + len(MAGIC) : at + SIZE]))
            if at >= 0 and at + SIZE <= len(content)
            else None
        )
        end = locator.start if locator and 0 < locator.start < len(content) else len(content)
        return Executable(
            path=path,
            size=os.path.getsize(path),
            kind=kind,
            node_version=node_version(content),
            switches_on=_count(content, FUSE_ON, end),
            switches_off=_count(content, FUSE_OFF, end),
            locator=locator,
        )


def _count(content: mmap.mmap, text: bytes, end: int) -> int:
    found, at = 0, content.find(text, 0, end)
    while at >= 0:
        found, at = found + 1, content.find(text, at + 1, end)
    return found
