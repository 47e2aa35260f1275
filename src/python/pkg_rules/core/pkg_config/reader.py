"""From the JSON of a configuration to the model: types are checked, unknown keys are told."""

from __future__ import annotations

import difflib
from typing import Any, Mapping

from pkg_rules.core.pkg_config.errors import PkgConfigError, WrongTypeError
from pkg_rules.core.pkg_config.keys import (
    ALGORITHM,
    ALGORITHMS,
    BOOLEAN,
    COMMAND,
    DEPLOY_FILES,
    DICTIONARY,
    DICTIONARY_KEYS,
    FUNCTION,
    FUNCTION_MARK,
    KEYS,
    NAMES,
    PATCHES,
    SETTINGS,
    STRING,
)
from pkg_rules.core.pkg_config.model import (
    DeployFile,
    FilePatches,
    Hook,
    PackageFiles,
    Patch,
    PkgConfig,
    TextPatch,
    WholeFile,
    WholeFilePatch,
)

def read_block(path: str, block: Any) -> PkgConfig:
    """`path` is that of the file the block is from, relative to the build root."""
    if not isinstance(block, dict):
        raise WrongTypeError(path, "pkg", block, "an object")
    read = _Reader(path, block, "")
    known = {
        "targets": read.names("targets"),
        "output_path": read.string("outputPath"),
        "options": read.names("options"),
        "compress": read.algorithm("compress"),
        "sea": read.boolean("sea"),
        "debug": read.boolean("debug"),
        "bytecode": read.boolean("bytecode"),
        "native_build": read.boolean("nativeBuild"),
        "signature": read.boolean("signature"),
        "fallback_to_source": read.boolean("fallbackToSource"),
        "public": read.boolean("public"),
        "public_packages": read.names("publicPackages"),
        "no_dictionary": read.names("noDictionary"),
        "sea_config": read.settings("seaConfig"),
        "pre_build": read.hook("preBuild", COMMAND),
        "post_build": read.hook("postBuild", COMMAND),
        "transform": read.hook("transform", FUNCTION),
    }
    read.hook("log", FUNCTION)
    dictionary, warnings = _dictionary(path, block.get("dictionary"))
    return PkgConfig(
        path=path,
        files=read.package_files(),
        ignore=read.strings("ignore"),
        dictionary=dictionary,
        warnings=(*read.unknown(KEYS), *warnings, *read.without_effect()),
        **known,
    )


def _dictionary(
    path: str, value: Any
) -> tuple[tuple[tuple[str, PackageFiles], ...], tuple[str, ...]]:
    if value is None:
        return (), ()
    if not isinstance(value, dict):
        raise WrongTypeError(path, "dictionary", value, DICTIONARY)
    entries: list[tuple[str, PackageFiles]] = []
    warnings: list[str] = []
    for name, entry in value.items():
        key = f"dictionary.{name}"
        if not isinstance(entry, dict):
            raise WrongTypeError(path, key, entry, "an object")
        read = _Reader(path, entry, f"{key}.")
        read.hook("log", FUNCTION)
        entries.append((name, read.package_files()))
        warnings += [*read.unknown(DICTIONARY_KEYS), *read.without_effect()]
    return tuple(entries), tuple(warnings)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != FUNCTION_MARK


