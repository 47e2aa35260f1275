from __future__ import annotations

import json

import pytest

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.package_manager import (
    AmbiguousLockFileError,
    MissingLockFileError,
    UnsupportedPackageManagerError,
    choose_package_manager,
    install_arguments,
)


def package(declared: str | None = None) -> PackageJson:
    fields = {} if declared is None else {"packageManager": declared}
    return PackageJson.parse("app/package.json", json.dumps(fields).encode())


@pytest.mark.parametrize(
    "declared, present, name, lock",
    [
        (None, ["package-lock.json"], "npm", "app/package-lock.json"),
        (None, ["npm-shrinkwrap.json", "package-lock.json"], "npm", "app/npm-shrinkwrap.json"),
        (None, ["pnpm-lock.yaml"], "pnpm", "app/pnpm-lock.yaml"),
        (None, ["yarn.lock"], "yarn", "app/yarn.lock"),
        ("pnpm@9.1.0+sha512.abc", ["package-lock.json", "pnpm-lock.yaml"], "pnpm", "app/pnpm-lock.yaml"),
        ("yarn@1.22.22", ["yarn.lock"], "yarn", "app/yarn.lock"),
        ("npm", ["package-lock.json"], "npm", "app/package-lock.json"),
    ],
)
def test_which_package_manager(
    declared: str | None, present: list[str], name: str, lock: str
) -> None:
    chosen = choose_package_manager(package(declared), present)
    assert (chosen.name, chosen.lock_file) == (name, lock)


@pytest.mark.parametrize(
    "declared, present, error, words",
    [
        (None, [], MissingLockFileError, "cd app && npm install --package-lock-only"),
        ("pnpm@9.0.0", ["package-lock.json"], MissingLockFileError, "`app/pnpm-lock.yaml`"),
        ("yarn@4.1.0", ["yarn.lock"], UnsupportedPackageManagerError, "`yarn@4.1.0`"),
        ("bun@1.0.0", [], UnsupportedPackageManagerError, "`bun@1.0.0`"),
        (None, ["yarn.lock", "package-lock.json"], AmbiguousLockFileError, "* `yarn.lock`"),
    ],
)
def test_no_package_manager(
    declared: str | None, present: list[str], error: type[PkgRulesError], words: str
) -> None:
    with pytest.raises(error) as raised:
        choose_package_manager(package(declared), present)
    assert words in str(raised.value) and "`app/package.json`" in str(raised.value)


@pytest.mark.parametrize("manager", ["npm", "pnpm", "yarn"])
def test_scripts_of_packages_never_run_and_the_lock_file_is_never_changed(manager: str) -> None:
    for production in (True, False):
        arguments = install_arguments(manager, production, "c")
        assert "--ignore-scripts" in arguments
        assert arguments[0] == "ci" or "--frozen-lockfile" in arguments
    assert install_arguments(manager, True, "c") != install_arguments(manager, False, "c")
