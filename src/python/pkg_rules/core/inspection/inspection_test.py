"""The tool on small executables that are put together like real ones; prelude/test/damaged.test.cjs has real ones."""

from __future__ import annotations

import json
import os
import random
import struct
import zlib
from pathlib import Path

import pytest

from pkg_rules.core.binfmt.elf_test import made_up_elf
from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.macho_test import made_up_macho
from pkg_rules.core.inspection.command import main
from pkg_rules.core.inspection.executable import read_executable
from pkg_rules.core.payload.compression_test import compressed
from pkg_rules.core.payload.format import HEADER, HEADER_SIZE, Codec, Section
from pkg_rules.core.payload.reader_test import section_start, sealed
from pkg_rules.core.payload.trees_for_tests import Link, Program, Tree, payload_of, write_tree
from pkg_rules.core.sea.assemble import assemble
from pkg_rules.core.sea.inject import inject
from pkg_rules.core.sea.locator import EMPTY, MAGIC

SOURCES = b"\0https://nodejs.org/download/release/v24.21.0/node-v24.21.0.tar.gz\0"
NODE = made_up_elf([(0, 0x400000, 0x3000, 0x3000)]) + FUSE_OFF + SOURCES
NODE_FOR_MACOS = made_up_macho().replace(FUSE_OFF + bytes(len(SOURCES)), FUSE_OFF + SOURCES)
FILES: Tree = {
    "app/main.js": b"console.log(1);\n" * 20,
    "app/tool": Program(b"#!/bin/sh\n"),
    "app/lib/data.bin": bytes(range(256)) * 2000,
    "app/link": Link("lib/data.bin"),
    "app/up": Link("../app/lib"),
    "app/empty": b"",
    "app/nothing": None,
}


def executable_of(folder: Path, payload: bytes, node: bytes = NODE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "node").write_bytes(node)
    (folder / "whole_payload").write_bytes(payload)
    layout = inject(folder / "node", b"loader" + EMPTY + b"cache", folder / "base")
    assemble(folder / "base", layout, folder / "whole_payload", folder / "app")
    return folder / "app"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    metadata = (("mode", "sea"), ("name", "app"))
    return executable_of(tmp_path, payload_of(tmp_path, FILES, "app/main.js", metadata=metadata))


