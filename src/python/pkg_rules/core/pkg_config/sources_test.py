"""Which configuration is taken, when there are several, and when one cannot be read."""

from __future__ import annotations

import json

import pytest

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.sources import (
    CONFIG_FILES,
    ConfigSource,
    block_of,
    candidates,
    choose_source,
)

WITH_BLOCK = PackageJson("app/package.json", b'{"name": "app", "pkg": {}}')
WITHOUT = PackageJson("app/package.json", b'{"name": "app"}')


def choose(value: str | None, *existing: str, package: PackageJson | None = WITHOUT) -> ConfigSource:
    return choose_source(value, candidates(value, "app", "app:bin"), existing, package, "app:bin")


def test_a_block_alone() -> None:
    assert choose(None, package=WITH_BLOCK) == ConfigSource("app/package.json")
    assert choose(None) == ConfigSource(None)
    assert choose(None, package=None) == ConfigSource(None)


@pytest.mark.parametrize("name", CONFIG_FILES)
def test_a_file_alone(name: str) -> None:
    assert choose(None, f"app/{name}") == ConfigSource(f"app/{name}")


def test_a_file_comes_before_the_block_and_both_are_named() -> None:
    source = choose(None, "app/.pkgrc", package=WITH_BLOCK)
    assert source.path == "app/.pkgrc"
    (warning,) = source.warnings
    assert "`app/.pkgrc`" in warning and "the `pkg` of `app/package.json`" in warning


def test_of_several_files_the_first_is_taken() -> None:
    source = choose(None, "app/pkg.config.cjs", "app/pkg.config.js")
    assert source.path == "app/pkg.config.js"
    assert source.warnings == ("`app/pkg.config.js` configures `app:bin`, so `app/pkg.config.cjs` beside it is not read.",)


def test_the_field_comes_first() -> None:
    assert choose("build/x.json", "app/build/x.json", package=WITH_BLOCK) == ConfigSource("app/build/x.json")
    assert choose("../package.json", "package.json", package=WITH_BLOCK).path == "package.json"
    assert choose("none", package=WITH_BLOCK) == ConfigSource(None)


@pytest.mark.parametrize(
    "value, words",
    [
        ("gone.json", "The file `app/gone.json`, which the field `pkg_config` of the target `app:bin` names, does not"),
        ("../../x", "`../../x`, the `pkg_config` of the target `app:bin`, is not the path of a file in this repository"),
        ("/etc/x", "is not the path of a file in this repository"),
        ("", "is not the path of a file in this repository"),
    ],
)
def test_a_field_that_names_no_file(value: str, words: str) -> None:
    with pytest.raises(PkgConfigError, match=words.replace(".", r"\.")):
        choose(value)


@pytest.mark.parametrize(
    "content, block",
    [
        ({"scripts": "x"}, {"scripts": "x"}),
        ({"pkg": {"scripts": "x"}}, {"scripts": "x"}),
        ({"name": "app", "pkg": {"scripts": "x"}}, {"scripts": "x"}),
        ({"name": "app", "scripts": {"build": "x"}}, {}),
    ],
)
def test_what_of_a_file_is_the_configuration(content: object, block: object) -> None:
    assert block_of("app/.pkgrc", json.dumps(content).encode()) == block


@pytest.mark.parametrize(
    "content, words",
    [
        (b"{,}", "`app/.pkgrc` cannot be read as a configuration of pkg: Expecting property name"),
        (b"\xff", "it is not UTF-8"),
        (b"[]", "is a list `[]`, but has to be an object"),
    ],
)
def test_what_cannot_be_read(content: bytes, words: str) -> None:
    with pytest.raises(PkgConfigError) as raised:
        block_of("app/.pkgrc", content)
    assert words in str(raised.value)
