from __future__ import annotations

import json
from typing import Any

import pytest

from pkg_rules.core.npm.lock_file import (
    OutOfDateLockFileError,
    UnreadableLockFileError,
    check_up_to_date,
    read_lock_file,
)
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.package_manager import PackageManager
from pkg_rules.core.npm.platforms import PlatformCondition
from pkg_rules.core.npm.workspaces import Project

NPM = PackageManager("npm", "app/package-lock.json")
PNPM = PackageManager("pnpm", "app/pnpm-lock.yaml")
YARN = PackageManager("yarn", "app/yarn.lock")


def package(path: str, **fields: Any) -> PackageJson:
    return PackageJson.parse(path, json.dumps(fields).encode())


def project(root: dict[str, Any], member: dict[str, Any] | None = None) -> Project:
    members = () if member is None else (package("app/packages/m/package.json", **member),)
    return Project(package("app/package.json", **root), members)


NPM_LOCK = json.dumps(
    {
        "lockfileVersion": 3,
        "packages": {
            "": {"dependencies": {"a": "^1"}, "devDependencies": {"d": "2"}, "workspaces": ["packages/*"]},
            "packages/m": {"name": "m", "dependencies": {"b": "^3"}},
            "node_modules/a": {"version": "1.0.0"},
            "node_modules/m": {"resolved": "packages/m", "link": True},
        },
    }
).encode()
PNPM_LOCK = b"""
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1, version: 1.0.0}
    devDependencies:
      d: {specifier: '2', version: 2.0.0}
  packages/m:
    dependencies:
      b: {specifier: ^3, version: 3.0.0}
"""
PNPM_LOCK_6 = b"""
lockfileVersion: '6.0'
dependencies:
  a: {specifier: ^1, version: 1.0.0}
devDependencies:
  d: {specifier: '2', version: 2.0.0}
"""
YARN_LOCK = b"""# yarn lockfile v1


a@^1, a@^1.2:
  version "1.2.0"

"b@>=1, <4", b@^3:
  version "3.0.0"
  dependencies:
    "@s/x" "^1"

d@2:
  version "2.0.0"
"""
ROOT = {"dependencies": {"a": "^1"}, "devDependencies": {"d": "2"}}
MEMBER = {"name": "m", "dependencies": {"b": "^3"}}


@pytest.mark.parametrize(
    "manager, content", [(NPM, NPM_LOCK), (PNPM, PNPM_LOCK), (YARN, YARN_LOCK)]
)
class TestComparedWithPackageJson:
    def test_up_to_date(self, manager: PackageManager, content: bytes) -> None:
        check_up_to_date(project(ROOT, MEMBER), manager, read_lock_file(manager, content))

    @pytest.mark.parametrize(
        "root, member, name, path",
        [
            ({**ROOT, "dependencies": {"a": "^1", "new": "1"}}, MEMBER, "`new` `1`", "app/package.json"),
            ({**ROOT, "optionalDependencies": {"o": "1"}}, MEMBER, "`o` `1`", "app/package.json"),
            (ROOT, {"dependencies": {"c": "1"}}, "`c` `1`", "app/packages/m/package.json"),
            (ROOT, {"dependencies": {"b": "^4"}}, "`b`", "app/packages/m/package.json"),
        ],
    )
    def test_out_of_date(
        self,
        manager: PackageManager,
        content: bytes,
        root: dict[str, Any],
        member: dict[str, Any],
        name: str,
        path: str,
    ) -> None:
        with pytest.raises(OutOfDateLockFileError) as raised:
            check_up_to_date(project(root, member), manager, read_lock_file(manager, content))
        [difference] = raised.value.differences
        assert name in difference and path in difference
        command = {"npm": "npm install --package-lock-only", "pnpm": "pnpm install --lockfile-only"}
        assert str(raised.value).endswith(f"cd app && {command.get(manager.name, 'yarn install')}")


def test_the_whole_message() -> None:
    changed = project({"dependencies": {"a": "^2", "new": "1"}})
    with pytest.raises(OutOfDateLockFileError) as raised:
        check_up_to_date(changed, NPM, read_lock_file(NPM, NPM_LOCK))
    assert str(raised.value) == (
        "The lock file `app/package-lock.json` is out of date, so it does not say which versions to take:\n"
        "  * `a` is `^2` in `app/package.json` and was `^1` when it was made\n"
        "  * `new` `1` of `app/package.json` is not in it\n\n"
        "Bring it up to date and check it in:\n\n"
        "  cd app && npm install --package-lock-only"
    )


@pytest.mark.parametrize(
    ("manager", "content"),
    [
        (NPM, b'{"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"os": ["win32"], "cpu": ["x64"]}}}'),
        (PNPM, b"lockfileVersion: '9.0'\nimporters: {}\npackages:\n  a@1.0.0:\n    cpu: [x64]\n    os: [win32]\n"),
    ],
)
def test_conditions_of_packages(manager: PackageManager, content: bytes) -> None:
    found = read_lock_file(manager, content).conditions
    assert found is not None and PlatformCondition(("win32",), ("x64",)) in found


def test_yarn_does_not_know_conditions_of_what_is_optional() -> None:
    head = b"# yarn lockfile v1\n\na@^1.0.0:\n  version \"1.0.0\"\n"
    assert read_lock_file(YARN, head).conditions == frozenset()
    assert read_lock_file(YARN, head + b"  optionalDependencies:\n    b \"^1\"\n").conditions is None


def test_the_version_of_pnpm_follows_the_lock_file() -> None:
    assert read_lock_file(PNPM, PNPM_LOCK).version_prefix == "9"
    lock = read_lock_file(PNPM, PNPM_LOCK_6)
    assert lock.version_prefix == "8"
    check_up_to_date(project(ROOT), PNPM, lock)


def test_what_lies_in_the_repository_is_not_in_a_yarn_lock() -> None:
    root = {"dependencies": {"a": "^1", "m": "^1.0.0", "l": "link:../l", "r": "1"}, "resolutions": {"**/r": "2"}}
    check_up_to_date(project(root, MEMBER), YARN, read_lock_file(YARN, YARN_LOCK))


def test_a_member_that_the_lock_file_does_not_know() -> None:
    lock = read_lock_file(NPM, json.dumps({"lockfileVersion": 2, "packages": {"": ROOT}}).encode())
    check_up_to_date(project(ROOT, {"name": "m"}), NPM, lock)
    with pytest.raises(OutOfDateLockFileError, match="the package of `app/packages/m/package.json`"):
        check_up_to_date(project(ROOT, MEMBER), NPM, lock)


@pytest.mark.parametrize(
    "manager, content, reason",
    [
        (NPM, b"{", "line 1"),
        (NPM, b'{"lockfileVersion": 1, "dependencies": {}}', "`lockfileVersion` is `1`"),
        (NPM, b"[]", "`lockfileVersion` is `None`"),
        (NPM, b'{"lockfileVersion": 3, "packages": {"": 3}}', "structure"),
        (PNPM, b"lockfileVersion: 5.4", "`lockfileVersion` is `5.4`"),
        (PNPM, b"a: [", "expected"),
        (YARN, b"__metadata:\n  version: 8\n", "yarn 2 or newer"),
        (YARN, b"\xff", "codec"),
    ],
)
def test_unreadable_lock_files(manager: PackageManager, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableLockFileError) as raised:
        read_lock_file(manager, content)
    assert str(raised.value).startswith(f"The lock file `{manager.lock_file}` cannot be read: ")
    assert reason in str(raised.value)
