"""What a Node.js executable of any platform says of itself, read without running it."""

from __future__ import annotations

import json
import mmap
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterator, Mapping, Optional

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.identify import identify

# Each text is looked for by a part that is rare, which takes a tenth of the time of the whole pattern.
# Where `process.release` says that its sources are: with the same version twice.
_SOURCES = b"/node-v", re.compile(rb"/v(\d+\.\d+\.\d+(?:-[a-z][\w.]*)?)/node-v\1\.tar\.gz")
# In `process.config`.
_ABI = b'"node_module_version"', re.compile(rb'"node_module_version": ?"?(\d{1,4})')
_V8 = b"-node.", re.compile(rb"(\d{1,3}(?:\.\d{1,5}){3}-node\.\d{1,4})\0")
_REACH = 64


@dataclass(frozen=True)
class NodeFacts:
    """`versions` has its version, or nothing if that cannot be told; `abi` is its NODE_MODULE_VERSION. `switches` are how often the
    switch for single executable applications is there off and on."""

    platform: str
    arch: str
    versions: tuple[str, ...]
    abi: Optional[int]
    v8_version: str
    switches: tuple[int, int]

    def render(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> NodeFacts:
        values = json.loads(text)
        return cls(**{**values, "versions": tuple(values["versions"]), "switches": tuple(values["switches"])})


@dataclass(frozen=True)
class NodeClaim:
    """What somebody says that a file is. What is left out is not compared."""

    version: str
    platform: str
    arch: str
    abi: Optional[int] = None
    v8_version: Optional[str] = None

    def differences(self, facts: NodeFacts) -> Iterator[str]:
        """One line for each thing that the file is otherwise, with both values."""
        kind = f"{facts.platform}-{facts.arch}"
        if kind != f"{self.platform}-{self.arch}":
            yield f"it is for `{kind}`, not for `{self.platform}-{self.arch}`"
        if not facts.v8_version:
            yield "it has no V8, so it is no Node.js"
            return
        if self.version not in facts.versions:
            found = " or ".join(f"`{version}`" for version in facts.versions) or "unknown"
            yield f"its version is {found}, not `{self.version}`"
        expected = self.abi if self.abi is not None else KNOWN_ABIS.get(int(self.version.split(".")[0]))
        if expected is not None and facts.abi != expected:
            found = f"`{facts.abi}`" if facts.abi is not None else "unknown"
            yield f"its ABI (NODE_MODULE_VERSION) is {found}, not `{expected}`"
        if self.v8_version is not None and facts.v8_version != self.v8_version:
            yield f"its V8 is `{facts.v8_version}`, not `{self.v8_version}`"
        off, on = facts.switches
        if on:
            yield "its switch for single executable applications is on: an application is in it already"
        elif off != 1:
            yield f"its switch for single executable applications is there {off} times, not once"


# Of all builds of a major version that native addons for Node.js can be loaded by.
KNOWN_ABIS: Mapping[int, int] = {20: 115, 22: 127, 24: 137, 26: 147}


def read_node_facts(path: Path) -> NodeFacts:
    """Raises ExecutableFormatError if the file is no executable of a known format."""
    kind = identify(path)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        abis = {int(number) for number in _texts(content, *_ABI)}
        found = _texts(content, *_V8)
        # In a snapshot it comes after a checksum, whose last byte may look like one more digit.
        v8_versions = {one for one in found if not any(one != other and one.endswith(other) for other in found)}
        if len(abis) > 1 or len(v8_versions) > 1:
            raise ExecutableFormatError(
                f"`{path.name}` holds more than one Node.js: of the ABIs {sorted(abis)} and with the V8 versions "
                f"{sorted(v8_versions)}."
            )
        return NodeFacts(
            kind.platform,
            kind.arch,
            tuple(sorted(_texts(content, *_SOURCES))),
            abis.pop() if abis else None,
            v8_versions.pop() if v8_versions else "",
            (_count(content, FUSE_OFF), _count(content, FUSE_ON)),
        )


def node_version(content: mmap.mmap) -> Optional[str]:
    """None if it cannot be told."""
    versions = _texts(content, *_SOURCES)
    return versions.pop() if len(versions) == 1 else None


def _texts(content: mmap.mmap, part: bytes, pattern: re.Pattern[bytes]) -> set[str]:
    found: set[str] = set()
    at = content.find(part)
    while at >= 0:
        near = content[max(at - _REACH, 0) : at + _REACH]
        found.update(match.group(1).decode() for match in pattern.finditer(near))
        at = content.find(part, at + 1)
    return found


def _count(content: mmap.mmap, text: bytes) -> int:
    found, at = 0, content.find(text)
    while at >= 0:
        found, at = found + 1, content.find(text, at + 1)
    return found
