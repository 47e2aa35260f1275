"""Executables for macOS, built on this machine: two readers that know nothing of how they were made look at them.

Nothing here runs them, which takes a Mac; `docs/reference/macos.md` says what to look at there.
"""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.fuse import FUSE_ON
from pkg_rules.core.binfmt.identify import identify
from pkg_rules.core.binfmt.macho import content_end, find_section
from pkg_rules.core.binfmt.macho_check import check_executable
from pkg_rules.core.binfmt.macho_signature import read_signing
from pkg_rules.core.binfmt.macho_universal import read_parts
from pkg_rules.core.payload.model import PayloadPlan, Root
from pkg_rules.core.payload.writer import write_payload
from pkg_rules.core.sea.assemble import assemble
from pkg_rules.core.sea.finished import Expected, check_finished
from pkg_rules.core.sea.inject import inject
from pkg_rules.core.sea.locator import EMPTY
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, node
from pkg_rules.testutil.small_repository import SmallRepository

ARCHITECTURES = ("x64", "arm64")
PACKAGE = {"name": "app", "version": "1.0.0"}
LOCK = {**PACKAGE, "lockfileVersion": 3, "requires": True, "packages": {"": PACKAGE}}
ENTITLEMENTS = "<plist><dict><key>com.apple.security.cs.allow-jit</key><true/></dict></plist>"


def parsed(path: Path) -> lief.MachO.Binary:
    """Without what takes seconds: symbols and what the dynamic linker does with each pointer."""
    binaries = lief.MachO.parse(str(path), lief.MachO.ParserConfig.quick)
    assert binaries is not None and binaries.size == 1
    return binaries.at(0)


def sound(path: Path) -> lief.MachO.Binary:
    check_finished(path, Expected(str(identify(path)), has_payload=True, is_signed=True))
    program = parsed(path)
    # This follows what Apple's tools demand before they change or sign a file.
    assert lief.MachO.check_layout(program) == (True, "")
    assert program.get_segment("NODE_SEA").get_section("__NODE_SEA_BLOB") is not None
    return program


@pytest.mark.slow
@pytest.mark.proves("macos-{arch}", "built and checked", "injected, assembled, signed ad hoc", "sea")
@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_each_official_node(major: int, arch: str, tmp_path: Path) -> None:
    original = node(major, ("macos", arch))
    # The reader takes what Apple's tools made, so what it demands is what is usual.
    check_executable(original)
    before = parsed(original)
    assert lief.MachO.check_layout(before) == (True, "")

    application = os.urandom(100_001) + EMPTY + b"end"
    layout = inject(original, application, tmp_path / "base")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/main.js").write_text("1\n")
    write_payload(
        PayloadPlan("main.js", (Root(str(tmp_path / "root"), ""),), (), ()), str(tmp_path / "payload")
    )
    program = tmp_path / "program"
    assemble(tmp_path / "base", layout, tmp_path / "payload", program)

    after = sound(program)
    assert read_signing(program) == read_signing(original)
    assert find_section(program, "NODE_SEA_BLOB") == (layout.application_offset, len(application))
    # All else is as it was, but for the headers, the switch, and chained fixups, which take eight bytes more.
    old, new = before.get_segment("__LINKEDIT"), after.get_segment("__LINKEDIT")
    text = min(section.offset for section in before.sections if section.offset)
    grown = 8 if before.has_dyld_chained_fixups else 0
    fixups = before.dyld_chained_fixups.data_size if grown else 0
    with open(original, "rb") as one, open(program, "rb") as two, mmap.mmap(
        one.fileno(), 0, access=mmap.ACCESS_READ
    ) as a, mmap.mmap(two.fileno(), 0, access=mmap.ACCESS_READ) as b:
        fuse = b.find(FUSE_ON) + len(FUSE_ON) - 1
        assert a[text:fuse] == b[text:fuse] and a[fuse + 1 : old.file_offset] == b[fuse + 1 : old.file_offset]
        begin, end = old.file_offset + fixups, content_end(original)
        assert a[begin:end] == b[new.file_offset + fixups + grown :][: end - begin]


@pytest.mark.slow
def test_packaged_programs_and_a_tool_that_signs(tmp_path: Path) -> None:
    repository = SmallRepository.make(
        tmp_path,
        {
            "app/BUILD": (
                'package_json(name="pkg")\njavascript_sources(name="src")\n'
                'node_executable(name="bin", entry_point="main.js", targets=["node22-macos-x64", "node24-macos-arm64",\n'
                '    "node22-macos-universal"],\n'
                '    macos_identifier="com.example.app", macos_entitlements="app.plist")\n'
                'node_executable(name="single", entry_point="main.js", targets=["node22-macos-x64"], mode="simple",\n'
                '    macos_signature=False)\n'
                'node_executable(name="tool", entry_point="main.js", targets=["node22-macos-x64"],\n'
                '    macos_codesign=["tools/sign", "{executable}"], macos_codesign_dependencies=["tools"])\n'
            ),
            "app/app.plist": ENTITLEMENTS,
            "app/package.json": json.dumps(PACKAGE),
            "app/package-lock.json": json.dumps(LOCK),
            "app/main.js": "console.log('here');\n",
            "tools/BUILD": 'files(sources=["sign"])\n',
            # Writes all of the file again, in place.
            "tools/sign": '#!/bin/sh\nset -e\ncat "$1" > copy\ncat copy > "$1"\n',
        },
    )
    (tmp_path / "tools/sign").chmod(0o755)
    finished = repository.pants("package", "app::")
    assert finished.exit_code == 0, finished.output
    assert finished.output.count("V8 compiles for macOS only on a Mac") == 3
    dist = tmp_path / "dist/app"
    assert sorted(path.name for path in dist.iterdir()) == [
        "bin-node22-universal", "bin-node22-x64", "bin-node24-arm64", "single", "tool",
    ]
    for name, kind in (("bin-node22-x64", "macos-x64"), ("bin-node24-arm64", "macos-arm64")):
        sound(dist / name)
        assert str(identify(dist / name)) == kind
        signing = read_signing(dist / name)
        assert (signing.identifier, signing.entitlements) == ("com.example.app", ENTITLEMENTS.encode())
    universal = (dist / "bin-node22-universal").read_bytes()
    for (offset, size), kind in zip(read_parts(dist / "bin-node22-universal"), ("macos-x64", "macos-arm64")):
        (tmp_path / kind).write_bytes(universal[offset : offset + size])
        sound(tmp_path / kind)
        assert str(identify(tmp_path / kind)) == kind
    assert (tmp_path / "macos-x64").read_bytes() == (dist / "bin-node22-x64").read_bytes()
    sound(dist / "tool")
    assert read_signing(dist / "tool").identifier == "node"
    check_executable(dist / "single")
    assert not parsed(dist / "single").has_code_signature
