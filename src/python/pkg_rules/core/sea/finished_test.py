"""The last step of a build refuses each executable that is not what it should be, of all formats; nothing of it is left."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Callable, Mapping

import pytest

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.macho_signature import Signing
from pkg_rules.core.binfmt.macho_test import X64, made_up_macho
from pkg_rules.core.binfmt.macho_universal import join
from pkg_rules.core.binfmt.pe import read_pe
from pkg_rules.core.binfmt.pe_test import made_up_pe
from pkg_rules.core.payload.model import PayloadPlan, Root
from pkg_rules.core.payload.writer import write_payload
from pkg_rules.core.sea import assemble as assemble_module
from pkg_rules.core.sea.assemble import assemble
from pkg_rules.core.sea.errors import SeaError
from pkg_rules.core.sea.finished import Expected, check_finished
from pkg_rules.core.sea.inject import inject
from pkg_rules.core.sea.locator import MAGIC
from pkg_rules.core.sea.sea_test import APPLICATION, NODE, WINDOWS_NODE, without_checksum

NODES: Mapping[str, bytes] = {
    "linuxstatic-x64": NODE,
    "win-x64": WINDOWS_NODE,
    "macos-x64": made_up_macho(cpu=X64),
    "macos-arm64": made_up_macho(),
}


def expected(kind: str, *, has_payload: bool = True) -> Expected:
    return Expected(kind, has_payload, is_signed=kind.startswith("macos"))


def payload_file(folder: Path) -> Path:
    (folder / "root").mkdir()
    (folder / "root/main.js").write_text(f"1\n// It may hold the switch: {FUSE_OFF.decode()}\n")
    write_payload(PayloadPlan("main.js", (Root(str(folder / "root"), ""),), (), ()), str(folder / "payload"))
    return folder / "payload"


def finished(folder: Path, kind: str, signing: Signing | None = Signing()) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "node").write_bytes(NODES[kind])
    layout = inject(folder / "node", APPLICATION, folder / "base", kind=kind, signing=signing)
    assemble(folder / "base", layout, payload_file(folder), folder / "app", kind=kind, signing=signing)
    return folder / "app"


@pytest.fixture(params=NODES)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def app(kind: str, tmp_path: Path) -> Path:
    return finished(tmp_path, kind)


def problem(app: Path, wanted: Expected) -> str:
    with pytest.raises((SeaError, ExecutableFormatError)) as error:
        check_finished(app, wanted)
    return str(error.value)


def test_what_is_expected_gets_through_a_command_line() -> None:
    for one in (Expected("a-b", True, True), Expected("a-b", True, False), Expected("a-b", False, False)):
        assert Expected.parse(one.render()) == one


def test_a_whole_executable(kind: str, app: Path) -> None:
    check_finished(app, expected(kind))
    other = "win-arm64"
    assert problem(app, expected(other)) == f"The executable is for `{kind}`, not for `{other}`."


def test_one_script_needs_no_locator(kind: str, tmp_path: Path) -> None:
    (tmp_path / "node").write_bytes(NODES[kind])
    inject(tmp_path / "node", b"script" + FUSE_OFF, tmp_path / "simple", kind=kind)
    check_finished(tmp_path / "simple", expected(kind, has_payload=False))
    assert "does not have one locator" in problem(tmp_path / "simple", expected(kind))


Change = Callable[[bytes], bytes]


def place_of_payload(content: bytes) -> int:
    (offset,) = struct.unpack_from("<Q", content, content.index(MAGIC) + len(MAGIC))
    return int(offset)


def with_byte_changed(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :]


def with_text_before_payload(content: bytes, text: bytes) -> bytes:
    """Where there are only zeros, up to the page that the payload begins on."""
    end = place_of_payload(content)
    assert not any(content[end - len(text) : end])
    return content[: end - len(text)] + text + content[end:]


def with_locator(place: Callable[[int, int], tuple[int, int]]) -> Change:
    def change(content: bytes) -> bytes:
        at = content.index(MAGIC) + len(MAGIC)
        return content[:at] + struct.pack("<QQ", *place(*struct.unpack_from("<QQ", content, at))) + content[at + 16 :]

    return change


CHANGES: Mapping[str, tuple[Change, str]] = {
    "switch off": (lambda content: content.replace(FUSE_ON, FUSE_OFF, 1), "on 0 times and off 1 times"),
    "switch on twice": (lambda content: with_text_before_payload(content, FUSE_ON), "on 2 times and off 0 times"),
    "switch of a second Node.js": (
        lambda content: with_text_before_payload(content, FUSE_OFF), "on 1 times and off 1 times",
    ),
    "no locator": (lambda content: content.replace(MAGIC, bytes(len(MAGIC))), "does not have one locator"),
    "empty locator": (with_locator(lambda offset, length: (0, 0)), "speaks of a payload of 0 bytes at 0"),
    "locator to the end": (with_locator(lambda offset, length: (offset + length, length)), "but its locator speaks of"),
    "locator to something else": (with_locator(lambda offset, length: (offset - 8, length)), "There is no payload at offset"),
    "wrong length": (with_locator(lambda offset, length: (offset, length - 1)), "The payload should have"),
    "header of the payload": (lambda content: with_byte_changed(content, place_of_payload(content) + 20), "The header of the"),
    "index of the payload": (lambda content: with_byte_changed(content, place_of_payload(content) + 140), "The index of the"),
    "contents of the payload": (lambda content: content.replace(b"1\n// It may", b"2\n// It may"), "The block 0 (at offset"),
    "no application": (lambda content: content.replace(b"NODE_SEA", b"NODE_NOT").replace(
        "NODE_SEA".encode("utf-16-le"), "NODE_NOT".encode("utf-16-le")), "`NODE_SEA_BLOB`"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_refused(kind: str, tmp_path: Path, name: str) -> None:
    """Without what covers all bytes, a signature or a checksum: that would be noticed first."""
    change, words = CHANGES[name]
    app = finished(tmp_path, kind, signing=None)
    wanted = Expected(kind, has_payload=True, is_signed=False)
    content = without_checksum(app.read_bytes())
    app.write_bytes(content)
    check_finished(app, wanted)
    changed = change(content)
    assert changed != content and len(changed) == len(content)
    app.write_bytes(changed)
    assert words in problem(app, wanted)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("kind", [kind for kind in NODES if not kind.startswith("linux")])
def test_signature_and_checksum_notice_all_of_it(kind: str, app: Path, name: str) -> None:
    change, _ = CHANGES[name]
    app.write_bytes(change(app.read_bytes()))
    problem(app, expected(kind))


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_truncated_one(kind: str, app: Path, cut: int) -> None:
    os.truncate(app, app.stat().st_size - cut)
    problem(app, expected(kind))


@pytest.mark.parametrize("kind", ["linuxstatic-x64"])
def test_something_may_come_behind_the_payload(kind: str, app: Path) -> None:
    with open(app, "ab") as file:
        file.write(b"signature")
    check_finished(app, expected(kind))


@pytest.mark.parametrize("kind", ["macos-arm64"])
def test_a_signature_has_to_be_there(kind: str, tmp_path: Path) -> None:
    app = finished(tmp_path, kind, signing=None)
    check_finished(app, replace(expected(kind), is_signed=False))
    assert problem(app, expected(kind)) == "The executable has no signature."


def test_parts_of_a_universal_one(tmp_path: Path) -> None:
    parts = [finished(tmp_path / kind, kind) for kind in ("macos-x64", "macos-arm64")]
    app = tmp_path / "app"
    with open(app, "xb", buffering=0) as out:
        join(parts, out.fileno())
    universal = expected("macos-universal")
    check_finished(app, universal)
    content = app.read_bytes()
    app.write_bytes(with_byte_changed(content, content.rindex(b"1\n// It may")))
    assert "was changed after it was signed" in problem(app, universal)
    app.write_bytes(content[:-1])
    assert problem(app, universal)
    with open(app, "wb", buffering=0) as out:
        join(parts[:1], out.fileno())
    assert problem(app, universal) == "The universal executable has parts for ['macos-x64']."
    assert "is not a universal Mach-O file" in problem(parts[0], universal)


@pytest.mark.parametrize("kind", ["win-x64"])
def test_checksum_and_signature_of_windows(kind: str, app: Path) -> None:
    content = bytearray(app.read_bytes())
    with open(app, "rb") as file:
        at = read_pe(file, "app").checksum_offset
    struct.pack_into("<I", content, at, struct.unpack_from("<I", content, at)[0] ^ 1)
    app.write_bytes(content)
    assert "has the checksum" in problem(app, expected(kind))
    # Not computed is not wrong.
    struct.pack_into("<I", content, at, 0)
    app.write_bytes(content)
    check_finished(app, expected(kind))


@pytest.mark.parametrize("kind", ["linuxstatic-x64", "win-x64", "macos-arm64"])
def test_nothing_is_left_of_an_assembly_that_went_wrong(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemble_module, "pack_place", lambda offset, length: struct.pack("<QQ", offset + 8, length))
    with pytest.raises(SeaError):
        finished(tmp_path, kind)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "node", "payload", "root"]


def test_an_assembly_for_another_architecture(tmp_path: Path) -> None:
    (tmp_path / "node").write_bytes(made_up_pe(code=b"code" + FUSE_OFF + b"\0"))
    with pytest.raises(SeaError, match="The executable is for `win-x64`, not for `win-arm64`."):
        inject(tmp_path / "node", APPLICATION, tmp_path / "base", kind="win-arm64")
    layout = inject(tmp_path / "node", APPLICATION, tmp_path / "base")
    with pytest.raises(SeaError, match="The executable is for `win-x64`, not for `win-arm64`."):
        assemble(tmp_path / "base", layout, payload_file(tmp_path), tmp_path / "out/app", kind="win-arm64")
    assert list((tmp_path / "out").iterdir()) == []
