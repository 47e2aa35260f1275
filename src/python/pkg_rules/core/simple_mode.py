"""What `mode="simple"` can hold: one CommonJS script that imports built-in modules only."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Sequence

from pkg_rules.core.errors import PkgRulesError

_SHOWN = 10
_TYPESCRIPT = (".ts", ".cts", ".mts", ".tsx")


class NotSelfContainedError(PkgRulesError):
    """The entry point needs what an executable of one script cannot have."""


def check_is_self_contained(
    target: str, entry_point: str, is_module: bool, imports: Sequence[str]
) -> None:
    """`imports` are the names that the entry point imports and that are not built into Node.js."""
    if PurePosixPath(entry_point).suffix in _TYPESCRIPT:
        raise NotSelfContainedError(
            f'{target} has `mode="simple"`, but its entry point `{entry_point}` is TypeScript, which Node.js does not '
            "strip from the script of such an executable. Let a `node_build_script` compile it, or use "
            '`mode="sea"`.'
        )
    if is_module:
        raise NotSelfContainedError(
            f'{target} has `mode="simple"`, but its entry point `{entry_point}` is an ES module. The script of such an '
            "executable is CommonJS: let a bundler write it in that format (a `node_build_script`), or use "
            '`mode="sea"`, which runs ES modules as they are.'
        )
    if not imports:
        return
    shown = [f"  * `{name}`" for name in sorted(set(imports))]
    rest = len(shown) - _SHOWN
    listed = "\n".join(shown[:_SHOWN] + ([f"  * and {rest} more"] if rest > 0 else []))
    raise NotSelfContainedError(
        f'{target} has `mode="simple"`, but its entry point `{entry_point}` imports more than built-in modules:\n'
        f"{listed}\n"
        "Such an executable holds one script and no other file. Bundle the program into one file first (a "
        '`node_build_script`), or use `mode="sea"`, which holds all files.'
    )
