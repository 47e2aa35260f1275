from __future__ import annotations

import json
from typing import Any

import pytest

from pkg_rules.core.entry_point import EntryPointError, find_entry_point
from pkg_rules.core.npm.package_json import PackageJson


def package(**fields: Any) -> PackageJson:
    return PackageJson.parse("app/package.json", json.dumps(fields).encode())


@pytest.mark.parametrize(
    "value, found, path",
    [
        ("src/main.js", None, "app/src/main.js"),
        ("./main.js", None, "app/main.js"),
        ("../lib/main.js", package(bin="x.js"), "lib/main.js"),
        (None, package(bin="./cli.js"), "app/cli.js"),
        (None, package(bin={"any": "cli.js"}), "app/cli.js"),
        (None, package(name="@s/b", bin={"a": "a.js", "b": "b.js"}), "app/b.js"),
    ],
)
def test_entry_points(value: str | None, found: PackageJson | None, path: str) -> None:
    assert find_entry_point(value, "app", found, "app:bin") == path


@pytest.mark.parametrize(
    "value, found, words",
    [
        (None, None, "there is no package.json in `app`"),
        (None, package(), "`app/package.json` has no `bin`"),
        (None, package(name="x", bin={"b": "b.js", "a": "a.js"}), "  * `a`: `a.js`\n  * `b`: `b.js`"),
        (None, package(bin="../../x.js"), "`../../x.js`, the `bin` of `app/package.json`"),
        ("/etc/x.js", None, "`/etc/x.js`, the `entry_point` of the target `app:bin`"),
        ("..", None, "`..`, the `entry_point`"),
        ("", None, "``, the `entry_point`"),
    ],
)
def test_no_entry_point(value: str | None, found: PackageJson | None, words: str) -> None:
    with pytest.raises(EntryPointError) as raised:
        find_entry_point(value, "app", found, "app:bin")
    assert words in str(raised.value)
