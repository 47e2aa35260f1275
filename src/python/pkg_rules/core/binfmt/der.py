"""Entitlements in the binary form that macOS reads since version 12, beside the property list.

From the format: each value is a tag, its length and its content. A dictionary is a set of pairs (a sequence of name and
value), sorted by name; the whole is a version number and a dictionary.
"""

from __future__ import annotations

from typing import Any

_BOOLEAN, _INTEGER, _TEXT, _SEQUENCE, _DICTIONARY, _ENTITLEMENTS = 0x01, 0x02, 0x0C, 0x30, 0xB0, 0x70
_VERSION = 1


def encode_entitlements(entitlements: Any) -> bytes:
    """Raises ValueError for what an entitlement cannot be: dates, data, real numbers."""
    if not isinstance(entitlements, dict):
        raise ValueError("they are not a dictionary")
    return _element(_ENTITLEMENTS, _encode(_VERSION) + _encode(entitlements))


def _encode(value: Any) -> bytes:
    # A truth value is a number as well.
    if isinstance(value, bool):
        return _element(_BOOLEAN, b"\xff" if value else b"\0")
    if isinstance(value, int):
        size = value.bit_length() // 8 + 1
        return _element(_INTEGER, value.to_bytes(size, "big", signed=True))
    if isinstance(value, str):
        return _element(_TEXT, value.encode())
    if isinstance(value, list):
        return _element(_SEQUENCE, b"".join(_encode(item) for item in value))
    if isinstance(value, dict):
        pairs = (_encode(name) + _encode(value[name]) for name in sorted(value))
        return _element(_DICTIONARY, b"".join(_element(_SEQUENCE, pair) for pair in pairs))
    raise ValueError(f"an entitlement cannot be of the type `{type(value).__name__}`")


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
