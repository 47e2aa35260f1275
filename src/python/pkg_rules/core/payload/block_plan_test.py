"""Which files share a block, and that an edit changes few of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkg_rules.core.payload.format import BLOCK_SIZE, Kind
from pkg_rules.core.payload.reader import PayloadEntry, PayloadReader
from pkg_rules.core.payload.trees_for_tests import (
    Tree,
    payload_of,
    read,
    write_code_cache,
)
from pkg_rules.core.payload.writer_test import cache_entry


def files_of(reader: PayloadReader) -> dict[str, PayloadEntry]:
    return {entry.path: entry for entry in reader.entries() if entry.kind is Kind.FILE}


def test_what_node_loads_is_apart_from_the_rest(tmp_path: Path) -> None:
    files: Tree = {
        "main.js": b"1",
        "README.md": b"2",
        "lib/a.js": b"3",
        "lib/a.js.map": b"4",
        "package.json": b"{}",
    }
    found = files_of(read(payload_of(tmp_path, files)))
    assert {path: entry.block for path, entry in found.items()} == {
        "main.js": 0,
        "lib/a.js": 0,
        "package.json": 0,
        "README.md": 1,
        "lib/a.js.map": 1,
    }


@pytest.mark.parametrize("size", [BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, 3 * BLOCK_SIZE, 5 * BLOCK_SIZE + 7])
def test_large_files_are_cut_unless_node_loads_them(size: int, tmp_path: Path) -> None:
    content = bytes(number % 251 for number in range(size))
    reader = read(payload_of(tmp_path, {"main.js": b" " * size, "data": content, "small": b"x"}))
    found = files_of(reader)
    assert found["main.js"].block_count == 1
    assert found["data"].block_count == -(-size // BLOCK_SIZE)
    assert reader.content(found["data"]) == content
    assert reader.content(found["small"]) == b"x"
    assert all(
        block.size <= BLOCK_SIZE
        for number, block in enumerate(reader.blocks)
        if number != found["main.js"].block
    )


def test_a_file_with_cached_data_is_never_cut(tmp_path: Path) -> None:
    source = b"1;" * BLOCK_SIZE
    cache = write_code_cache(
        tmp_path / "cache", [cache_entry("bin/tool", source, "commonjs", 0, 8)], b"8 bytes!"
    )
    reader = read(payload_of(tmp_path, {"main.js": b"", "bin/tool": source}, code_caches=(cache,)))
    tool = files_of(reader)["bin/tool"]
    assert (tool.block_count, reader.cached_data(tool)) == (1, b"8 bytes!")


def test_a_longer_file_changes_few_blocks(tmp_path: Path) -> None:
    files = {f"lib/file{number}.js": f"exports.n = {number};\n".encode() * 60 for number in range(4000)}
    before = read(payload_of(tmp_path / "before", {**files, "main.js": b""}))
    files["lib/file1.js"] *= 3
    after = read(payload_of(tmp_path / "after", {**files, "main.js": b""}))
    old = {block.crc32 for block in before.blocks}
    new = {block.crc32 for block in after.blocks}
    assert len(new) > 10
    assert len(new - old) <= 3


def test_blocks_hold_no_more_than_they_may(tmp_path: Path) -> None:
    files = {f"f{number}": b"x" * (number * 977 % 90_000) for number in range(100)}
    reader = read(payload_of(tmp_path, {**files, "main.js": b""}))
    assert max(block.size for block in reader.blocks) <= BLOCK_SIZE
    assert {path: reader.content(entry) for path, entry in files_of(reader).items()} == {
        **files,
        "main.js": b"",
    }
