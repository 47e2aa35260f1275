"""What the globs of a configuration stand for in a repository: files with targets, files without, and nothing."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Collection, Iterable, Mapping, Sequence

from pkg_rules.core.npm.package_paths import NODE_MODULES
from pkg_rules.core.npm.package_manager import LOCK_FILES
from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.file_globs import FileGlob, FileGlobs
from pkg_rules.core.pkg_config.sources import CONFIG_FILES

_SHOWN = 10
_SCRIPT_ENDINGS = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".json", ".node")
# What nobody opens at run time, though globs such as `*` match it.
_NEVER_MEANT = (*LOCK_FILES, *CONFIG_FILES, "BUILD")


@dataclass(frozen=True)
class MatchedFiles:
    """`owned` and `unowned` are files that exist, `writers` targets that may write files which match.

    `unowned` and `unmatched` have the text of a glob first.
    """

    owned: tuple[str, ...]
    unowned: tuple[tuple[str, str], ...]
    writers: tuple[str, ...]
    unmatched: tuple[str, ...]


def match_files(
    globs: FileGlobs,
    owned: Collection[str],
    on_disk: Iterable[str],
    outputs: Mapping[str, Sequence[str]],
) -> MatchedFiles:
    """`on_disk` are all files below the roots of the globs; `outputs` maps files and directories that steps of the build
    write to those steps."""
    existing = [path for path in on_disk if not _is_never_meant(path)]
    found: dict[str, str] = {}
    writers: set[str] = set()
    unmatched = []
    for glob in globs.first_party:
        paths = globs.matching(glob, existing)
        found.update((path, glob.text) for path in paths if path not in found)
        writing = {
            writer
            for output, names in outputs.items()
            if _may_match(glob, output)
            for writer in names
        }
        writers |= writing
        if not paths and not writing:
            unmatched.append(glob.text)
    return MatchedFiles(
        owned=tuple(sorted(path for path in found if path in owned)),
        unowned=tuple(sorted((text, path) for path, text in found.items() if path not in owned)),
        writers=tuple(sorted(writers)),
        unmatched=tuple(unmatched),
    )


def _is_never_meant(path: str) -> bool:
    # What lies in `node_modules` of the disk is not what the lock file says.
    name = posixpath.basename(path)
    return name in _NEVER_MEANT or name.startswith("BUILD.") or NODE_MODULES in path.split("/")


def _may_match(glob: FileGlob, output: str) -> bool:
    """Whether the glob can be about an output, or about something in it if it is a directory."""
    return (
        glob.root == output
        or glob.root.startswith(f"{output}/")
        or glob.matches(output)
        or glob.matches(f"{output}/file")
    )


def non_scripts(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not path.endswith(_SCRIPT_ENDINGS)]


class UnownedFilesError(PkgConfigError):
    """`files` are pairs of a glob and a path that no target owns."""

    def __init__(self, target: str, config: str, files: Sequence[tuple[str, str]]) -> None:
        lines = [f"  * `{path}` (`{glob}`)" for glob, path in files]
        if len(lines) > _SHOWN:
            lines = [*lines[:_SHOWN], f"  * and {len(lines) - _SHOWN} more"]
        listed = "\n".join(lines)
        directory = posixpath.dirname(config)
        paths = [posixpath.relpath(path, directory or ".") for _, path in files]
        sources = sorted({_source_glob(path) for path in paths})[:_SHOWN]
        super().__init__(
            f"`{target}` cannot be packaged: files that the pkg configuration in `{config}` names belong to no target, so "
            f"they would be missing when it runs.\n\n{listed}\n\n"
            f"Add a target that owns them, e.g. in `{posixpath.join(directory, 'BUILD')}`:\n\n"
            f"  files(name=\"pkg_files\", sources=[{', '.join(map(_quoted, sources))}])\n\n"
            "(`javascript_sources` for code), or leave the files out with a glob that begins with `!`."
        )


def _source_glob(path: str) -> str:
    directory = posixpath.dirname(path)
    return f"{directory}/*" if directory else path


def _quoted(text: str) -> str:
    return f'"{text}"'
