"""Tracing of whole small programs, and what is said about imports that lead nowhere."""

from __future__ import annotations

import json
from typing import Any, Iterable, Mapping

import pytest

from pkg_rules.core.app_files import (
    ResolvedImport,
    Surroundings,
    TracedImports,
    UnresolvedImportsError,
    needs_packages,
    trace_imports,
)
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.workspaces import find_projects
from pkg_rules.core.trace.file_view import TreeView
from pkg_rules.core.trace.model import ScannedFile
from pkg_rules.core.trace.scanner import is_source, scan


def package(path: str, **fields: Any) -> PackageJson:
    return PackageJson.parse(path, json.dumps(fields).encode())


PACKAGES = [
    package("app/package.json", dependencies={"a": "1"}, devDependencies={"dev": "1"}),
    package("app/node_modules/a/package.json", name="a", version="1.0.0", dependencies={"b": "1"}),
    package("app/node_modules/b/package.json", name="b", version="2.0.0", exports="./b.js"),
    package("app/node_modules/c/package.json", name="c", version="3.0.0"),
]
INSTALLED = [f"app/node_modules/{file}" for file in ("a/index.js", "b/b.js", "c/index.js")]


def scans_of(sources: Mapping[str, str]) -> dict[str, ScannedFile]:
    return {path: scan(path, text.encode()) for path, text in sources.items() if is_source(path)}


def trace(
    sources: Mapping[str, str],
    generated: Iterable[str] = (),
    named: Iterable[tuple[str, str]] = (),
) -> TracedImports:
    view = TreeView([*sources, *INSTALLED], PACKAGES)
    return trace_imports(scans_of(sources), frozenset(generated), named, view, {})


def test_a_program_with_packages() -> None:
    traced = trace(
        {
            "app/main.mjs": "import './lib.cjs'; import fs from 'node:fs'; await import('a');",
            "app/lib.cjs": "try { require('optional') } catch {}; require('./data')",
            "app/data.json": "{}",
            "app/types.ts": "import type { T } from 'typed'",
        }
    )
    assert traced.resolved == (
        ResolvedImport("app/lib.cjs", "./data", "require", "app/data.json"),
        ResolvedImport("app/main.mjs", "./lib.cjs", "import", "app/lib.cjs"),
        ResolvedImport("app/main.mjs", "a", "import", "app/node_modules/a/index.js"),
    )
    assert [found.name for found in traced.closure.packages] == ["a", "b"]
    assert traced.missing == traced.doubtful == ()


def test_a_package_that_only_a_target_names() -> None:
    traced = trace({"app/main.js": ""}, named=[("app", "c")])
    assert [found.name for found in traced.closure.packages] == ["c"]


def test_a_path_into_node_modules_keeps_the_package() -> None:
    traced = trace({"app/main.js": "require('./node_modules/c/index.js')"})
    assert [found.name for found in traced.closure.packages] == ["c"]


def test_what_a_bundle_may_import_is_doubtful_only() -> None:
    source = {"app/out.js": "require('x'); function f() { require('y') }"}
    assert [found.found.specifier for found in trace(source).missing] == ["x", "y"]
    traced = trace(source, generated=["app/out.js"])
    assert [found.found.specifier for found in traced.missing] == ["x"]
    assert [found.found.specifier for found in traced.doubtful] == ["y"]


def test_packages_are_installed_only_if_something_needs_them() -> None:
    scans = scans_of(
        {
            "app/a.js": "require('./b'); require('fs')",
            "app/b.js": "require('./missing')",
            "app/c.js": "import 'x'",
            "app/d.ts": "import type { T } from 'x'",
            "app/e.js": "try { require('#x') } catch {}",
        }
    )
    assert needs_packages(scans, TreeView(scans)) == ["app/c.js", "app/e.js"]


def test_importing_itself_by_name_needs_no_installation() -> None:
    itself = package("app/package.json", name="app", exports="./main.js")
    scans = scans_of({"app/main.js": "", "app/other.js": "import 'app'"})
    assert needs_packages(scans, TreeView(scans, [itself])) == []


OWNERS = {
    "app/main.js": ["app/main.js:src"],
    "app/util.ts": ["app/util.ts:ts"],
    "app/left_out.js": ["app/left_out.js:src"],
}


@pytest.mark.parametrize(
    "source, advice",
    [
        ("require('./gone')", "there is no file `app/gone`"),
        ("require('./unowned')",
         "no target owns `app/unowned.json`. Add it to the `sources` of a `javascript_sources` (or `resources` "
         "for what is no code) target"),
        ("require('./left_out')",
         "add `app/left_out.js:src`, which owns `app/left_out.js`, to the `dependencies` of `app:bin`"),
        ("import './util.js'",
         "Node.js does not look for `app/util.ts` under this name. Write `./util.ts`, or let a "
         "`node_build_script` bundle or compile the sources and name its output as `entry_point`"),
        ("require('../../outside')", "it is outside of the repository"),
        ("require('#x')",
         "`#x` is not defined by the `imports` of `app/package.json`. Correct the `imports` of the package.json"),
        ("require('x')", "add `x` to the `dependencies` of `app/package.json` and update the lock file"),
        ("require('dev/lib')",
         "`dev` is in the `devDependencies` of `app/package.json`, which are not part of the program. Move it to "
         "`dependencies` and update the lock file"),
        ("require('a/gone')", "the installed `a` has no such file"),
    ],
)  # fmt: skip
def test_advice(source: str, advice: str) -> None:
    sources = {"app/main.js": f"\n{source}", "app/util.ts": ""}
    traced = trace(sources)
    surroundings = Surroundings(
        target="app:bin",
        view=TreeView(OWNERS),
        owners=OWNERS,
        on_disk=frozenset({"app/unowned.json", *OWNERS}),
        projects={
            found.directory: project
            for project in find_projects(PACKAGES[:1], {})
            for found in project.packages
        },
    )
    [missing] = traced.missing
    assert surroundings.advice(missing) == advice
    error = UnresolvedImportsError("app:bin", [(missing, surroundings.advice(missing))])
    specifier = missing.found.specifier
    assert f"  * `app/main.js` line 2 imports `{specifier}`: {advice}." in str(error)


def test_many_missing_imports_are_counted() -> None:
    traced = trace({"app/main.js": "".join(f"require('./m{i}');" for i in range(12))})
    error = UnresolvedImportsError("app:bin", [(missing, "x") for missing in traced.missing])
    assert str(error).count("  * `") == 10 and "  * and 2 more" in str(error)
