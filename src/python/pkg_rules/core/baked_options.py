"""Options of Node.js and V8 that are baked into an executable: how they are written, and which make no sense there."""

from __future__ import annotations

from typing import Iterable, Sequence

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.node_dist import NodeVersion

# The first versions of their lines whose executables have options of their own, and can leave NODE_OPTIONS alone.
_FIRST_WITH_OPTIONS = (NodeVersion(22, 20, 0), NodeVersion(24, 8, 0))

_OTHER_RUN = "it makes Node.js do something else than run the program"
_DEBUGGER = (
    "the debugger would be open, or waited for, in each run of the program; give it in `NODE_OPTIONS` to those runs "
    "that are to be debugged"
)
_PRELOAD = (
    "Node.js would load it from the user's disk, before the files of the program are there; import it first in the "
    "entry point"
)
_ENV_FILE = (
    "Node.js does not read such files in an executable; call `process.loadEnvFile()` in the program"
)
_PERMISSION = "the permission model would keep the executable from reading its own files"

_REFUSED = {
    **dict.fromkeys(
        (
            "build-sea",
            "build-snapshot",
            "build-snapshot-config",
            "c",
            "check",
            "completion-bash",
            "e",
            "entry-url",
            "eval",
            "experimental-entry-url",
            "experimental-sea-config",
            "h",
            "help",
            "i",
            "input-type",
            "interactive",
            "p",
            "pe",
            "print",
            "prof-process",
            "run",
            "snapshot-blob",
            "test",
            "v",
            "v8-options",
            "version",
            "watch",
            "watch-path",
        ),
        _OTHER_RUN,
    ),
    **dict.fromkeys(("inspect", "inspect-brk", "inspect-brk-node", "inspect-wait"), _DEBUGGER),
    **dict.fromkeys(("experimental-loader", "import", "loader", "r", "require"), _PRELOAD),
    **dict.fromkeys(("env-file", "env-file-if-exists"), _ENV_FILE),
    **dict.fromkeys(("experimental-permission", "permission"), _PERMISSION),
}


class BakedOptionsError(PkgRulesError):
    """An option that Node.js does not know, or that no executable can have."""


def baked_options(origin: str, given: Iterable[str]) -> tuple[str, ...]:
    """The options as Node.js takes them; their dashes may have been left out: `expose-gc`, `max_old_space_size=4096`.

    `origin` says who wants them, e.g. "The `options` field of app:bin". Raises BakedOptionsError for those that make no
    sense in an executable.
    """
    options = tuple(text if text.startswith("-") else f"--{text}" for text in given)
    for option in options:
        name = option.lstrip("-").partition("=")[0].replace("_", "-")
        if not name:
            raise BakedOptionsError(
                f"{origin} has the item `{option}`, which is no option. Write options like `--expose-gc` or "
                "`max-old-space-size=4096`."
            )
        if name in _REFUSED:
            raise BakedOptionsError(
                f"{origin} has the option `{option}`, which cannot be baked into an executable: {_REFUSED[name]}."
            )
    return options


def can_have_options(version: str) -> bool:
    node = NodeVersion.parse(version)
    if any(node.major == first.major and node >= first for first in _FIRST_WITH_OPTIONS):
        return True
    return node.major > max(first.major for first in _FIRST_WITH_OPTIONS)


def check_can_have_options(origin: str, version: str) -> None:
    """Raises BakedOptionsError if executables of that Node.js have no options of their own."""
    if can_have_options(version):
        return
    able = ", ".join(str(first) for first in _FIRST_WITH_OPTIONS)
    raise BakedOptionsError(
        f"{origin} needs a newer Node.js than {version}, whose executables cannot have options of their own: {able}, or "
        "anything newer on these lines and on later ones. Ask for one of those in `targets`."
    )


def rejected_options(
    origin: str, rejected: Sequence[tuple[str, str]], version: str
) -> BakedOptionsError:
    """The error for options that Node.js itself did not accept: each with what it said."""
    listed = "\n".join(f"  * `{option}`: {said}" for option, said in rejected)
    return BakedOptionsError(
        f"{origin} has options that Node.js {version} does not accept:\n{listed}\n"
        "Each option is one item of the list, its value after a `=`. `node --help` and `node --v8-options` list what "
        "that version knows."
    )
