"""What is written can be read again, and depends on nothing but the plan and the files."""

from __future__ import annotations

import os
import random
import struct
import time
import zlib
from pathlib import Path

import pytest

from pkg_rules.core.payload.errors import BytecodeError, CodeCacheError
from pkg_rules.core.payload.format import (
    ALIGNMENT,
    SCRIPT_PREFIX,
    SCRIPT_SUFFIX,
    Kind,
    ModuleFormat,
)
from pkg_rules.core.payload.model import CodeCacheUnit, PayloadPlan, Root
from pkg_rules.core.payload.trees_for_tests import (
    Link,
    Program,
    Tree,
    payload_of,
    read,
    write_code_cache,
    write_tree,
)
from pkg_rules.core.payload.writer import write_payload

TREES: dict[str, Tree] = {
    "one file": {"main.js": b"1"},
    "empty files": {"main.js": b"", "a": b"", "z/y": b""},
    "empty directories": {"main.js": b"1", "a": None, "b/c": None, "z": None},
    "names that sort unlike paths": {
        "main.js": b"1",
        "a/b": b"2",
        "a-b": b"3",
        "a.b": b"4",
        "a": None,
    },
    "names beyond ASCII": {"main.js": b"1", "ünï/☃.js": "☃".encode(), "\U0001f600": b"5"},
    "links": {
        "main.js": b"1",
        "lib/a.js": b"2",
        "l": Link("lib"),
        "lib/up": Link("../main.js"),
        "x": Link("nowhere"),
    },
    "executable files": {"main.js": Program(b"#!/usr/bin/env node\n"), "plain": b""},
    "bytes of all kinds": {"main.js": b"1", "binary": bytes(range(256)) * 5000},
    "odd sizes": {"main.js": b"1", **{f"f{size}": b"x" * size for size in range(20)}},
}


def without_parents(files: Tree) -> Tree:
    return {
        name: content
        for name, content in files.items()
        if not any(o.startswith(f"{name}/") for o in files)
    }


@pytest.mark.parametrize("files", TREES.values(), ids=TREES)
def test_round_trip(files: Tree, tmp_path: Path) -> None:
    files = without_parents(files)
    payload = payload_of(tmp_path, files, metadata=(("name", "app"),))

    reader = read(payload, before=b"\x7fELF" * 3)

    assert reader.entry_point == "main.js"
    assert reader.metadata == {"name": "app"}
    found = {entry.path: entry for entry in reader.entries()}
    for name, content in files.items():
        entry = found[name]
        if content is None:
            assert entry.kind is Kind.DIRECTORY
        elif isinstance(content, Link):
            assert (entry.kind, entry.target) == (Kind.SYMLINK, str(content))
        else:
            assert (entry.kind, reader.content(entry)) == (Kind.FILE, content)
            assert entry.executable is isinstance(content, Program)
            assert entry.is_ascii is content.isascii()
            assert entry.offset % ALIGNMENT == 0
    files_and_links = {path for path, entry in found.items() if entry.kind is not Kind.DIRECTORY}
    assert files_and_links == {name for name, content in files.items() if content is not None}


