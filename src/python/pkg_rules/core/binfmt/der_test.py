"""Entitlements as DER: byte for byte as Apple's `codesign` wrote them into the official Node.js."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest

from pkg_rules.core.binfmt.der import encode_entitlements

# Of all official executables for macOS, as `codesign -d --entitlements - node` lists them.
OF_NODE = {
    "com.apple.security.cs.allow-jit": True,
    "com.apple.security.cs.allow-unsigned-executable-memory": True,
    "com.apple.security.cs.disable-executable-page-protection": True,
    "com.apple.security.cs.allow-dyld-environment-variables": True,
    "com.apple.security.cs.disable-library-validation": True,
    "com.apple.security.get-task-allow": True,
}


def test_those_of_node_have_the_hash_that_is_in_its_code_directory() -> None:
    der = encode_entitlements(OF_NODE)
    blob = b"\xfa\xde\x71\x72" + (len(der) + 8).to_bytes(4, "big") + der
    assert sha256(blob).hexdigest() == "b528cd9eb7fd568b955215400474683889e7b62692c682d14edeffa698da2c6c"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (False, "010100"),
        (1, "020101"),
        (128, "02020080"),
        (-1, "0201ff"),
        ("ä", "0c02c3a4"),
        (["a", "b"], "30060c01610c0162"),
        ({"b": True, "a": {}}, "b00f30050c0161b00030060c01620101ff"),
    ],
)
def test_values(value: Any, encoded: str) -> None:
    content = bytes.fromhex(encoded)
    pair = b"\x0c\x01k" + content
    pairs = b"\x30" + bytes([len(pair)]) + pair
    dictionary = b"\xb0" + bytes([len(pairs)]) + pairs
    expected = b"\x70" + bytes([3 + len(dictionary)]) + b"\x02\x01\x01" + dictionary
    assert encode_entitlements({"k": value}) == expected


def test_long_values_have_a_long_length() -> None:
    assert b"\x0c\x82\x01\x2c" + b"x" * 300 in encode_entitlements({"k": "x" * 300})


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([], "they are not a dictionary"),
        ({"k": 1.5}, "of the type `float`"),
        ({"k": [datetime(2020, 1, 1)]}, "of the type `datetime`"),
        ({"k": b"x"}, "of the type `bytes`"),
    ],
)
def test_what_an_entitlement_cannot_be(value: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        encode_entitlements(value)
