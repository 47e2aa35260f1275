"""The globs of `scripts` and `assets`, and the patterns of `ignore`: which files they stand for."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Iterable

from pkg_rules.core.npm.package_paths import NODE_MODULES
from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.glob_patterns import compile_glob, expand_braces, literal_root


@dataclass(frozen=True)
class FileGlob:
    """`text` is as it was written, `path` the same relative to the build root. One that names a directory means all
    that is below it; wildcards stand for names with a leading dot too."""

    text: str
    path: str

    @cached_property
    def root(self) -> str:
        """Nothing outside of this directory, or but this file, can match."""
        roots = [literal_root(plain) for plain in expand_braces(self.path)]
        return roots[0] if len(roots) == 1 else posixpath.commonpath(roots) if all(roots) else ""

    @cached_property
    def is_about_packages(self) -> bool:
        return NODE_MODULES in self.path.split("/")

    def matches(self, path: str) -> bool:
        # `views/**` is `views` itself as well; what ends in a wildcard is not about directories.
        glob = self.path if self.path.endswith("*") else f"{self.path}/**"
        return compile_glob(glob, hidden=True).match(path) is not None


@dataclass(frozen=True)
class FileGlobs:
    """What one of the globs stands for and none of the negated ones (`!…`), whatever their order."""

    wanted: tuple[FileGlob, ...]
    unwanted: tuple[FileGlob, ...]

    @classmethod
    def parse(cls, globs: Iterable[str], directory: str, config: str) -> FileGlobs:
        """`directory` is what they are relative to, `config` the file they are from, for errors."""
        globs = tuple(globs)
        return cls(
            tuple(_glob(glob, directory, config) for glob in globs if not glob.startswith("!")),
            tuple(_glob(glob[1:], directory, config) for glob in globs if glob.startswith("!")),
        )

    def matching(self, glob: FileGlob, paths: Iterable[str]) -> list[str]:
        """The paths that this one stands for and that no negated one takes away."""
        below = f"{glob.root}/" if glob.root else ""
        return [
            path
            for path in paths
            if (path == glob.root or path.startswith(below))
            and glob.matches(path)
            and not any(unwanted.matches(path) for unwanted in self.unwanted)
        ]

    @property
    def first_party(self) -> tuple[FileGlob, ...]:
        return tuple(glob for glob in self.wanted if not glob.is_about_packages)

    @property
    def about_packages(self) -> tuple[FileGlob, ...]:
        return tuple(glob for glob in self.wanted if glob.is_about_packages)


def _glob(text: str, directory: str, config: str) -> FileGlob:
    # A leading `/` means the directory of the configuration too, as for pkg.
    literal_directory = re.sub(r"[*?\[\](){}!+@]", r"\\\g<0>", directory)
    path = posixpath.normpath("/".join(part for part in (literal_directory, text.lstrip("/")) if part))
    if not text.strip("/") or path == ".." or path.startswith("../"):
        raise PkgConfigError(
            f"The glob `{text}` of the pkg configuration in `{config}` leads out of the repository. Globs are relative "
            "to the directory of that file."
        )
    return FileGlob(text, "**" if path == "." else path)


@dataclass(frozen=True)
class IgnorePatterns:
    """Patterns of `ignore`: they are about the whole path, with a leading `/`, and wildcards leave out names with a
    leading dot."""

    patterns: tuple[str, ...]

    def matching(self, path: str) -> str | None:
        """The first pattern that the path, relative to the build root, matches."""
        for pattern in self.patterns:
            if compile_glob(pattern, hidden=False).match(f"/{path}") is not None:
                return pattern
        return None
