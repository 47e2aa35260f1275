"""How Node would load each file: by its extension and by the `type` of the nearest package.json."""

from __future__ import annotations

import json
import os

from pkg_rules.core.payload.format import ModuleFormat
from pkg_rules.core.payload.model import DirectoryNode, FileNode

_BY_EXTENSION = {
    ".mjs": ModuleFormat.MODULE,
    ".cjs": ModuleFormat.COMMONJS,
    ".json": ModuleFormat.JSON,
    ".wasm": ModuleFormat.WASM,
}
# TypeScript that Node can take the types out of, and what the file then is.
TYPESCRIPT_EXTENSIONS = {".ts": ".js", ".mts": ".mjs", ".cts": ".cjs"}
_DECLARATIONS = tuple(f".d{extension}" for extension in TYPESCRIPT_EXTENSIONS)
_BY_TYPE = {"module": ModuleFormat.MODULE, "commonjs": ModuleFormat.COMMONJS}


def module_format(name: str, package_type: str | None) -> ModuleFormat:
    """The format of a file named `name` in a package whose package.json says `"type": package_type`.

    A `.js` file without a type is AMBIGUOUS: Node looks at its syntax. So is a file without an extension, which Node
    runs as its `type` says, and looks at when there is none.
    """
    extension = os.path.splitext(name)[1]
    if extension in _BY_EXTENSION:
        return _BY_EXTENSION[extension]
    if extension == ".js":
        return _BY_TYPE.get(package_type or "", ModuleFormat.AMBIGUOUS)
    return ModuleFormat.NONE


def is_declaration(path: str) -> bool:
    """Whether it is TypeScript that holds no code."""
    return path.endswith(_DECLARATIONS)


def javascript_name(name: str) -> str:
    """What a file of TypeScript would be called without its types; other names are as they are."""
    stem, extension = os.path.splitext(name)
    return stem + TYPESCRIPT_EXTENSIONS.get(extension, extension)


def package_type(package_json: FileNode) -> str | None:
    """The `type` of a package.json. One that Node cannot read either has none here: Node reports it when it is used."""
    with open(package_json.source, "rb") as file:
        try:
            data = json.loads(file.read().decode("utf-8-sig"))
        except ValueError:
            return None
    declared = data.get("type") if isinstance(data, dict) else None
    return declared if declared in _BY_TYPE else None


def is_package_scope(directory: DirectoryNode) -> bool:
    return isinstance(directory.children.get("package.json"), FileNode)
