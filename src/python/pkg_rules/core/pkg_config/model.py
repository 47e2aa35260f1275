"""A configuration of pkg as plain data: what is absent is None or empty."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Union


class WholeFile(Enum):
    """What a patch may do with a file as a whole."""

    ERASE = "erase"
    PREPEND = "prepend"
    APPEND = "append"


@dataclass(frozen=True)
class TextPatch:
    """Every occurrence of `search`, which is no pattern, becomes `replacement`; see `patches.py` for `$` in it."""

    search: str
    replacement: str


@dataclass(frozen=True)
class WholeFilePatch:
    """The file becomes `text`, or gets it at its start or end."""

    action: WholeFile
    text: str


Patch = Union[TextPatch, WholeFilePatch]


@dataclass(frozen=True)
class FilePatches:
    """`path` is relative to the directory of the configuration, or of the package that a dictionary is about."""

    path: str
    patches: tuple[Patch, ...]


@dataclass(frozen=True)
class DeployFile:
    """A file, or all files of a directory, that lie beside the executable: `destination` is relative to it."""

    source: str
    destination: str
    is_directory: bool


@dataclass(frozen=True)
class PackageFiles:
    """What a configuration says about the files of one package; globs are as they were written."""

    scripts: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    patches: tuple[FilePatches, ...] = ()
    deploy_files: tuple[DeployFile, ...] = ()


@dataclass(frozen=True)
class Hook:
    """A shell command, or without one the function of that name in the configuration itself."""

    command: str | None


@dataclass(frozen=True)
class PkgConfig:
    """`path` is the file it was read from, `directory` that of the file: paths and globs are relative to it."""

    path: str
    files: PackageFiles = PackageFiles()
    ignore: tuple[str, ...] = ()
    dictionary: tuple[tuple[str, PackageFiles], ...] = ()
    targets: tuple[str, ...] | None = None
    output_path: str | None = None
    options: tuple[str, ...] | None = None
    compress: str | None = None
    sea: bool | None = None
    debug: bool | None = None
    bytecode: bool | None = None
    native_build: bool | None = None
    signature: bool | None = None
    fallback_to_source: bool | None = None
    public: bool | None = None
    public_packages: tuple[str, ...] | None = None
    no_dictionary: tuple[str, ...] | None = None
    sea_config: tuple[tuple[str, bool], ...] = ()
    pre_build: Hook | None = None
    post_build: Hook | None = None
    transform: Hook | None = None
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def directory(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def is_program(self) -> bool:
        """It was evaluated by Node.js, so that it may have functions."""
        return self.path.endswith((".js", ".cjs", ".mjs"))
