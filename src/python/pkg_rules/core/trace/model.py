"""What the scanner finds in a source file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ImportKind(Enum):
    """How a file names another; it decides by which rules and conditions Node.js resolves the name."""

    REQUIRE = "require"
    REQUIRE_RESOLVE = "require.resolve"
    IMPORT = "import"
    DYNAMIC_IMPORT = "import()"
    IMPORT_META_RESOLVE = "import.meta.resolve"
    # `import type`, `import("x").T`: gone at run time, but the type checker and some bundlers read the file.
    TYPE = "import type"

    @property
    def is_esm(self) -> bool:
        """Resolved as `import` does: with extension, without directory index."""
        return self in (
            ImportKind.IMPORT,
            ImportKind.DYNAMIC_IMPORT,
            ImportKind.IMPORT_META_RESOLVE,
            ImportKind.TYPE,
        )


@dataclass(frozen=True)
class Import:
    """A literal name of another module.

    `optional`: the program says what happens when it is missing (`try`/`catch`, `.catch()`).
    `lazy`: it is evaluated when a function is called, not when the file is loaded.
    """

    specifier: str
    kind: ImportKind
    line: int
    optional: bool = False
    lazy: bool = False


@dataclass(frozen=True)
class AssetReference:
    """A literal path of a file that is read, not imported, relative to the directory of the file that names it.

    `optional`: in `try` with `catch`, as for an import.
    """

    path: str
    line: int
    optional: bool = False


@dataclass(frozen=True)
class ScannedFile:
    imports: tuple[Import, ...] = ()
    assets: tuple[AssetReference, ...] = ()
