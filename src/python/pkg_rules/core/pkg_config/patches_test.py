"""Patches do to a text what pkg does to it, and one that does nothing is an error."""

from __future__ import annotations

import pytest

from pkg_rules.core.pkg_config.model import Patch, TextPatch, WholeFile, WholeFilePatch
from pkg_rules.core.pkg_config.patches import PatchError, apply_patches


def patched(text: str, *patches: Patch) -> str:
    return apply_patches(text.encode(), patches, "app/a.js", "the pkg configuration in `app/package.json`").decode()


@pytest.mark.parametrize(
    "text, patch, expected",
    [
        ("a.b a.b axb", TextPatch("a.b", "c"), "c c axb"),
        ("äöü", TextPatch("ö", "o"), "äoü"),
        ("text", WholeFilePatch(WholeFile.ERASE, "new"), "new"),
        ("text", WholeFilePatch(WholeFile.PREPEND, "// "), "// text"),
        ("text", WholeFilePatch(WholeFile.APPEND, ";"), "text;"),
    ],
)
def test_one_patch(text: str, patch: Patch, expected: str) -> None:
    assert patched(text, patch) == expected


def test_patches_are_applied_in_their_order() -> None:
    assert patched("a", TextPatch("a", "b"), TextPatch("b", "c"), WholeFilePatch(WholeFile.APPEND, "!")) == "c!"


def test_a_patch_that_changes_nothing_names_file_and_text() -> None:
    with pytest.raises(PatchError) as raised:
        patched("text", TextPatch("other", "x"))
    assert str(raised.value).startswith(
        "A patch of the pkg configuration in `app/package.json` changes nothing: `app/a.js` does not have the text it "
        'looks for, the string `"other"`.'
    )


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(PatchError, match="`app/a.node`, which is not UTF-8 text"):
        apply_patches(b"\xff\xfe", [TextPatch("a", "b")], "app/a.node", "the pkg configuration")
