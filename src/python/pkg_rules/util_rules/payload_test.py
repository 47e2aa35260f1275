"""The steps that a program's files go through on their way into the payload."""

from __future__ import annotations

import json

from pants.engine.fs import EMPTY_DIGEST, EMPTY_FILE_DIGEST, EMPTY_SNAPSHOT, FileEntry
from pants.util.frozendict import FrozenDict

from pkg_rules.core.npm.installed import InstalledPackage
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.code_cache import (
    CodeCache,
    CodeCacheUnitRequest,
    compile_process,
    parts_of_first_party,
    parts_of_packages,
)
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.node_runner import native_runner
from pkg_rules.util_rules.payload import PayloadRequest, payload_plan, payload_process
from pkg_rules.util_rules.python_tools import PythonScript

NODE = NodeDistribution("24.21.0", "linux", "x64", EMPTY_DIGEST, "bin/node", "0" * 64)
SCRIPT = PythonScript(("__tools/python", "x"), FrozenDict({"__tools": EMPTY_DIGEST}), FrozenDict())
APP = AppFiles("app/main.js", EMPTY_SNAPSHOT, EMPTY_DIGEST, (), ())


def entry(path: str) -> FileEntry:
    return FileEntry(path, EMPTY_FILE_DIGEST)


def test_steps_can_run_anywhere_and_be_shared() -> None:
    request = PayloadRequest(APP, CodeCache(EMPTY_DIGEST, (("0/code_cache", "app"),)), False, NODE)
    assert_portable(payload_process(SCRIPT, request, EMPTY_DIGEST, [EMPTY_DIGEST]))
    unit = CodeCacheUnitRequest(EMPTY_DIGEST, NODE, native_runner(NODE), "express 5.0.0")
    assert_portable(compile_process(unit, EMPTY_DIGEST))


def test_the_plan_names_every_code_cache_with_its_directory() -> None:
    cache = CodeCache(EMPTY_DIGEST, (("0/code_cache", "app"), ("1/code_cache", "app/node_modules/a")))
    plan = json.loads(payload_plan(APP, cache, 2))
    assert plan["entry_point"] == "app/main.js"
    assert [root["directory"] for root in plan["roots"]] == ["__third_party", "__own_0", "__own_1"]
    assert plan["code_caches"] == [
        {"file": "__code_cache/0/code_cache", "prefix": "app"},
        {"file": "__code_cache/1/code_cache", "prefix": "app/node_modules/a"},
    ]
    assert json.loads(payload_plan(APP, None, 0))["code_caches"] == []


def test_a_package_is_compiled_apart_from_those_installed_in_it() -> None:
    entries = [
        entry("node_modules/a/index.js"),
        entry("node_modules/a/package.json"),
        entry("node_modules/a/readme.md"),
        entry("node_modules/a/node_modules/b/b.cjs"),
        entry("node_modules/types/package.json"),
    ]
    packages = [
        InstalledPackage("b", "2.0.0", "node_modules/a/node_modules/b"),
        InstalledPackage("a", "1.0.0", "node_modules/a"),
        InstalledPackage("types", "1.0.0", "node_modules/types"),
    ]
    parts = parts_of_packages(entries, packages)
    assert [(part.directory, [e.path for e in part.entries]) for part in parts] == [
        ("node_modules/a", ["index.js", "package.json"]),
        ("node_modules/a/node_modules/b", ["b.cjs"]),
    ]


def test_the_same_package_at_two_places_is_one_process() -> None:
    here, there = (
        parts_of_packages([entry(f"{place}/x/i.js")], [InstalledPackage("x", "1.0.0", f"{place}/x")])[0]
        for place in ("one/node_modules", "two/node_modules")
    )
    assert (here.entries, here.description) == (there.entries, there.description)


def test_names_with_the_characters_of_globs_are_names() -> None:
    (part,) = parts_of_first_party([entry("app/pages/[id].js"), entry("app/pages/*.js")])
    assert part.directory == "app/pages"
    assert sorted(e.path for e in part.entries) == ["*.js", "[id].js"]
