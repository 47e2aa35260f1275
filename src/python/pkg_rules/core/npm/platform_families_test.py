"""Packages that have other packages for platforms, and what is said where one is missing."""

from __future__ import annotations

import json

import pytest

from pkg_rules.core.npm.installed import InstalledPackage
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.platform_families import (
    MissingPlatformPackageError,
    PlatformFamily,
    check_families,
    families,
)

SHARP = PlatformFamily(
    "sharp",
    ("@img/sharp-darwin-x64", "@img/sharp-libvips-linux-x64", "@img/sharp-linux-x64", "@img/sharp-linuxmusl-x64"),
    ("@img/sharp-libvips-linux-x64", "@img/sharp-linux-x64"),
)


def test_families_are_packages_with_several_that_name_platforms() -> None:
    optional = {
        "node_modules/sharp": dict.fromkeys(SHARP.members, "1"),
        "node_modules/chokidar": {"fsevents": "1"},
        "node_modules/one": {"one-linux-x64": "1", "other": "1"},
    }
    jsons = {
        directory: PackageJson(
            f"{directory}/package.json", json.dumps({"optionalDependencies": names}).encode()
        )
        for directory, names in optional.items()
    }
    installed = [*(path.rpartition("/")[2] for path in jsons), *SHARP.installed, "ms"]
    packages = [InstalledPackage(name, "1", f"node_modules/{name}") for name in installed]
    assert families(packages, jsons) == (SHARP,)


def test_what_is_installed_is_in_order() -> None:
    assert check_families("app:bin", [SHARP], "linux", "x64") == []


def test_a_platform_that_the_package_does_not_know_is_a_warning() -> None:
    (warning,) = check_families("app:bin", [SHARP], "win", "arm64")
    assert warning == (
        "The package `sharp` has native code for some platforms (`@img/sharp-darwin-x64`, `@img/sharp-libvips-linux-x64`, "
        "`@img/sharp-linux-x64` ...), but none for `win-arm64`, so `app:bin` may fail there when it uses it."
    )


def test_one_that_it_knows_has_to_be_there() -> None:
    with pytest.raises(MissingPlatformPackageError, match="`app:bin` cannot be packaged for `macos-x64`: .* `sharp`"):
        check_families("app:bin", [SHARP], "macos", "x64")
