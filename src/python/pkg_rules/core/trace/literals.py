"""The value of a string in JavaScript source."""

from __future__ import annotations

import re
from urllib.parse import unquote

from tree_sitter import Node

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<braces>[0-9a-fA-F]+)\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<newline>\r\n|[\n\r\u2028\u2029])|(?P<char>.))",
    re.DOTALL,
)
_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def literal_value(node: Node | None) -> str | None:
    """The value of a string, a template without expressions, or a piece of a template; None of anything else."""
    if node is None or node.text is None:
        return None
    if node.type == "string_fragment":
        return _unescape(node.text)
    if node.type == "string":
        return _unescape(node.text[1:-1])
    if node.type == "template_string" and not any(
        child.type == "template_substitution" for child in node.named_children
    ):
        return _unescape(node.text[1:-1])
    return None


def path_of_url(url: str | None) -> str | None:
    """The path that a relative URL stands for; None if it says more than a path relative to its base."""
    if url is None or url.startswith("/") or ":" in url:
        return None
    return unquote(re.split("[?#]", url)[0]) or None


def _unescape(text: bytes) -> str | None:
    try:
        value = text.decode()
    except UnicodeDecodeError:
        # Node.js would read replacement characters, which no file name holds.
        return None
    return value if "\\" not in value else _ESCAPE.sub(_replacement, value)


def _replacement(match: re.Match[str]) -> str:
    code = match["braces"] or match["unit"] or match["byte"]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    if match["newline"]:
        return ""
    return _CHARACTERS.get(match["char"], match["char"])