def test_an_executable_for_macos_ends_in_its_signature(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = executable_of(tmp_path, payload_of(tmp_path, FILES, "app/main.js"), NODE_FOR_MACOS)
    assert main(["verify", str(program)]) == 0, capsys.readouterr().out
    content = bytearray(program.read_bytes())
    content[0x1800] ^= 1
    program.write_bytes(content)
    assert main(["verify", str(program)]) == 1
    assert "page 1 (from byte 4,096) was changed after it was signed" in "".join(capsys.readouterr())


def test_the_listing_for_people(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", str(app)]) == 0
    lines = capsys.readouterr().out.splitlines()
    size = os.path.getsize(app)
    assert lines[0] == f"app: {size:,} bytes, Node.js 24.21.0 for linuxstatic-x64"
    assert lines[1:4] == ["entry point: /snapshot/app/main.js", "mode: sea", "name: app"]
    assert lines[4].startswith("payload: 4 files, 3 directories, 2 links; 512,3")
    tree = [line[57:] for line in lines[6:]]
    assert tree == [
        "path",
        "/snapshot",
        "  app/",
        "    empty",
        "    lib/",
        "    link -> lib/data.bin",
        "    main.js",
        "    nothing/",
        "    tool*",
        "    up -> ../app/lib",
        "      data.bin",
    ]
    assert lines[12].split() == ["320", "320", "stored", "ambiguous", "main.js"]


def test_the_listing_for_programs(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json", str(app)]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["node"] == {
        "version": "24.21.0",
        "platform": "linuxstatic",
        "arch": "x64",
    }
    assert data["entry_point"] == "app/main.js"
    assert data["metadata"] == {"mode": "sea", "name": "app"}
    entries = {entry["path"]: entry for entry in data["entries"]}
    assert entries["app/up"] == {"path": "app/up", "kind": "link", "target": "../app/lib"}
    assert entries["app/lib"] == {"path": "app/lib", "kind": "directory"}
    content = FILES["app/lib/data.bin"]
    assert content is not None
    assert entries["app/lib/data.bin"] == {
        "path": "app/lib/data.bin",
        "kind": "file",
        "size": len(content),
        "stored_size": len(content),
        "cached_data_size": 0,
        "codec": "stored",
        "executable": False,
        "format": "",
        "blocks": [1, 2],
        "crc32": f"{zlib.crc32(content):08x}",
    }


def written(folder: Path) -> Tree:
    """What `write_tree` could have made this of."""
    found: dict[str, bytes | Link | None] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = Link(os.readlink(path))
        elif path.is_dir():
            if not any(path.iterdir()):
                found[name] = None
        else:
            content = path.read_bytes()
            found[name] = Program(content) if os.access(path, os.X_OK) else content
    return found


def test_everything_can_be_extracted(app: Path, tmp_path: Path) -> None:
    assert main(["extract", str(app), str(tmp_path / "out")]) == 0
    assert written(tmp_path / "out") == FILES
    # Not only by value: a Program is a bytes, too.
    assert os.access(tmp_path / "out/app/tool", os.X_OK)
    assert not os.access(tmp_path / "out/app/main.js", os.X_OK)


@pytest.mark.parametrize("path", ["app/lib", "/snapshot/app/lib/", "/snapshot/app/lib/data.bin"])
def test_a_part_can_be_extracted(path: str, app: Path, tmp_path: Path) -> None:
    assert main(["extract", str(app), str(tmp_path / "out"), "--path", path]) == 0
    assert written(tmp_path / "out") == {"app/lib/data.bin": FILES["app/lib/data.bin"]}


def test_what_is_not_in_it(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", str(app), str(tmp_path / "out"), "--path", "app/li"]) == 1
    assert capsys.readouterr().err == "`app/li` is not in the payload. `list` shows what is.\n"
    assert not (tmp_path / "out").exists()


def test_nothing_is_overwritten(app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_tree(tmp_path / "out", {"mine": b"1"})
    assert main(["extract", str(app), str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        f"`{tmp_path}/out` exists and is not an empty folder. Name a new one, so that nothing is overwritten.\n"
    )
    assert written(tmp_path / "out") == {"mine": b"1"}


def forged(payload: bytes, section: Section, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    at = payload.index(old, section_start(payload, section))
    return sealed(bytearray(payload[:at] + new + payload[at + len(old) :]))


def test_links_do_not_lead_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    payload = payload_of(tmp_path, {"main.js": b"", "link": Link("aa/lib/xx")})
    app = executable_of(tmp_path, forged(payload, Section.TARGETS, b"aa/lib/xx", b"../../etc"))
    assert main(["extract", str(app), str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == (
        "The link `link` points to `../../etc`, out of the folder. Nothing was written.\n"
    )
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_through_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    payload = payload_of(
        tmp_path, {"main.js": b"", "aaa": Link("main.js"), "bbb/file": b"1"}
    )
    app = executable_of(tmp_path, forged(payload, Section.NAMES, b"aaa\0bbb", b"bbb\0bbb"))
    assert main(["verify", str(app)]) == 1
    assert capsys.readouterr().out == "app: The path `bbb` is there 2 times.\n"
    assert main(["extract", str(app), str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == "`bbb` is there twice, and its link was not written.\n"


def test_a_sound_executable(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(app)]) == 0
    assert capsys.readouterr().out == "app: sound, Node.js 24.21.0 for linuxstatic-x64\n"


def test_one_that_python_cannot_decompress(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # What it holds is beside the point: without a Node.js nothing is decompressed.
    payload = compressed(tmp_path, lambda data: data[: len(data) // 2], Codec.ZSTD)
    app = executable_of(tmp_path, payload)
    assert main(["verify", str(app)]) == 0
    assert "; 7 blocks were checked as they are stored, not decompressed" in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(60))
def test_every_damage_of_the_payload_is_found(
    seed: int, app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(seed)
    content = bytearray(app.read_bytes())
    place = read_executable(app).locator
    assert place is not None
    at = chance.randrange(place.start, place.start + place.size)
    content[at] ^= 1 << chance.randrange(8)
    app.write_bytes(content)
    assert main(["verify", str(app)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("app: ")


def test_the_lines_for_damages(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = app.read_bytes()
    place = read_executable(app).locator
    assert place is not None
    start = place.start
    (index_size,) = struct.unpack_from("<I", sound, start + 24)
    contents = start + HEADER_SIZE + index_size

    def lines_of(content: bytes) -> list[str]:
        app.write_bytes(content)
        assert main(["verify", str(app)]) == 1
        return capsys.readouterr().out.splitlines()

    def flipped(at: int) -> bytes:
        return sound[:at] + bytes([sound[at] ^ 0x41]) + sound[at + 1 :]

    assert lines_of(flipped(start + HEADER.size)) == ["app: The header of the payload is damaged."]
    assert lines_of(flipped(contents - 9)) == ["app: The index of the payload is damaged."]
    assert lines_of(flipped(contents)) == [
        f"app: The block 0 (at offset {contents - start}) of the payload is damaged. It holds `app/main.js`."
    ]
    assert lines_of(sound[:-4000])[0] == (
        f"app: The locator speaks of a payload of {place.size:,} bytes at {start:,}, but the file has"
        f" {len(sound) - 4000:,} bytes."
    )
    assert lines_of(sound.replace(FUSE_ON, FUSE_OFF)) == [
        "app: The switch of Node.js for single executable applications should be there once and on; it is on 0 times"
        " and off 1 times."
    ]
    assert lines_of(sound.replace(b"/release/v24", b"/release/v25")) == [
        "app: The version of its Node.js cannot be found."
    ]
    assert lines_of(sound.replace(MAGIC, MAGIC[:-1] + b"r")) == [
        'app: `app` has no payload: it is not an executable of `node_executable`, or one with `mode="simple"`, which'
        " holds one script and no files."
    ]


def test_what_is_no_executable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / "nope")]) == 1
    assert capsys.readouterr().err == f"`{tmp_path}/nope` is not a file.\n"
    (tmp_path / "text").write_bytes(b"text")
    assert main(["list", str(tmp_path / "text")]) == 1
    assert "is not an executable of a known format" in capsys.readouterr().err
    with pytest.raises(SystemExit) as error:
        main([])
    assert error.value.code == 2
