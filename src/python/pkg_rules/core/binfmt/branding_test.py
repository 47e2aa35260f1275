"""Icons, version information and manifests: what is written, read by LIEF, and what is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import lief
import pytest

from pkg_rules.core.binfmt.branding import Branding, check_manifest, plan_branding
from pkg_rules.core.binfmt.edit import apply_edit
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.ico import IconError, icon_resources
from pkg_rules.core.binfmt.pe_test import made_up_pe
from pkg_rules.core.binfmt.version_info import VersionInfoError, check_version_info

NAME = "NODE_SEA_BLOB"
MANIFEST = b"""<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application><supportedOS Id="{8E0F7A12-bfb3-4fe8-b9a5-48fd50a15a9a}"/></application>
  </compatibility>
</assembly>"""
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


def icon(*images: tuple[int, bytes]) -> bytes:
    at = 6 + 16 * len(images)
    head, body = struct.pack("<HHH", 0, 1, len(images)), b""
    for size, image in images:
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(image), at + len(body))
        body += image
    return head + body


def bitmap(size: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, 0, 0, 0, 0, 0)
    return header + bytes(size * size * 4 + size * 4)


def branded(tmp_path: Path, branding: Branding) -> lief.PE.Binary:
    (tmp_path / "node.exe").write_bytes(made_up_pe())
    edit = plan_branding(tmp_path / "node.exe", branding, NAME, b"application")
    with open(tmp_path / "app.exe", "xb", buffering=0) as out:
        apply_edit(edit, tmp_path / "node.exe", out.fileno())
    assert (tmp_path / "app.exe").read_bytes()[edit.data_offset :].startswith(b"application")
    parsed = lief.PE.parse(str(tmp_path / "app.exe"))
    assert parsed is not None
    return parsed


def kinds(parsed: lief.PE.Binary) -> list[int]:
    assert parsed.resources is not None
    return [kind.id for kind in parsed.resources.childs if not kind.has_name]


def test_another_parser_reads_all_of_it(tmp_path: Path) -> None:
    info = {
        "CompanyName": "Beispiel 株式会社",
        "FileVersion": "1.2.3",
        "ProductName": "Hello",
        "ProductVersion": "2",
    }
    parsed = branded(
        tmp_path, Branding(icon((16, bitmap(16)), (256, PNG)), tuple(info.items()), MANIFEST, "gui")
    )
    assert parsed.optional_header.subsystem == lief.PE.OptionalHeader.SUBSYSTEM.WINDOWS_GUI
    assert kinds(parsed) == [3, 10, 14, 16, 24]
    resources = parsed.resources_manager
    assert isinstance(resources, lief.PE.ResourcesManager)
    assert resources.manifest == MANIFEST.decode()
    assert [(one.width, one.height, one.bit_count) for one in resources.icons] == [(16, 16, 32), (0, 0, 32)]
    assert [bytes(one.pixels) for one in resources.icons] == [bitmap(16), PNG]
    (version,) = resources.version
    fixed = version.file_info
    assert (fixed.file_version_ms, fixed.file_version_ls) == (1 << 16 | 2, 3 << 16)
    assert (fixed.product_version_ms, fixed.product_version_ls) == (2 << 16, 0)
    assert version.string_file_info is not None and version.var_file_info is not None
    (table,) = version.string_file_info.children
    assert table.key == "040904b0"
    assert {entry.key: entry.value for entry in table.entries} == info
    assert version.var_file_info.vars[0].values == [0x04B00409]


def test_what_is_not_named_stays(tmp_path: Path) -> None:
    parsed = branded(tmp_path, Branding(manifest=MANIFEST))
    assert parsed.optional_header.subsystem == lief.PE.OptionalHeader.SUBSYSTEM.WINDOWS_CUI
    assert kinds(parsed) == [3, 10, 16, 24]


def test_a_branding_is_read_as_it_was_written(tmp_path: Path) -> None:
    for branding in (Branding(), Branding(b"\0", (("FileVersion", "1"),), MANIFEST, "console")):
        (tmp_path / "branding").write_bytes(branding.render())
        assert Branding.read(tmp_path / "branding") == branding


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", r"begins with `` instead of `00 00 01 00`"),
        (b"GIF89a", r"begins with `47 49 46 38 39 61` instead of"),
        (PNG, r"begins with the signature of a PNG image. Convert it, e.g. with ImageMagick"),
        (icon(), "speaks of 0 images"),
        (icon((16, bitmap(16)))[:10], "speaks of 1 images: it is empty or truncated"),
        (icon((16, bitmap(16)), (32, PNG))[:-1], "Image 2 of 2 lies outside of the file"),
        (icon((16, b"text of some length")), "Image 1 of 1 is neither a bitmap nor a PNG image"),
        (icon((16, b"")), "Image 1 of 1 lies outside of the file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_icon(content: bytes, problem: str) -> None:
    with pytest.raises(IconError, match=problem):
        icon_resources(content)


@pytest.mark.parametrize(
    ("strings", "problem"),
    [
        ({"Productname": "x"}, "`Productname` is no name of version information. Did you mean `ProductName`?"),
        ({"FileVersion": "1.2.3.4.5"}, "`FileVersion` is `1.2.3.4.5`, and Windows takes one to four numbers"),
        ({"FileVersion": "v1"}, "`FileVersion` is `v1`"),
        ({"ProductVersion": "1.65536"}, "`ProductVersion` is `1.65536`"),
        ({"ProductVersion": ""}, "`ProductVersion` is ``"),
        ({"Comments": "a\0b"}, "The text of `Comments` holds a zero character"),
    ],
)
def test_what_is_no_version_information(strings: dict[str, str], problem: str) -> None:
    with pytest.raises(VersionInfoError) as error:
        check_version_info(strings)
    assert problem in str(error.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not well-formed XML"),
        (b"<assembly>", "is not well-formed XML"),
        (b"<assembly/>", "outermost element is `assembly` instead of `{urn:schemas-microsoft-com:asm.v1}assembly`"),
        (
            MANIFEST.replace(b"bfb3", b"0000"),
            'does not declare Windows 10 (and newer) as supported, by `<supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>`',
        ),
    ],
)
def test_what_is_no_manifest(content: bytes, problem: str) -> None:
    with pytest.raises(ExecutableFormatError) as error:
        check_manifest(content)
    assert problem in str(error.value)
