"""Injection and assembly on small files: what is written, what is refused, that nothing half-written stays."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path
from typing import Iterator

import lief
import pytest

from pkg_rules.core.binfmt import pe
from pkg_rules.core.binfmt.branding import Branding
from pkg_rules.core.binfmt.branding_test import bitmap, icon
from pkg_rules.core.binfmt.elf_test import made_up_elf
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.fuse import FUSE_OFF, FUSE_ON
from pkg_rules.core.binfmt.macho import content_end
from pkg_rules.core.binfmt.macho_check import check_executable
from pkg_rules.core.binfmt.macho_signature import Signing, read_signing
from pkg_rules.core.binfmt.macho_test import made_up_macho
from pkg_rules.core.binfmt.pe_test import made_up_pe
from pkg_rules.core.payload.model import PayloadPlan, Root
from pkg_rules.core.payload.reader import PayloadReader
from pkg_rules.core.payload.writer import write_payload
from pkg_rules.core.sea import assemble as assemble_module
from pkg_rules.core.sea.assemble import assemble
from pkg_rules.core.sea.base_layout import BaseLayout
from pkg_rules.core.sea.errors import NoSpaceError, SeaError
from pkg_rules.core.sea.finished import Expected, check_finished
from pkg_rules.core.sea.inject import inject
from pkg_rules.core.sea.locator import EMPTY, MAGIC, unpack_place

NODE = made_up_elf([(0, 0x400000, 0x3000, 0x3000)]) + FUSE_OFF + b"\0"
WINDOWS_NODE = made_up_pe(code=b"code" + FUSE_OFF + b"\0", end=b"signature".ljust(16, b"\0"))
APPLICATION = b"loader" * 100 + EMPTY + b"cache"


@pytest.fixture(params=[NODE, WINDOWS_NODE], ids=["elf", "pe"])
def content_of_node(request: pytest.FixtureRequest) -> bytes:
    return request.param


@pytest.fixture
def node(content_of_node: bytes, tmp_path: Path) -> Path:
    file = tmp_path / "node"
    file.write_bytes(content_of_node)
    return file


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root/main.js").write_text("1\n")
    file = tmp_path / "payload"
    write_payload(PayloadPlan("main.js", (Root(str(tmp_path / "root"), ""),), (), ()), str(file))
    return file


@pytest.fixture
def base(tmp_path: Path, node: Path) -> tuple[Path, BaseLayout]:
    return tmp_path / "base", inject(node, APPLICATION, tmp_path / "base")


def test_the_layout_describes_the_base(
    content_of_node: bytes, node: Path, base: tuple[Path, BaseLayout], tmp_path: Path
) -> None:
    file, layout = base
    content = file.read_bytes()
    assert node.read_bytes() == content_of_node, "the input must not change"
    assert len(content) == layout.size
    assert content[layout.fuse_offset :].startswith(FUSE_ON)
    assert content[layout.application_offset :][: layout.application_size] == APPLICATION
    assert content[layout.locator_offset :].startswith(EMPTY)
    assert os.access(file, os.X_OK)
    (tmp_path / "layout").write_text(layout.render())
    assert BaseLayout.read(tmp_path / "layout") == layout


def test_an_application_without_locator_is_complete_as_it_is(node: Path, payload: Path, tmp_path: Path) -> None:
    layout = inject(node, b"script", tmp_path / "simple")
    assert layout.locator_offset == -1
    with pytest.raises(SeaError, match="`simple` has no locator: it was prepared for a single script"):
        assemble(tmp_path / "simple", layout, payload, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "application", "problem"),
    [
        (NODE.replace(FUSE_OFF, b""), APPLICATION, "has the switch for single executable applications not at all"),
        (NODE + FUSE_OFF, APPLICATION, "has the switch for single executable applications more than once"),
        (NODE.replace(FUSE_OFF, FUSE_ON), APPLICATION, "turned on already, so an application is in it"),
        (NODE, APPLICATION + EMPTY, "more than once, or not as an empty locator"),
        (NODE, MAGIC + b"x" * 16, "more than once, or not as an empty locator"),
        (b"#!/bin/sh\n", APPLICATION, "`node` is not an executable of a known format"),
    ],
)
def test_what_cannot_be_injected(tmp_path: Path, content: bytes, application: bytes, problem: str) -> None:
    (tmp_path / "node").write_bytes(content)
    with pytest.raises((SeaError, ExecutableFormatError), match=problem):
        inject(tmp_path / "node", application, tmp_path / "base")
    assert [path.name for path in tmp_path.iterdir()] == ["node"]


def test_an_assembled_executable(base: tuple[Path, BaseLayout], payload: Path, tmp_path: Path) -> None:
    file, layout = base
    before = file.read_bytes()
    assemble(file, layout, payload, tmp_path / "out/app")
    content = (tmp_path / "out/app").read_bytes()
    offset, length = unpack_place(content[layout.locator_offset + len(MAGIC) :][:16])
    assert offset % 4096 == 0 and offset >= len(before)
    assert content[offset:] == payload.read_bytes() and length == payload.stat().st_size
    assert without_checksum(content[: len(before)]).replace(
        content[layout.locator_offset :][:32], EMPTY
    ) == without_checksum(before)
    with open(tmp_path / "out/app", "rb") as stream:
        assert PayloadReader(stream, offset, length).entry_point == "main.js"
    assert (tmp_path / "out/app").stat().st_mode & 0o777 == 0o755
    assert file.read_bytes() == before, "the input must not change"
    assemble(file, layout, payload, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content


def without_checksum(content: bytes) -> bytes:
    """Of a made-up Windows executable; its checksum is that of the whole file."""
    return content[:0xD8] + bytes(4) + content[0xDC:] if content.startswith(b"MZ") else content


@pytest.mark.parametrize("content_of_node", [WINDOWS_NODE], ids=["pe"])
def test_a_branded_executable(base: tuple[Path, BaseLayout], payload: Path, tmp_path: Path) -> None:
    file, layout = base
    info = (("ProductName", "A name that takes some room" * 50),)
    branding = Branding(icon((16, bitmap(16))), info, subsystem="gui")
    assemble(file, layout, payload, tmp_path / "app", branding=branding)
    content = (tmp_path / "app").read_bytes()
    place, size = pe.find_resource(tmp_path / "app", "NODE_SEA_BLOB")
    assert size == len(APPLICATION) and place != layout.application_offset
    locator = place + APPLICATION.index(EMPTY)
    offset, length = unpack_place(content[locator + len(MAGIC) :][:16])
    assert content[offset:] == payload.read_bytes() and length == payload.stat().st_size
    assert "A name that takes some room".encode("utf-16-le") in content[:offset]
    parsed = lief.PE.parse(str(tmp_path / "app"))
    assert parsed is not None
    assert parsed.optional_header.checksum == parsed.compute_checksum()
    assert parsed.optional_header.subsystem == lief.PE.OptionalHeader.SUBSYSTEM.WINDOWS_GUI


@pytest.mark.parametrize("content_of_node", [WINDOWS_NODE], ids=["pe"])
def test_a_script_without_payload_is_branded_at_once(node: Path, base: object, tmp_path: Path) -> None:
    branding = Branding(subsystem="gui")
    layout = inject(node, b"script", tmp_path / "simple.exe", branding=branding)
    content = (tmp_path / "simple.exe").read_bytes()
    assert content[layout.application_offset :][: layout.application_size] == b"script"
    assert content[layout.fuse_offset :].startswith(FUSE_ON)


def test_a_base_of_another_build(base: tuple[Path, BaseLayout], payload: Path, tmp_path: Path) -> None:
    file, layout = base
    with open(file, "ab") as stream:
        stream.write(b"x")
    with pytest.raises(SeaError, match="`base` does not fit its description"):
        assemble(file, layout, payload, tmp_path / "out/app")


def test_something_that_is_no_payload(base: tuple[Path, BaseLayout], tmp_path: Path) -> None:
    file, layout = base
    (tmp_path / "payload").write_bytes(b"x" * 1000)
    with pytest.raises(SeaError, match="The payload of the executable cannot be read"):
        assemble(file, layout, tmp_path / "payload", tmp_path / "out/app")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def mac_base(tmp_path: Path) -> tuple[Path, BaseLayout]:
    (tmp_path / "node").write_bytes(made_up_macho())
    return tmp_path / "base", inject(tmp_path / "node", APPLICATION, tmp_path / "base")


def test_an_executable_for_macos_ends_in_a_signature_of_all_its_bytes(
    mac_base: tuple[Path, BaseLayout], payload: Path, tmp_path: Path
) -> None:
    base, layout = mac_base
    assemble(base, layout, payload, tmp_path / "app", signing=Signing("com.example.app"))
    check_finished(tmp_path / "app", Expected("macos-arm64", has_payload=True, is_signed=True))
    content = (tmp_path / "app").read_bytes()
    offset, length = unpack_place(content[layout.locator_offset + len(MAGIC) :][:16])
    end = content_end(tmp_path / "app")
    # The old signature is not left in the middle.
    assert (offset, offset % 4096) == (-(-content_end(base) // 4096) * 4096, 0)
    assert content[offset:][:length] == payload.read_bytes() and offset + length <= end < offset + length + 16
    assert read_signing(tmp_path / "app").identifier == "com.example.app"
    assemble(base, layout, payload, tmp_path / "again", signing=Signing("com.example.app"))
    assert (tmp_path / "again").read_bytes() == content


def test_an_executable_for_macos_without_signature(
    mac_base: tuple[Path, BaseLayout], payload: Path, tmp_path: Path
) -> None:
    base, layout = mac_base
    assemble(base, layout, payload, tmp_path / "app", signing=None)
    check_executable(tmp_path / "app")
    (tmp_path / "other").write_bytes(made_up_macho()[:-1])
    with pytest.raises(ExecutableFormatError):
        inject(tmp_path / "other", APPLICATION, tmp_path / "never")
    assert not (tmp_path / "never").exists()


def assert_no_space(error: NoSpaceError) -> None:
    assert str(error) == (
        "The disk is full: there is no room for `app` (No space left on device). Nothing half-written is left. Free some "
        "space where Pants keeps its sandboxes (`[GLOBAL].local_execution_root_dir`) and its store "
        "(`[GLOBAL].local_store_dir`), and run the same command again."
    )


def test_a_full_disk_leaves_nothing(
    base: tuple[Path, BaseLayout], payload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(assemble_module, "write_at", full)
    with pytest.raises(NoSpaceError) as error:
        assemble(*base, payload, tmp_path / "out/app")
    assert_no_space(error.value)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("content_of_node", [NODE], ids=["elf"])
def test_a_disk_that_is_really_full(
    base: tuple[Path, BaseLayout], payload: Path, small_disk: Path
) -> None:
    with pytest.raises(NoSpaceError) as error:
        assemble(*base, payload, small_disk / "app")
    assert_no_space(error.value)
    assert list(small_disk.iterdir()) == []