class _Reader:
    """Reads the keys of one object; `prefix` is where it is in the configuration, for errors."""

    def __init__(self, path: str, block: Mapping[str, Any], prefix: str) -> None:
        self._path = path
        self._block = block
        self._prefix = prefix

    def package_files(self) -> PackageFiles:
        return PackageFiles(
            scripts=self.strings("scripts"),
            assets=self.strings("assets"),
            patches=self._patches(),
            deploy_files=self._deploy_files(),
        )

    def strings(self, key: str) -> tuple[str, ...]:
        """A string or a list of strings; commas mean nothing, they belong to `{a,b}` of a glob."""
        value = self._block.get(key)
        if value is None:
            return ()
        values = value if isinstance(value, list) else [value]
        if not all(map(_is_text, values)):
            raise self._wrong(key, value, KEYS[key])
        return tuple(values)

    def names(self, key: str) -> tuple[str, ...] | None:
        value = self._block.get(key)
        if value is None:
            return None
        values = value.split(",") if isinstance(value, str) else value
        if not isinstance(values, list) or not all(map(_is_text, values)):
            raise self._wrong(key, value, NAMES)
        return tuple(item.strip() for item in values if item.strip())

    def string(self, key: str) -> str | None:
        value = self._block.get(key)
        if value is not None and not _is_text(value):
            raise self._wrong(key, value, STRING)
        return value

    def boolean(self, key: str) -> bool | None:
        value = self._block.get(key)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(key, value, BOOLEAN)
        return value

    def algorithm(self, key: str) -> str | None:
        value = self._block.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or value.lower() not in ALGORITHMS:
            raise self._wrong(key, value, ALGORITHM)
        return ALGORITHMS[value.lower()]

    def settings(self, key: str) -> tuple[tuple[str, bool], ...]:
        value = self._block.get(key)
        if value is None:
            return ()
        if not isinstance(value, dict):
            raise self._wrong(key, value, SETTINGS)
        for name, setting in value.items():
            if not isinstance(setting, bool):
                raise self._wrong(f"{key}.{name}", setting, BOOLEAN)
        return tuple(sorted(value.items()))

    def hook(self, key: str, wanted: str) -> Hook | None:
        value = self._block.get(key)
        if value is None:
            return None
        if value == FUNCTION_MARK:
            return Hook(None)
        if not isinstance(value, str) or wanted == FUNCTION:
            raise self._wrong(key, value, wanted)
        if not value.strip():
            raise PkgConfigError(
                f"The key `{self._prefix}{key}` of the pkg configuration in `{self._path}` is an empty command. Remove "
                "the key, or write the command that is to be run."
            )
        return Hook(value)

    def unknown(self, known: Mapping[str, str] | tuple[str, ...]) -> list[str]:
        warnings = []
        for key in self._block:
            if key in known:
                continue
            nearest = difflib.get_close_matches(key, list(known), n=1, cutoff=0.6)
            hint = f" Did you mean `{nearest[0]}`?" if nearest else ""
            where = f"the pkg configuration in `{self._path}`"
            warnings.append(f"Unknown key `{self._prefix}{key}` in {where}: it is ignored.{hint}")
        return warnings

    def without_effect(self) -> list[str]:
        if self._block.get("log") is None:
            return []
        return [
            f"The function `{self._prefix}log` of the pkg configuration in `{self._path}` is not called: pkg calls it while "
            "it walks through files, which this build does not do."
        ]

    def _patches(self) -> tuple[FilePatches, ...]:
        value = self._block.get("patches")
        if value is None:
            return ()
        if not isinstance(value, dict):
            raise self._wrong("patches", value, PATCHES)
        return tuple(
            FilePatches(path, self._pairs(f"patches.{path}", pairs))
            for path, pairs in value.items()
            if pairs  # pkg takes `null` and `false` for "no patches".
        )

    def _pairs(self, key: str, value: Any) -> tuple[Patch, ...]:
        wanted = (
            'a list of pairs: a text and what it becomes, or `{"do": "erase"}`, `{"do": "prepend"}`, '
            '`{"do": "append"}` and a text'
        )
        if not isinstance(value, list) or len(value) % 2:
            raise self._wrong(key, value, wanted)
        return tuple(
            self._patch(key, wanted, what, text) for what, text in zip(value[::2], value[1::2])
        )

    def _patch(self, key: str, wanted: str, what: Any, text: Any) -> Patch:
        actions = {action.value: action for action in WholeFile}
        if isinstance(what, dict) and what.get("do") in actions and isinstance(text, str):
            return WholeFilePatch(actions[what["do"]], text)
        if isinstance(what, str) and what and isinstance(text, str):
            return TextPatch(what, text)
        raise self._wrong(key, [what, text], wanted)

    def _deploy_files(self) -> tuple[DeployFile, ...]:
        value = self._block.get("deployFiles")
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._wrong("deployFiles", value, DEPLOY_FILES)
        return tuple(self._deploy_file(item) for item in value)

    def _deploy_file(self, item: Any) -> DeployFile:
        if (
            not isinstance(item, list)
            or len(item) not in (2, 3)
            or not all(isinstance(part, str) and part for part in item)
            or item[2:] not in ([], ["directory"], ["file"])
        ):
            raise self._wrong("deployFiles", item, DEPLOY_FILES)
        return DeployFile(item[0], item[1], item[2:] == ["directory"])

    def _wrong(self, key: str, found: Any, wanted: str) -> WrongTypeError:
        return WrongTypeError(self._path, f"{self._prefix}{key}", found, wanted)
