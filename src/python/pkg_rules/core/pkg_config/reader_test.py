"""Each key with what it means, and each mistake with what is said about it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.keys import DICTIONARY_KEYS, FUNCTION_MARK, KEYS
from pkg_rules.core.pkg_config.model import (
    DeployFile,
    FilePatches,
    Hook,
    PackageFiles,
    PkgConfig,
    TextPatch,
    WholeFile,
    WholeFilePatch,
)
from pkg_rules.core.pkg_config.reader import read_block

PATH = "app/package.json"


def error(block: Any) -> str:
    with pytest.raises(PkgConfigError) as raised:
        read_block(PATH, block)
    return str(raised.value)


def test_a_whole_configuration() -> None:
    config = read_block(
        "app/pkg.config.cjs",
        {
            "scripts": "build/**/*.{js,cjs}",
            "assets": ["views/**/*", "!views/x"],
            "ignore": ["**/*.md"],
            "patches": {
                "lib/a.js": ["one", "two", {"do": "prepend"}, "first"],
                "lib/b.js": [{"do": "erase"}, "", {"do": "append"}, "last"],
                "lib/c.js": None,
            },
            "dictionary": {"ms": {"scripts": "x.js", "patches": {"index.js": ["a", ""]}}},
            "deployFiles": [["from", "to"], ["plugins", "plugins", "directory"]],
            "targets": "node22-linux-x64, node24-linux-x64",
            "outputPath": "dist",
            "options": ["expose-gc", "max-old-space-size=34"],
            "compress": "br",
            "sea": True,
            "debug": False,
            "bytecode": False,
            "nativeBuild": True,
            "signature": True,
            "fallbackToSource": True,
            "public": True,
            "publicPackages": "*",
            "noDictionary": ["express", " "],
            "seaConfig": {"useCodeCache": False},
            "preBuild": "npm run build",
            "postBuild": FUNCTION_MARK,
            "transform": FUNCTION_MARK,
        },
    )
    assert config == PkgConfig(
        path="app/pkg.config.cjs",
        files=PackageFiles(
            scripts=("build/**/*.{js,cjs}",),
            assets=("views/**/*", "!views/x"),
            patches=(
                FilePatches("lib/a.js", (TextPatch("one", "two"), WholeFilePatch(WholeFile.PREPEND, "first"))),
                FilePatches(
                    "lib/b.js",
                    (WholeFilePatch(WholeFile.ERASE, ""), WholeFilePatch(WholeFile.APPEND, "last")),
                ),
            ),
            deploy_files=(DeployFile("from", "to", False), DeployFile("plugins", "plugins", True)),
        ),
        ignore=("**/*.md",),
        dictionary=(
            ("ms", PackageFiles(scripts=("x.js",), patches=(FilePatches("index.js", (TextPatch("a", ""),)),))),
        ),
        targets=("node22-linux-x64", "node24-linux-x64"),
        output_path="dist",
        options=("expose-gc", "max-old-space-size=34"),
        compress="brotli",
        sea=True,
        debug=False,
        bytecode=False,
        native_build=True,
        signature=True,
        fallback_to_source=True,
        public=True,
        public_packages=("*",),
        no_dictionary=("express",),
        sea_config=(("useCodeCache", False),),
        pre_build=Hook("npm run build"),
        post_build=Hook(None),
        transform=Hook(None),
    )
    assert config.warnings == ()
    assert config.directory == "app"


def test_nothing_in_it() -> None:
    assert read_block(PATH, {}) == PkgConfig(path=PATH)


def test_the_model_has_a_field_for_each_key() -> None:
    """`log` is read only to say that it is not called."""
    named = {field.name.replace("_", "") for model in (PkgConfig, PackageFiles) for field in fields(model)}
    assert {key for key in KEYS if key.lower() not in named} == {"log"}


@pytest.mark.parametrize(
    "block, warning",
    [
        ({"asset": "x"}, "Unknown key `asset` in the pkg configuration in `app/package.json`: it is ignored. Did you mean `assets`?"),
        ({"zzz": 1}, "Unknown key `zzz` in the pkg configuration in `app/package.json`: it is ignored."),
        (
            {"dictionary": {"ms": {"patch": {}}}},
            "Unknown key `dictionary.ms.patch` in the pkg configuration in `app/package.json`: it is ignored. Did you mean `patches`?",
        ),
    ],
)
def test_unknown_keys_are_told(block: dict[str, Any], warning: str) -> None:
    assert read_block(PATH, block).warnings == (warning,)


def test_a_log_function_is_told_not_to_be_called() -> None:
    (warning,) = read_block(PATH, {"dictionary": {"stylus": {"log": FUNCTION_MARK}}}).warnings
    assert warning.startswith("The function `dictionary.stylus.log` of the pkg configuration in `app/package.json` is not")


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_number_is_wrong_for_every_key(key: str) -> None:
    message = error({key: 7})
    assert message == (
        f"The key `{key}` of the pkg configuration in `app/package.json` is the number `7`, but has to be {KEYS[key]}."
    )


@pytest.mark.parametrize("key", sorted(set(DICTIONARY_KEYS)))
def test_and_in_a_dictionary(key: str) -> None:
    assert f"The key `dictionary.ms.{key}` of" in error({"dictionary": {"ms": {key: 7}}})


@pytest.mark.parametrize(
    "block, words",
    [
        ([], "The key `pkg` of the pkg configuration in `app/package.json` is a list `[]`, but has to be an object."),
        ({"scripts": ["a", 1]}, "The key `scripts`"),
        ({"bytecode": "no"}, 'is the string `"no"`, but has to be `true` or `false`'),
        ({"compress": "lzma"}, "`None`, `Brotli`, `GZip` or `Zstd`"),
        ({"transform": "node x.js"}, "a function, which only a `pkg.config.js` can have"),
        ({"scripts": FUNCTION_MARK}, "The key `scripts` of the pkg configuration in `app/package.json` is a function, but"),
        ({"targets": FUNCTION_MARK}, "is a function, but has to be a string with commas or a list of strings"),
        ({"outputPath": FUNCTION_MARK}, "is a function, but has to be a string"),
        ({"public": FUNCTION_MARK}, 'is a function, but has to be `true` or `false`'),
        ({"preBuild": "  "}, "is an empty command"),
        ({"patches": {"a.js": ["odd"]}}, "The key `patches.a.js`"),
        ({"patches": {"a.js": [{"do": "delete"}, "x"]}}, "The key `patches.a.js`"),
        ({"patches": {"a.js": ["", "x"]}}, "The key `patches.a.js`"),
        ({"deployFiles": [["a"]]}, "The key `deployFiles`"),
        ({"deployFiles": [["a", "b", "folder"]]}, "The key `deployFiles`"),
        ({"seaConfig": {"useCodeCache": "yes"}}, "The key `seaConfig.useCodeCache`"),
        ({"dictionary": {"ms": []}}, "The key `dictionary.ms`"),
    ],
)
def test_wrong_types(block: Any, words: str) -> None:
    assert words in error(block)