@pytest.mark.parametrize("seed", range(20))
def test_round_trip_of_random_trees(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    files: dict[str, bytes] = {"main.js": b""}
    for _ in range(chance.randrange(60)):
        depth = chance.randrange(1, 5)
        # Directories and files cannot share a name, so files have an extension.
        path = "/".join(chance.choice("abcdeü") for _ in range(depth)) + chance.choice(
            [".js", ".txt"]
        )
        files[path] = bytes(chance.randrange(256) for _ in range(chance.randrange(40)))

    reader = read(payload_of(tmp_path, files))

    contents = {
        entry.path: reader.content(entry) for entry in reader.entries() if entry.kind is Kind.FILE
    }
    assert contents == files


def test_order_of_creation_times_and_umask_do_not_matter(tmp_path: Path) -> None:
    files: Tree = {f"d{number % 7}/f{number}.js": str(number).encode() for number in range(50)}
    files = {**files, "main.js": b"", "l": Link("d0"), "empty": None}
    first = payload_of(tmp_path / "one", files)

    old_umask = os.umask(0o077)
    try:
        again = payload_of(tmp_path / "a-much-longer-name", dict(reversed(list(files.items()))))
    finally:
        os.umask(old_umask)
    for path in (tmp_path / "one/tree").rglob("*.js"):
        os.utime(path, (time.time() - 1e6, 1))
    (tmp_path / "one/payload").unlink()
    write_payload(
        PayloadPlan("main.js", (Root(str(tmp_path / "one/tree"), ""),)),
        str(tmp_path / "one/payload"),
    )

    assert again == first
    assert (tmp_path / "one/payload").read_bytes() == first


def test_roots_are_laid_over_each_other(tmp_path: Path) -> None:
    write_tree(tmp_path / "first", {"main.js": b"1", "lib/a.js": b"a", "same": b"x"})
    write_tree(tmp_path / "second", {"lib/b.js": b"b", "same": Program(b"x")})
    write_tree(tmp_path / "third", {"pkg/index.js": b"p"})
    roots = (
        Root(str(tmp_path / "first"), "app"),
        Root(str(tmp_path / "second"), "app"),
        Root(str(tmp_path / "third"), "app/node_modules"),
    )

    summary = write_payload(PayloadPlan("app/main.js", roots), str(tmp_path / "payload"))

    entries = {entry.path: entry for entry in read((tmp_path / "payload").read_bytes()).entries()}
    assert {path for path, entry in entries.items() if entry.kind is Kind.FILE} == {
        "app/main.js",
        "app/lib/a.js",
        "app/lib/b.js",
        "app/same",
        "app/node_modules/pkg/index.js",
    }
    assert entries["app/same"].executable
    assert (summary.files, summary.directories, summary.symlinks) == (5, 5, 0)


def test_module_formats_follow_the_nearest_package(tmp_path: Path) -> None:
    reader = read(
        payload_of(
            tmp_path,
            {
                "main.js": b"",
                "a.mjs": b"",
                "a.cjs": b"",
                "a.json": b"{}",
                "a.wasm": b"",
                "a.txt": b"",
                "esm/package.json": b'\xef\xbb\xbf{"type": "module"}',
                "esm/lib/x.js": b"",
                "esm/node_modules/y.js": b"",
                "esm/node_modules/p/package.json": b'{"type": "commonjs"}',
                "esm/node_modules/p/z.js": b"",
                "odd/package.json": b'{"type": "nonsense"}',
                "odd/x.js": b"",
                "broken/package.json": b'{"type": ',
                "broken/x.js": b"",
            },
        )
    )

    formats = {
        entry.path: entry.module_format for entry in reader.entries() if entry.kind is Kind.FILE
    }

    assert formats == {
        "main.js": ModuleFormat.AMBIGUOUS,
        "a.mjs": ModuleFormat.MODULE,
        "a.cjs": ModuleFormat.COMMONJS,
        "a.json": ModuleFormat.JSON,
        "a.wasm": ModuleFormat.WASM,
        "a.txt": ModuleFormat.NONE,
        "esm/package.json": ModuleFormat.JSON,
        "esm/lib/x.js": ModuleFormat.MODULE,
        "esm/node_modules/y.js": ModuleFormat.AMBIGUOUS,
        "esm/node_modules/p/package.json": ModuleFormat.JSON,
        "esm/node_modules/p/z.js": ModuleFormat.COMMONJS,
        "odd/package.json": ModuleFormat.JSON,
        "odd/x.js": ModuleFormat.AMBIGUOUS,
        "broken/package.json": ModuleFormat.JSON,
        "broken/x.js": ModuleFormat.AMBIGUOUS,
    }


def cache_entry(
    path: str,
    source: bytes,
    format: str,
    offset: int = 0,
    size: int = 0,
    outline_offset: int = 0,
    outline_size: int = 0,
) -> dict[str, object]:
    return {
        "path": path,
        "format": format,
        "source_size": len(source),
        "source_crc32": zlib.crc32(source),
        "offset": offset,
        "size": size,
        "outline_offset": outline_offset,
        "outline_size": outline_size,
    }


def test_cached_data_lies_behind_its_file(tmp_path: Path) -> None:
    sources = {
        "main.js": b"exports.a = 1",
        "lib/m.js": b"export {}",
        "lib/bad.js": b"(",
        "t.cjs": b"2",
    }
    unit = write_code_cache(
        tmp_path / "cache",
        [
            cache_entry("main.js", sources["main.js"], "commonjs", 0, 11),
            cache_entry("lib/m.js", sources["lib/m.js"], "module"),
            cache_entry("lib/bad.js", sources["lib/bad.js"], "invalid"),
            cache_entry("t.cjs", sources["t.cjs"], "commonjs", 16, 8),
            cache_entry("not/packaged.js", b"", "commonjs", 16, 8),
        ],
        b"first cache" + bytes(5) + b"second!!",
    )

    reader = read(payload_of(tmp_path, sources, code_caches=(unit,)))

    entries = {entry.path: entry for entry in reader.entries() if entry.kind is Kind.FILE}
    assert reader.cached_data(entries["main.js"]) == b"first cache"
    assert reader.cached_data(entries["t.cjs"]) == b"second!!"
    assert all(entry.cached_data_offset % ALIGNMENT == 0 for entry in entries.values())
    main = entries["main.js"]
    block = reader.block(main.block)
    start = main.offset - len(SCRIPT_PREFIX)
    wrapped = SCRIPT_PREFIX + sources["main.js"] + SCRIPT_SUFFIX
    assert block[start : start + len(wrapped)] == wrapped
    assert {
        path: (entry.module_format, entry.cached_data_size) for path, entry in entries.items()
    } == {
        "main.js": (ModuleFormat.DETECTED_COMMONJS, 11),
        "lib/m.js": (ModuleFormat.DETECTED_MODULE, 0),
        "lib/bad.js": (ModuleFormat.AMBIGUOUS, 0),
        "t.cjs": (ModuleFormat.COMMONJS, 8),
    }
    assert all(reader.content(entry) == sources[path] for path, entry in entries.items())


def test_cached_data_of_a_module_has_no_wrapper(tmp_path: Path) -> None:
    source = b"export {}"
    unit = write_code_cache(
        tmp_path / "cache", [cache_entry("main.mjs", source, "module", 0, 8)], b"8 bytes!"
    )

    reader = read(payload_of(tmp_path, {"main.mjs": source}, "main.mjs", (unit,)))

    (entry,) = reader.entries()
    assert (entry.is_module_code, entry.is_stripped) == (True, False)
    assert reader.cached_data(entry) == b"8 bytes!"
    assert (tmp_path / "payload").read_bytes().endswith(source + bytes(7) + b"8 bytes!")


def bytecode(text: bytes, checksum: int = 7) -> bytes:
    """Cached data with a header, 32 bytes long."""
    return (struct.pack("<IIIII", 1, 2, 3, 4, checksum) + text).ljust(32, b".")


def outlined(tmp_path: Path, files: dict[str, bytes], data: bytes) -> CodeCacheUnit:
    """A unit in which every file has the same bytecode, and the outline `outline`."""
    return write_code_cache(
        tmp_path / "cache",
        [
            cache_entry(
                path, source, "module" if path.endswith(".mjs") else "commonjs", 0, 32, 32, 7
            )
            for path, source in files.items()
        ],
        data + b"outline",
    )


def test_a_source_with_an_outline_stays_out(tmp_path: Path) -> None:
    sources = {"main.js": b"secret()", "m.mjs": b"export const secret = 1"}
    unit = outlined(tmp_path, sources, bytecode(b"code"))

    reader = read(payload_of(tmp_path, sources, "main.js", (unit,), (), ("",), 7))

    entries = {entry.path: entry for entry in reader.entries()}
    assert {
        path: (entry.is_module_code, entry.is_stripped) for path, entry in entries.items()
    } == {"main.js": (False, True), "m.mjs": (True, True)}
    for entry in entries.values():
        assert reader.content(entry) == b"outline"
        assert reader.cached_data(entry) == bytecode(b"code")
    assert b"secret" not in (tmp_path / "payload").read_bytes()


def test_an_outline_of_another_content_is_refused(tmp_path: Path) -> None:
    unit = outlined(tmp_path, {"main.js": b"old"}, bytecode(b"code"))

    with pytest.raises(CodeCacheError, match=r"another content of `main\.js` \(3 bytes, now 5\)"):
        payload_of(tmp_path, {"main.js": b"newer"}, "main.js", (unit,), (), ("",), 7)


def test_bytecode_that_the_target_would_refuse_is_an_error(tmp_path: Path) -> None:
    unit = outlined(tmp_path, {"main.js": b"1"}, bytecode(b"code", checksum=8))

    with pytest.raises(BytecodeError) as caught:
        payload_of(tmp_path, {"main.js": b"1"}, "main.js", (unit,), (), ("",), 7)

    assert str(caught.value) == (
        "The bytecode of `main.js` was made for another Node.js than that of the executable, whose V8 would refuse it "
        "(checksum 0x00000008, not 0x00000007). `fallback_to_source=True` keeps the source of just such files, "
        "`bytecode=False` keeps all; or build where the target's own Node.js runs (an `environment` of that platform)."
    )


HIDDEN_TREE: Tree = {
    "main.js": b"1",
    "types.ts": b"let x: number;",
    "main.js.map": b"{}",
    "node_modules/own/index.js": b"2",
    "node_modules/own/src/index.ts": b"3",
    "node_modules/own/index.js.map": b"{}",
    "node_modules/own/index.d.ts": b"4",
    "node_modules/open/open.js": b"5",
    "node_modules/open/open.js.map": b"{}",
    "node_modules/@a/b/b.js": b"6",
}
HIDDEN = ("", "node_modules/own")


def test_hidden_sources_without_bytecode_are_refused(tmp_path: Path) -> None:
    unit = outlined(tmp_path, {"main.js": b"1"}, bytecode(b"code"))

    with pytest.raises(BytecodeError) as caught:
        payload_of(tmp_path, HIDDEN_TREE, "main.js", (unit,), (), HIDDEN, 7)

    assert str(caught.value) == (
        "These sources would be in the executable, for which no bytecode was made:\n"
        "  * `types.ts`\n"
        "  * `node_modules/own/index.js`\n"
        "What Node.js does not run as it is (JSX) has to be compiled before (a `node_build_script`); leave it out of the "
        "`dependencies` then. `fallback_to_source=True` keeps them."
    )


def test_bytecode_of_typescript_counts_as_what_is_left_without_types(tmp_path: Path) -> None:
    files: Tree = {
        "a.ts": b"let a: 1",
        "b.mts": b"let b: 1",
        "c.cts": b"let c: 1",
        "typed/package.json": b'{"type": "commonjs"}',
        "typed/d.ts": b"let d: 1",
        "typed/e.d.ts": b"declare let e: 1",
    }
    compiled = {name: bytes(content) for name, content in files.items() if name[-5:] not in (".json", ".d.ts")}

    payload = payload_of(
        tmp_path, files, "a.ts", (outlined(tmp_path, compiled, bytecode(b"code")),), (), ("",), 7
    )

    assert {entry.path: entry.module_format for entry in read(payload).entries() if entry.kind is Kind.FILE} == {
        "a.ts": ModuleFormat.DETECTED_COMMONJS,
        "b.mts": ModuleFormat.MODULE,
        "c.cts": ModuleFormat.COMMONJS,
        "typed/package.json": ModuleFormat.JSON,
        "typed/d.ts": ModuleFormat.COMMONJS,
        "typed/e.d.ts": ModuleFormat.NONE,
    }


def test_what_would_disclose_hidden_sources_is_left_out(tmp_path: Path) -> None:
    unit = outlined(tmp_path, {"main.js": b"1"}, bytecode(b"code"))

    payload = payload_of(tmp_path, HIDDEN_TREE, "main.js", (unit,), (), HIDDEN, 7, True)

    files = {entry.path for entry in read(payload).entries() if entry.kind is Kind.FILE}
    assert HIDDEN_TREE.keys() - files == {
        "main.js.map",
        "node_modules/own/src/index.ts",
        "node_modules/own/index.js.map",
    }


def test_code_cache_of_another_content_is_refused(tmp_path: Path) -> None:
    unit = write_code_cache(
        tmp_path / "cache", [cache_entry("main.js", b"old", "commonjs", 0, 8)], b"8 bytes!"
    )

    with pytest.raises(CodeCacheError) as caught:
        payload_of(tmp_path, {"main.js": b"newer"}, code_caches=(unit,))

    assert str(caught.value) == (
        f"The code cache `{tmp_path}/cache` was made from another content of `main.js` (3 bytes, now 5). With it the"
        " program would run something else than its source; build the code cache again."
    )


@pytest.mark.parametrize(
    "content, message",
    [
        (b"PKG", "The code cache `{file}` ends in its header."),
        (
            b"x" * 16,
            "`{file}` is not a code cache of version 2: its header is `" + "78" * 16 + "`.",
        ),
    ],
)
def test_what_is_no_code_cache_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "cache"
    file.write_bytes(content)

    with pytest.raises(CodeCacheError) as caught:
        payload_of(tmp_path, {"main.js": b""}, code_caches=(CodeCacheUnit(str(file), ""),))

    assert str(caught.value) == message.format(file=file)


def test_code_cache_that_ends_early_is_refused(tmp_path: Path) -> None:
    unit = write_code_cache(
        tmp_path / "cache", [cache_entry("main.js", b"", "commonjs", 0, 9)], b"8 bytes!"
    )

    with pytest.raises(CodeCacheError, match=r"ends before the data of `main\.js`"):
        payload_of(tmp_path, {"main.js": b""}, code_caches=(unit,))
