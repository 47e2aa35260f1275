"""What a configuration does with the files of a program once they are known: patches them, and leaves some out."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Callable, Collection, Iterable

from pkg_rules.core.npm.installed import InstalledPackage
from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.file_globs import IgnorePatterns
from pkg_rules.core.pkg_config.model import Patch, PkgConfig
from pkg_rules.core.pkg_config.patches import PatchError, apply_patches


@dataclass(frozen=True)
class PatchedFile:
    """`path` is relative to the build root; `origin` says in words whose patches they are."""

    path: str
    patches: tuple[Patch, ...]
    origin: str


def patched_source(config: PkgConfig | None, path: str, content: bytes) -> bytes:
    """An own file as it will be, to look for imports in; whether its patches fit is said when all files are patched."""
    for one in config.files.patches if config is not None else ():
        if posixpath.normpath(posixpath.join(config.directory, one.path)) == path:
            try:
                content = apply_patches(content, one.patches, path, f"`{config.path}`")
            except PatchError:
                return content
    return content


def patched_files(
    config: PkgConfig,
    packages: Iterable[InstalledPackage],
    files: Collection[str],
    real_path: Callable[[str], str],
) -> list[PatchedFile]:
    """All files of the program that have to be patched, those of packages that a dictionary names included.

    `files` are those of the program.
    """
    found = []
    for one in config.files.patches:
        path = real_path(posixpath.normpath(posixpath.join(config.directory, one.path)))
        origin = f"the pkg configuration in `{config.path}` (key `patches`)"
        found.append(PatchedFile(path, one.patches, origin))
    dictionary = dict(config.dictionary)
    for package in packages:
        entry = dictionary.get(package.name)
        for one in entry.patches if entry is not None else ():
            path = posixpath.normpath(posixpath.join(package.path, one.path))
            origin = f"the pkg configuration in `{config.path}` for the package `{package.name}` {package.version}"
            found.append(PatchedFile(path, one.patches, f"{origin} (key `dictionary`)"))
    for file in found:
        if file.path not in files:
            raise PatchError(
                f"A patch of {file.origin} is for `{file.path}`, which is no file of the program.\n\n"
                "The path of a patch is relative to the directory of the configuration, in a dictionary to that of the "
                "package. Correct it, or remove the patch if the program no longer has the file."
            )
    return found


def left_out(config: PkgConfig, files: Iterable[str], entry_point: str) -> dict[str, str]:
    """Files of the program that `ignore` leaves out, with the pattern that says so."""
    patterns = IgnorePatterns(config.ignore)
    found = {}
    for path in files:
        pattern = patterns.matching(path)
        if pattern is not None:
            found[path] = pattern
    if entry_point in found:
        raise PkgConfigError(
            f"The pattern `{found[entry_point]}` in `ignore` of the pkg configuration in `{config.path}` leaves out the "
            f"entry point `{entry_point}`, without which nothing starts."
        )
    return found


def useless_patterns(config: PkgConfig, left_out_by: Collection[str]) -> list[str]:
    """Patterns of `ignore` that leave nothing out, with what may be wrong with them."""
    warnings = []
    for pattern in config.ignore:
        if pattern in left_out_by:
            continue
        hint = (
            " Its wildcards do not stand for names with a leading dot, such as `.pnpm`, as for pkg."
            if pattern.startswith(("**/", "/"))
            else f" It is about the whole path, as for pkg: did you mean `**/{pattern}`?"
        )
        warnings.append(
            f"The pattern `{pattern}` in `ignore` of the pkg configuration in `{config.path}` leaves out no file.{hint}"
        )
    return warnings
