"""Puts sections into made-up Mach-O files and signs them; the second reader and LIEF judge the result."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.edit import apply_edit
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.fuse import FUSE_OFF
from pkg_rules.core.binfmt.macho import content_end, find_section, finish, plan_section
from pkg_rules.core.binfmt.macho_check import check_executable
from pkg_rules.core.binfmt.macho_header import LC_CODE_SIGNATURE, data_range, read_header
from pkg_rules.core.binfmt.macho_signature import Signing, read_signing

ENTITLEMENTS = b"<plist version='1.0'><dict><key>com.apple.security.cs.allow-jit</key><true/></dict></plist>"
DATA = bytes(range(256)) * 100 + b"odd"
X64, ARM64 = 0x01000007, 0x0100000C
_PAGE = 0x4000


def made_up_macho(*, cpu: int = ARM64, chained: bool = True, room: int = 0x1000, extra: bytes = b"") -> bytes:
    """Code with the switch of Node.js, data, and everything in `__LINKEDIT` that Node.js has there."""
    text = _segment("__TEXT", 0x100000000, 0, 5, [("__text", 0x100000000 + room, room, len(FUSE_OFF) + 1)])
    data = _segment("__DATA", 0x100004000, _PAGE, 3, [("__data", 0x100004000, _PAGE, 0x20)])
    linkedit_offset = 2 * _PAGE
    content = b""
    commands = [_segment("__PAGEZERO", 0, 0, 0, [], memory=0x100000000, size=0), text, data]

    def place(part: bytes) -> tuple[int, int]:
        nonlocal content
        offset = linkedit_offset + len(content)
        padded = part.ljust(-(-len(part) // 8) * 8, b"\0")
        content += padded
        return offset, len(padded)

    linkedit_commands = []
    if chained:
        # Four segments, of which the third has one page with pointers from its beginning.
        starts = struct.pack("<5I", 4, 0, 0, 24, 0).ljust(24, b"\0") + struct.pack("<IHHQIHH", 24, _PAGE, 6, 0x4000, 0, 1, 0)
        imports = 32 + len(starts)
        fixups = struct.pack("<7I4x", 0, 32, imports, imports + 4, 1, 1, 0) + starts + b"\1\0\0\0" + b"\0_puts\0\0"
        linkedit_commands.append(struct.pack("<IIII", 0x80000034, 16, *place(fixups)))
        linkedit_commands.append(struct.pack("<IIII", 0x80000033, 16, *place(b"\0" * 16)))
    else:
        linkedit_commands.append(
            struct.pack("<12I", 0x80000022, 48, *place(b"\x11" * 8), *place(b"\x12" * 8), 0, 0, 0, 0, *place(b"\0" * 16))
        )
    linkedit_commands.append(struct.pack("<IIII", 0x26, 16, *place(b"\x80\x20\0\0\0\0\0\0")))
    symbols, _ = place(struct.pack("<IBBHQ", 1, 0x0F, 1, 0, 0x100001000) + struct.pack("<IBBHQ", 7, 1, 0, 0x100, 0))
    indirect, _ = place(struct.pack("<2I", 1, 1))
    strings, strings_size = place(b"\0_main\0_puts\0\0\0\0")
    linkedit_commands.append(struct.pack("<6I", 2, 24, symbols, 2, strings, strings_size))
    linkedit_commands.append(
        struct.pack("<20I", 0xB, 80, 0, 0, 0, 1, 1, 1, *(0,) * 6, indirect, 2, *(0,) * 4)
    )
    commands.append(_segment("__LINKEDIT", 0x100008000, linkedit_offset, 1, [], size=len(content)))
    commands += [*linkedit_commands, struct.pack("<IIQQ", 0x80000028, 24, room, 0), *([extra] if extra else [])]
    packed = b"".join(commands)
    header = struct.pack("<8I", 0xFEEDFACF, cpu, 0, 2, len(commands), len(packed), 0x200085, 0)
    code = ((header + packed).ljust(room, b"\0") + FUSE_OFF).ljust(_PAGE, b"\0")
    return code + b"\0" * _PAGE + content


def _segment(
    name: str, address: int, offset: int, protection: int, sections: list, *, memory: int = 0, size: int = _PAGE
) -> bytes:
    memory = memory or -(-size // _PAGE) * _PAGE
    packed = b"".join(
        struct.pack("<16s16sQQ8I", section.encode(), name.encode(), at, length, place, 3, *(0,) * 5, 0)
        for section, at, place, length in sections
    )
    return (
        struct.pack(
            "<II16sQQQQiiII", 0x19, 72 + len(packed), name.encode(), address, memory, offset, size,
            protection, protection, len(sections), 0,
        )
        + packed
    )


def injected(folder: Path, content: bytes, signing: Signing | None = Signing(), *, name: str = "out") -> Path:
    source = folder / "node"
    source.write_bytes(content)
    edit = plan_section(source, "NODE_SEA_BLOB", DATA)
    target = folder / name
    with open(target, "x+b", buffering=0) as out:
        apply_edit(edit, source, out.fileno())
        finish(source, out.fileno(), signing)
    assert target.read_bytes()[edit.data_offset :][: len(DATA)] == DATA
    return target


def extended(source: Path, payload: bytes, signing: Signing | None = Signing()) -> Path:
    target = source.with_name("extended")
    with open(target, "x+b", buffering=0) as out:
        out.write(source.read_bytes()[: content_end(source)] + payload)
        finish(source, out.fileno(), signing)
    return target


KINDS = [{"cpu": cpu, "chained": chained} for cpu in (X64, ARM64) for chained in (True, False)]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_is_made_is_consistent(tmp_path: Path, kind: dict) -> None:
    original = made_up_macho(**kind)
    (tmp_path / "original").write_bytes(original)
    check_executable(tmp_path / "original")
    program = injected(tmp_path, original)
    check_executable(program)
    bigger = extended(program, b"payload" * 1000)
    check_executable(bigger)
    assert find_section(bigger, "NODE_SEA_BLOB") == (2 * _PAGE, len(DATA))
    assert b"payload" * 1000 in bigger.read_bytes()[: content_end(bigger)]
    # Everything before `__LINKEDIT` but the header stays.
    assert bigger.read_bytes()[0x1000 : 2 * _PAGE] == original[0x1000 : 2 * _PAGE]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_another_parser_reads_the_same_in_the_result(tmp_path: Path, kind: dict) -> None:
    original = made_up_macho(**kind)
    program = injected(tmp_path, original)
    before, after = (lief.MachO.parse(str(path)).at(0) for path in (tmp_path / "node", program))
    assert lief.MachO.check_layout(after) == (True, "")
    (section,) = after.get_segment("NODE_SEA").sections
    # Node.js looks for these two names.
    assert (section.name, bytes(section.content)) == ("__NODE_SEA_BLOB", DATA)
    assert [one.name for one in after.segments][-2:] == ["NODE_SEA", "__LINKEDIT"]
    assert [symbol.name for symbol in after.symbols] == [symbol.name for symbol in before.symbols]
    assert list(after.function_starts.functions) == list(before.function_starts.functions)
    assert after.has_code_signature and not before.has_code_signature
    if kind["chained"]:
        starts = after.dyld_chained_fixups.chained_starts_in_segments
        assert [(one.segment.name, one.page_count) for one in starts] == [
            ("__PAGEZERO", 0), ("__TEXT", 0), ("__DATA", 1), ("NODE_SEA", 0), ("__LINKEDIT", 0),
        ]
        assert [one.symbol.name for one in after.dyld_chained_fixups.bindings] == [
            one.symbol.name for one in before.dyld_chained_fixups.bindings
        ]


def test_a_signature_says_what_was_asked_for_or_what_the_last_one_said(tmp_path: Path) -> None:
    program = injected(tmp_path, made_up_macho())
    assert read_signing(program) == Signing("node", b"")
    second = extended(program, b"1", Signing("com.example.hello", ENTITLEMENTS))
    assert read_signing(second) == Signing("com.example.hello", ENTITLEMENTS)
    third = second.with_name("third")
    with open(third, "x+b", buffering=0) as out:
        out.write(second.read_bytes()[: content_end(second)] + b"2")
        finish(second, out.fileno(), Signing("other"))
    assert read_signing(third) == Signing("other", ENTITLEMENTS)
    for path in (second, third):
        check_executable(path)


def test_an_unsigned_executable(tmp_path: Path) -> None:
    signed = injected(tmp_path, made_up_macho())
    unsigned = extended(signed, b"payload", None)
    check_executable(unsigned)
    assert read_header(unsigned).find(LC_CODE_SIGNATURE) is None
    # The signature that was there is gone, and what was added ends where a new one can begin.
    assert unsigned.stat().st_size % 16 == 0
    assert content_end(unsigned) == unsigned.stat().st_size


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not a 64-bit Mach-O executable"),
        (b"\x7fELF".ljust(64, b"\0"), "is not a 64-bit Mach-O executable"),
        (made_up_macho()[:200], "ends inside its load commands"),
        (made_up_macho()[:-1], "it is truncated, or something was appended"),
        (made_up_macho() + b"x", "it is truncated, or something was appended"),
        (made_up_macho(extra=struct.pack("<IIQ", 0x31, 16, 0)), r"load command that is not known here \(`0x31`\)"),
        (made_up_macho(extra=struct.pack("<IIQ", 0x1B, 0, 0)), "a load command of a size that cannot be"),
        (made_up_macho(extra=_segment("NODE_SEA", 0x200000000, 0, 1, [], size=0)), "The last segment .* is not `__LINKEDIT`"),
        (made_up_macho(room=0x320), "has no room for another load command: .* begins at 800"),
    ],
)
def test_what_is_left_alone(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(ExecutableFormatError, match=problem):
        injected(tmp_path, content)
    assert not (tmp_path / "out").exists()


def test_an_application_is_put_in_once(tmp_path: Path) -> None:
    program = injected(tmp_path, made_up_macho())
    with pytest.raises(ExecutableFormatError, match="so an application is in it"):
        injected(tmp_path, program.read_bytes(), name="again")


def test_offsets_have_an_end(tmp_path: Path) -> None:
    program = injected(tmp_path, made_up_macho())
    with open(tmp_path / "huge", "x+b", buffering=0) as out:
        out.write(program.read_bytes()[: content_end(program)])
        # A hole: nothing of it is on the disk.
        os.ftruncate(out.fileno(), 1 << 32)
        with pytest.raises(ExecutableFormatError, match="but Mach-O has room for 4,294,967,296"):
            finish(program, out.fileno(), None)


def _changed(content: bytes, at: int, data: bytes) -> bytes:
    return content[:at] + data + content[at + len(data) :]


def test_the_check_notices_every_change(tmp_path: Path) -> None:
    program = injected(tmp_path, made_up_macho(), Signing(None, ENTITLEMENTS))
    content = program.read_bytes()
    header = read_header(program)
    command = header.find(LC_CODE_SIGNATURE)
    assert command is not None
    signature, size = data_range(command)
    (used,) = struct.unpack_from(">I", content, signature + 4)
    # One bit anywhere: in code, data, headers and the signature itself, but for what fills it up.
    places = [*range(32, signature, 97), *range(signature, signature + used)]
    # Free to choose by the signer: flags, platform, the fields that are not used, the identifier.
    directory = signature + 12 + 8 * 5
    free = {directory + at for at in (*range(12, 16), 38, *range(40, 64), *range(80, 92))}
    missed = []
    for at in places:
        (tmp_path / "changed").write_bytes(_changed(content, at, bytes([content[at] ^ 1])))
        try:
            check_executable(tmp_path / "changed")
        except ExecutableFormatError:
            continue
        missed.append(at)
    assert [at - signature for at in missed if at not in free] == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda content: content[:-16], "its last segment ends at"),
        (lambda content: content + b"x", "its last segment ends at"),
        (lambda content: _changed(content, 0x1000, b"X"), r"page 1 \(from byte 4,096\) was changed after it was signed"),
        (lambda content: _changed(content, 20, struct.pack("<I", 8)), "its load commands have .* bytes instead of 8|wrong size"),
    ],
)
def test_what_the_check_says(tmp_path: Path, change, problem: str) -> None:
    program = injected(tmp_path, made_up_macho())
    (tmp_path / "changed").write_bytes(change(program.read_bytes()))
    with pytest.raises(ExecutableFormatError, match=problem):
        check_executable(tmp_path / "changed")


def test_fixups_for_too_few_segments_are_noticed(tmp_path: Path) -> None:
    program = injected(tmp_path, made_up_macho())
    content = program.read_bytes()
    command = read_header(program).find(0x80000034)
    assert command is not None
    starts = data_range(command)[0] + 32
    (tmp_path / "changed").write_bytes(_changed(content, starts, struct.pack("<I", 4)))
    with pytest.raises(ExecutableFormatError, match="its chained fixups are for 4 segments instead of 5"):
        check_executable(tmp_path / "changed")
