"""Applies the patches of a configuration to the text of a file."""

from __future__ import annotations

import re
from typing import Sequence

from pkg_rules.core.pkg_config.errors import PkgConfigError, describe
from pkg_rules.core.pkg_config.model import Patch, TextPatch, WholeFile

# What JavaScript's `replace` takes from a replacement: a dollar, the match, what comes before it, what comes after it.
_REPLACED = re.compile(r"\$([$&`'])")


class PatchError(PkgConfigError):
    """A patch that would change nothing: the file is another one than it was written for."""


def apply_patches(content: bytes, patches: Sequence[Patch], path: str, origin: str) -> bytes:
    """The patched content; `path` is the file's, `origin` says whose patches they are, both for errors."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PatchError(
            f"The patches of {origin} cannot be applied to `{path}`, which is not UTF-8 text (byte {error.start})."
        ) from error
    for patch in patches:
        if isinstance(patch, TextPatch):
            if patch.search not in text:
                raise PatchError(
                    f"A patch of {origin} changes nothing: `{path}` does not have the text it looks for, "
                    f"{describe(patch.search)}.\n\n"
                    "The text is no pattern, and patches are applied in their order. If the package was updated, adapt "
                    "the patch to it, or remove the patch if it is no longer needed."
                )
            text = _replace_all(text, patch)
        elif patch.action is WholeFile.ERASE:
            text = patch.text
        elif patch.action is WholeFile.PREPEND:
            text = patch.text + text
        else:
            text = text + patch.text
    return text.encode("utf-8")


def _replace_all(text: str, patch: TextPatch) -> str:
    if "$" not in patch.replacement:
        return text.replace(patch.search, patch.replacement)
    result, end = [], 0
    start = text.find(patch.search)
    while start >= 0:
        after = start + len(patch.search)
        meanings = {
            "$": "$",
            "&": patch.search,
            "`": text[:start],
            "'": text[after:],
        }
        result += [text[end:start], _REPLACED.sub(lambda match: meanings[match[1]], patch.replacement)]
        end = after
        start = text.find(patch.search, end)
    return "".join([*result, text[end:]])
