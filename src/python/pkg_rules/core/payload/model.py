"""What a payload is made from: the plan, and the tree that its roots amount to."""

from __future__ import annotations

from dataclasses import dataclass, field

from pkg_rules.core.payload.format import ModuleFormat


@dataclass(frozen=True)
class Root:
    """A directory on disk whose content appears at `prefix` below the mount point; "" is the mount point itself."""

    directory: str
    prefix: str


@dataclass(frozen=True)
class CodeCacheUnit:
    """A code cache file, whose paths count from `prefix` below the mount point."""

    file: str
    prefix: str


@dataclass(frozen=True)
class PayloadPlan:
    entry_point: str
    roots: tuple[Root, ...]
    code_caches: tuple[CodeCacheUnit, ...] = ()
    # Facts for tools and for `process.pkg`, kept as they are; keys are sorted in the payload.
    metadata: tuple[tuple[str, str], ...] = ()
    # Directories whose sources may not be in the payload, "" for what is in no package; the checksum that bytecode in their
    # place must have, and whether sources that have none are kept nevertheless.
    hidden: tuple[str, ...] = ()
    bytecode_checksum: int = 0
    fallback_to_source: bool = False
    # The file with what the Node.js of the executable offers to native addons; without it they are taken as they are.
    node_facts: str = ""


@dataclass(frozen=True)
class FileNode:
    """A file of the tree; `source` is where its content is on disk."""

    source: str
    size: int
    executable: bool


@dataclass(frozen=True)
class SymlinkNode:
    """A symlink; the target is relative, with `/` between its parts, and stays below the mount point."""

    target: str


@dataclass
class DirectoryNode:
    """A directory of the tree, mutable while roots are laid over each other."""

    children: dict[str, DirectoryNode | FileNode | SymlinkNode] = field(default_factory=dict)


@dataclass(frozen=True)
class CachedScript:
    """What compiling one file gave: how it parses, and where its cached data is (size 0: there is none).

    If there is an outline (size not 0), it takes the place of the source, which stays out of the payload.
    """

    module_format: ModuleFormat
    source_size: int
    source_crc32: int
    cache_file: str
    offset: int
    size: int
    is_module_code: bool = False
    outline_offset: int = 0
    outline_size: int = 0
