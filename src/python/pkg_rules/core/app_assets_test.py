"""Which named files count as missing from a program, and what is said about each kind."""

from __future__ import annotations

from typing import Mapping, Sequence

import pytest

from pkg_rules.core.app_assets import (
    NamedAsset,
    UnpackedAssetsError,
    unpacked_assets,
    unpacked_candidates,
)
from pkg_rules.core.trace.scanner import scan

PROGRAM = ("app/main.js", "app/data/here.json", "app/views/a/page.html", "app/package.json")


def candidates(source: str, importer: str = "app/main.js") -> list[str]:
    found = unpacked_candidates({importer: scan(importer, source.encode())}, (), PROGRAM)
    return [asset.path for asset in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("join(__dirname, 'data/gone.json')", ["app/data/gone.json"]),
        ("join(__dirname, 'data/here.json')", []),
        ("join(__dirname, 'gone')", ["app/gone"]),
        ("join(__dirname, 'views')", []),
        ("join(__dirname, '..')", []),
        ("join(__dirname, '.')", []),
        ("join(__dirname, '../other/x')", ["other/x"]),
        ("join(__dirname, '../../outside')", []),
        ("join(__dirname, 'node_modules/a/x.json')", []),
        ("join(__dirname, 'gone') // pants: no-infer-dep", []),
        ("try { read(join(__dirname, 'gone')) } catch {}", []),
        ("new URL('./data/', import.meta.url)", []),
        ("new URL('./gone.sql?raw#x', import.meta.url)", ["app/gone.sql"]),
        ("new URL('./a%20b.txt', import.meta.url)", ["app/a b.txt"]),
    ],
)
def test_what_is_named_and_not_in_the_program(source: str, expected: list[str]) -> None:
    assert candidates(source) == expected


def test_a_source_in_the_root() -> None:
    assert candidates("join(__dirname, 'x'); join(__dirname, '.')", "main.js") == ["x"]


def advice(
    path: str,
    on_disk: Sequence[str],
    owners: Mapping[str, Sequence[str]] = {},
    directory: str = "app",
) -> list[str]:
    found = unpacked_assets(
        "app:bin", directory, [NamedAsset("app/main.js", 3, path)], frozenset(on_disk), owners
    ).found
    return [text for _, text in found]


@pytest.mark.parametrize(
    ("path", "on_disk", "owners", "expected"),
    [
        ("app/gone", [], {}, []),
        (
            "app/x.json",
            ["app/x.json"],
            {"app/x.json": ["app/x.json:data"]},
            ["add `app/x.json:data`, which owns it, to the `dependencies` of `app:bin`"],
        ),
        (
            "app/dist/x.js",
            [],
            {"app/dist/x.js": ["app:pkg#build"]},
            ["add `app:pkg#build`, which owns it, to the `dependencies` of `app:bin`"],
        ),
        (
            "app/x.json",
            ["app/x.json"],
            {},
            [
                'no target owns it. Write `files(name="assets", sources=["x.json"])` into `app/BUILD`; the dependency is '
                "then inferred"
            ],
        ),
        (
            "other/lib/w.mjs",
            ["other/lib/w.mjs"],
            {},
            [
                'no target owns it. Write `javascript_sources(name="assets", sources=["w.mjs"])` into `other/lib/BUILD`; '
                "the dependency is then inferred"
            ],
        ),
        (
            "app/views",
            ["app/views", "app/views/a"],
            {"app/views/a/x": ["app:views"], "app/views/a/y": ["app:views"]},
            ["add `app:views` to the `dependencies` of `app:bin`"],
        ),
        (
            "app/views",
            ["app/views", "app/views/a"],
            {"app/views/a/x": ["app:views"], "app/views/y": ["app:code"]},
            ["add what it needs of `app:code`, `app:views` to the `dependencies` of `app:bin`"],
        ),
        (
            "app/views",
            ["app/views/x"],
            {},
            [
                'no target owns anything in it. Write `files(name="assets", sources=["views/**"])` into `app/BUILD` and '
                "add `//app:assets` to the `dependencies` of `app:bin`"
            ],
        ),
    ],
)
def test_advice(
    path: str, on_disk: list[str], owners: Mapping[str, list[str]], expected: list[str]
) -> None:
    assert advice(path, on_disk, owners) == expected


def test_nothing_is_inferred_from_what_a_script_wrote() -> None:
    scans = {"app/dist/main.js": scan("main.js", b"join(__dirname, '../x.json')")}
    named = unpacked_candidates(scans, {"app/dist/main.js"}, PROGRAM)
    ((_, text),) = unpacked_assets("app:bin", "app", named, {"app/x.json"}, {}).found
    assert text == (
        'no target owns it. Write `files(name="assets", sources=["x.json"])` into `app/BUILD` and add `//app:assets` to '
        "the `dependencies` of `app:bin`"
    )


def test_the_message_has_all_of_them() -> None:
    named = [NamedAsset("app/main.js", line, f"app/x{line}") for line in range(1, 13)]
    found = unpacked_assets("app:bin", "app", named, frozenset(one.path for one in named), {})
    message = str(UnpackedAssetsError(found))
    assert message.startswith(
        "Sources of `app:bin` name files that exist but are not part of the program, which will not find them:\n\n"
        "  * `app/main.js` line 1 names `app/x1`: no target owns it."
    )
    assert message.count("\n  * ") == 12
    assert message.endswith("`// pants: no-infer-dep` in its line, and so is one in `try`/`catch`.")
