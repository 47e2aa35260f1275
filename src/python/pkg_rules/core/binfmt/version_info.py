"""Version information: what the properties of a Windows executable show.

A block is u16 length, u16 length of its value, u16 1 if the value is text, its name (UTF-16 with a zero), its value and the blocks
inside it, each of the two from a multiple of 4 bytes. Names that this product does not set, such as PrivateBuild, are
those of Windows too.
"""

from __future__ import annotations

import difflib
import re
import struct
from typing import Mapping

from pkg_rules.core.binfmt.errors import ExecutableFormatError

NAMES = (
    "Comments",
    "CompanyName",
    "FileDescription",
    "FileVersion",
    "InternalName",
    "LegalCopyright",
    "LegalTrademarks",
    "OriginalFilename",
    "PrivateBuild",
    "ProductName",
    "ProductVersion",
    "SpecialBuild",
)
_VERSIONS = ("FileVersion", "ProductVersion")
_VERSION = re.compile(r"\d+(?:\.\d+){0,3}")
# Language and code page: American English, UTF-16.
_LANGUAGE, _CODE_PAGE = 0x0409, 0x04B0
_SIGNATURE, _STRUCTURE_VERSION = 0xFEEF04BD, 0x10000
_FLAGS_MASK = 0x3F
_WINDOWS_NT, _APPLICATION = 0x40004, 1


class VersionInfoError(ExecutableFormatError):
    """The version information cannot be written."""


def check_version_info(strings: Mapping[str, str]) -> None:
    for name in sorted(strings):
        if name not in NAMES:
            nearest = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.5)
            hint = f" Did you mean `{nearest[0]}`?" if nearest else ""
            raise VersionInfoError(
                f"`{name}` is no name of version information.{hint} Windows knows: {', '.join(NAMES)}."
            )
        if "\0" in strings[name] or len(strings[name]) > 10_000:
            raise VersionInfoError(f"The text of `{name}` holds a zero character or is longer than 10,000 characters.")
    for name in _VERSIONS:
        if name in strings:
            _numbers(name, strings[name])


def version_resource(strings: Mapping[str, str]) -> bytes:
    """The content of a resource of type RT_VERSION. A missing version is the other one, or zero."""
    check_version_info(strings)
    given = [strings[name] for name in _VERSIONS if name in strings]
    file_version, product_version = (
        _numbers(name, strings.get(name, given[0] if given else "0")) for name in _VERSIONS
    )
    fixed = struct.pack(
        "<13I",
        _SIGNATURE,
        _STRUCTURE_VERSION,
        *_words(file_version),
        *_words(product_version),
        _FLAGS_MASK,
        0,
        _WINDOWS_NT,
        _APPLICATION,
        0,
        0,
        0,
    )
    texts = b"".join(_text(name, strings[name]) for name in sorted(strings))
    table = _block(f"{_LANGUAGE:04x}{_CODE_PAGE:04x}", b"", texts, is_text=True)
    translation = _block("Translation", struct.pack("<HH", _LANGUAGE, _CODE_PAGE), b"")
    children = _padded(_block("StringFileInfo", b"", table, is_text=True))
    children += _block("VarFileInfo", b"", translation, is_text=True)
    return _block("VS_VERSION_INFO", fixed, children)


def _numbers(name: str, text: str) -> tuple[int, ...]:
    numbers = [int(part) for part in text.split(".")] if _VERSION.fullmatch(text) else []
    if not numbers or max(numbers) > 0xFFFF:
        raise VersionInfoError(
            f"`{name}` is `{text}`, and Windows takes one to four numbers below 65536, e.g. `1.2.3.0`."
        )
    return tuple([*numbers, 0, 0, 0][:4])


def _words(version: tuple[int, ...]) -> tuple[int, int]:
    return version[0] << 16 | version[1], version[2] << 16 | version[3]


def _text(name: str, value: str) -> bytes:
    encoded = (value + "\0").encode("utf-16-le")
    # The length of a text counts characters of two bytes.
    return _padded(_block(name, encoded, b"", is_text=True, value_length=len(encoded) // 2))


def _block(
    name: str, value: bytes, children: bytes, *, is_text: bool = False, value_length: int | None = None
) -> bytes:
    head_size = 6 + 2 * (len(name) + 1)
    key = (name + "\0").encode("utf-16-le") + bytes(-head_size % 4)
    content = key + (_padded(value) + children if children else value)
    length = len(value) if value_length is None else value_length
    return struct.pack("<HHH", 6 + len(content), length, is_text) + content


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
