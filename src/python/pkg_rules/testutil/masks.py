"""What may differ between `node main.js` and an executable of the same program: one table, nothing else.

The program's own words must be equal to the byte. What differs by nature is where the program lies (a folder here,
`/snapshot` there) and which functions of Node.js, or of the runtime that stands in for them, lie between its frames.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Pattern

# Where the build root is mounted in an executable.
SNAPSHOT = "/snapshot"


@dataclass(frozen=True)
class Mask:
    why: str
    pattern: Pattern[str]
    replacement: str


MASKS = (
    Mask(
        "Frames inside Node.js and the runtime: loading a module or reading a file takes other functions there.",
        re.compile(r"(?:\n +at (?:async )?(?:[^\n]*\()?(?:node:|__start_loader\.cjs:)[^\n]*?)+(?P<brace> \{)?(?=\n)"),
        r"\g<brace>",
    ),
    Mask(
        "How many frames an error and its cause have in common depends on those frames.",
        re.compile(r"\.\.\. \d+ lines matching cause stack trace \.\.\."),
        "... lines matching cause stack trace ...",
    ),
    Mask(
        "An error that was thrown inside Node.js is shown with that line of Node.js.",
        re.compile(r"\Anode:[^\n]+:\d+\n[^\n]*\n *\^+\n", re.MULTILINE),
        "<Node.js>\n",
    ),
    Mask(
        "Errors about files that are not there say in an executable how they get there; programs may show them as JSON.",
        re.compile(
            r"(?:\n|\\n)(?:It|The package `[^`]+`) was not packaged into this executable;[^\n]*? in the BUILD file(?:: [^\s'\"\\]+)?"
        ),
        "",
    ),
)


def masked(text: str, root: str) -> str:
    """The text with every mask applied, and with `root`, where the build root lies, moved to where an executable has it.

    An executable's own text has no such root: it is empty.
    """
    if root:
        text = text.replace(root, SNAPSHOT)
    for mask in MASKS:
        text = mask.pattern.sub(mask.replacement, text)
    return text
