"""What comes from a BUILD file into a signature."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho_signature import (
    Signing,
    check_entitlements,
    read_signing_file,
    render_signing,
)
from pkg_rules.core.binfmt.macho_test import ENTITLEMENTS


@pytest.mark.parametrize(
    "signing", [None, Signing(), Signing("a.b"), Signing(None, ENTITLEMENTS), Signing("a", b"")]
)
def test_a_file_says_the_same(tmp_path: Path, signing: Signing | None) -> None:
    (tmp_path / "signing.json").write_text(render_signing(signing))
    assert read_signing_file(str(tmp_path / "signing.json")) == signing


def test_without_a_file_everything_stays_as_it_is() -> None:
    assert read_signing_file(None) == Signing()


def test_entitlements_are_taken_as_they_are() -> None:
    assert check_entitlements(ENTITLEMENTS) is ENTITLEMENTS


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "These are no entitlements: "),
        (b"com.apple.security.cs.allow-jit", "These are no entitlements: syntax error"),
        (b"<plist><array/></plist>", "These are no entitlements: they are not a dictionary"),
        (b"<plist><dict><key>a</key><real>1</real></dict></plist>", "an entitlement cannot be of the type `float`"),
        (b"<plist><dict><true/></dict></plist>", "These are no entitlements: "),
        (b"<plist><dict>", "These are no entitlements: "),
        (b"<plist></plist>", "These are no entitlements: "),
        (b"bplist00", "These are no entitlements: "),
    ],
)
def test_what_are_no_entitlements(content: bytes, problem: str) -> None:
    with pytest.raises(ExecutableFormatError, match=problem):
        check_entitlements(content)
