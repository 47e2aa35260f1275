"""Trees of small files and payloads of them, for the tests of this package."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Union

from pkg_rules.core.payload.format import (
    CODE_CACHE_HEADER,
    CODE_CACHE_MAGIC,
    CODE_CACHE_VERSION,
    aligned,
)
from pkg_rules.core.payload.model import CodeCacheUnit, PayloadPlan, Root
from pkg_rules.core.payload.reader import PayloadReader
from pkg_rules.core.payload.writer import write_payload


class Link(str):
    """The target of a symlink."""


class Program(bytes):
    """The content of an executable file."""


Tree = Mapping[str, Union[bytes, Link, None]]


def write_tree(root: Path, files: Tree) -> Path:
    """Files by path; None is an empty directory."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir()
        elif isinstance(content, Link):
            path.symlink_to(content)
        else:
            path.write_bytes(content)
            path.chmod(0o755 if isinstance(content, Program) else 0o644)
    return root


def payload_of(
    folder: Path,
    files: Tree,
    entry_point: str = "main.js",
    code_caches: tuple[CodeCacheUnit, ...] = (),
    metadata: tuple[tuple[str, str], ...] = (),
    hidden: tuple[str, ...] = (),
    bytecode_checksum: int = 0,
    fallback_to_source: bool = False,
) -> bytes:
    root = write_tree(folder / "tree", files)
    plan = PayloadPlan(
        entry_point,
        (Root(str(root), ""),),
        code_caches,
        metadata,
        hidden,
        bytecode_checksum,
        fallback_to_source,
    )
    write_payload(plan, str(folder / "payload"))
    return (folder / "payload").read_bytes()


def read(payload: bytes, before: bytes = b"") -> PayloadReader:
    return PayloadReader(io.BytesIO(before + payload), len(before), len(payload))


def write_code_cache(path: Path, files: list[dict[str, object]], data: bytes) -> CodeCacheUnit:
    table = json.dumps({"node": "v24.0.0", "arch": "x64", "files": files}).encode()
    header = CODE_CACHE_HEADER.pack(CODE_CACHE_MAGIC, CODE_CACHE_VERSION, 0, len(table))
    padding = bytes(aligned(len(header) + len(table)) - len(header) - len(table))
    path.write_bytes(header + table + padding + data)
    return CodeCacheUnit(str(path), "")
