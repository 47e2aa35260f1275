"""The layout is written down in three places; they agree."""

from __future__ import annotations

import re
from pathlib import Path

from pkg_rules.core.payload import format as layout
from pkg_rules.core.payload.format import Codec, Kind, ModuleFormat, Section

REPOSITORY = Path(__file__).resolve().parents[5]


def test_loader_has_the_same_numbers() -> None:
    source = (REPOSITORY / "prelude/src/format.cjs").read_text()
    constants = dict(re.findall(r"^const (\w+) = (.+);$", source, re.MULTILINE))
    expected: dict[str, object] = {
        "PAYLOAD_MAGIC": layout.PAYLOAD_MAGIC.decode(),
        "PAYLOAD_VERSION": layout.PAYLOAD_VERSION,
        "HEADER_SIZE": layout.HEADER_SIZE,
        "DIRECTORY_SIZE": layout.DIRECTORY.size,
        "ENTRY_SIZE": layout.ENTRY.size,
        "BLOCK_RECORD_SIZE": layout.BLOCK.size,
        "BLOCK_SIZE": layout.BLOCK_SIZE,
        "NOTHING": layout.NOTHING,
        "ALIGNMENT": layout.ALIGNMENT,
        "KIND_MASK": layout.KIND_MASK,
        "EXECUTABLE_FLAG": layout.EXECUTABLE_FLAG,
        "ASCII_FLAG": layout.ASCII_FLAG,
        "MODULE_FORMAT_SHIFT": layout.MODULE_FORMAT_SHIFT,
        "MODULE_FORMAT_MASK": layout.MODULE_FORMAT_MASK,
        "MODULE_CODE_FLAG": layout.MODULE_CODE_FLAG,
        "STRIPPED_FLAG": layout.STRIPPED_FLAG,
        **{f"KIND_{kind.name}": kind.value for kind in Kind},
        **{f"CODEC_{codec.name}": codec.value for codec in Codec},
        **{f"FORMAT_{module_format.name}": module_format.value for module_format in ModuleFormat},
        **{f"SECTION_{section.name}": section.value for section in Section},
    }

    found = {
        name: value.strip("'") if value.startswith("'") else int(value, 0)
        for name, value in constants.items()
    }

    assert found == expected


def test_documentation_has_the_same_version_and_sizes() -> None:
    text = (REPOSITORY / "docs/formats/payload.md").read_text()

    assert f"Format version: {layout.PAYLOAD_VERSION}." in text
    assert (
        f"| header | 0, {layout.HEADER_SIZE} bytes | magic `{layout.PAYLOAD_MAGIC.decode()}`"
        in text
    )
    assert f"at {layout.HEADER.size} the u32 crc32" in text
    assert (
        f"magic `{layout.CODE_CACHE_MAGIC.decode()}`, u16 version ({layout.CODE_CACHE_VERSION})"
        in text
    )
    assert f"`0x{layout.NOTHING:X}` stands for none" in text


def test_compiler_and_loader_wrap_scripts_alike() -> None:
    """V8 takes cached data only for a source of the same length, and columns depend on the wrapper."""
    wrapper = re.compile(r"^const WRAPPER_(?:START|END) =\s+'(.+)';$", re.MULTILINE)
    expected = [layout.SCRIPT_PREFIX.decode(), layout.SCRIPT_SUFFIX.decode()]
    compiler = (REPOSITORY / "src/python/pkg_rules/scripts/compile_source.cjs").read_text()
    loader = (REPOSITORY / "prelude/src/compile.cjs").read_text()

    for source in (compiler, loader):
        assert [text.replace("\\n", "\n") for text in wrapper.findall(source)] == expected
