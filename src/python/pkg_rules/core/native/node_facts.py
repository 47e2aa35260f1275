"""What a Node.js executable offers to native addons, read from the file without running it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pkg_rules.core.native.errors import NodeFactsError
from pkg_rules.core.native.images import read_image
from pkg_rules.core.native.pe import PeFile

# From `process.config`, whose text is a part of every Node.js.
_MODULES = re.compile(rb'"node_module_version": *(\d+)')


@dataclass(frozen=True)
class AddonHost:
    """`platform` and `arch` are as in `targets`, `modules` is `process.versions.modules`, `glibc` the oldest version that this
    Node.js runs with, empty without one, `symbols` are the names that addons can take from it."""

    version: str
    platform: str
    arch: str
    modules: int
    glibc: str
    symbols: frozenset[str]

    def __str__(self) -> str:
        return f"{self.platform}-{self.arch}"

    def write(self, path: str) -> None:
        with open(path, "x", encoding="utf-8") as file:
            json.dump({**vars(self), "symbols": sorted(self.symbols)}, file, sort_keys=True)

    @classmethod
    def read(cls, path: str) -> AddonHost:
        with open(path, encoding="utf-8") as file:
            fields: dict[str, Any] = json.load(file)
        return cls(**{**fields, "symbols": frozenset(fields["symbols"])})


def read_node_facts(executable: Path, version: str, platform: str, arch: str) -> AddonHost:
    """Raises NodeFactsError if the file is no Node.js as there are official ones."""
    content = executable.read_bytes()
    image = read_image(content, executable.name)
    modules = {int(match[1]) for match in _MODULES.finditer(content)}
    if image is None or not image.fits(platform, arch) or len(modules) != 1:
        found = "is no executable" if image is None else f"is for {image} and names {len(modules)} ABI versions"
        raise NodeFactsError(
            f"`{executable.name}`, the Node.js {version} for `{platform}-{arch}`, {found}, so nothing tells which native "
            "addons fit to it: it is a differently built Node.js. Use an official one, or leave native addons out."
        )
    symbols = frozenset(PeFile(content).offered_symbols) if image.format == "pe" else image.offered
    return AddonHost(version, platform, arch, *modules, image.glibc, symbols)
