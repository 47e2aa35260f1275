"""Every form of import, and what only looks like one."""

from __future__ import annotations

import pytest

from pkg_rules.core.trace.model import AssetReference, Import, ImportKind, ScannedFile
from pkg_rules.core.trace.scanner import is_source, scan

REQUIRE, RESOLVE = ImportKind.REQUIRE, ImportKind.REQUIRE_RESOLVE
IMPORT, DYNAMIC, META = (
    ImportKind.IMPORT,
    ImportKind.DYNAMIC_IMPORT,
    ImportKind.IMPORT_META_RESOLVE,
)
TYPE = ImportKind.TYPE


def found(source: str, path: str = "a.js") -> list[tuple[str, ImportKind]]:
    return [(item.specifier, item.kind) for item in scan(path, source.encode()).imports]


@pytest.mark.parametrize(
    "source, expected",
    [
        ("const a = require('x');", [("x", REQUIRE)]),
        ('require("@scope/x/sub.js")', [("@scope/x/sub.js", REQUIRE)]),
        ("require(`x`)", [("x", REQUIRE)]),
        ("require(/* why */ 'x')", [("x", REQUIRE)]),
        ("require\n  ('x')", [("x", REQUIRE)]),
        ("const { a: b = require('x') } = c;", [("x", REQUIRE)]),
        ("module.require('x')", [("x", REQUIRE)]),
        ("require.resolve('x')", [("x", RESOLVE)]),
        ("import a, { b as c } from 'x';", [("x", IMPORT)]),
        ("import * as a from 'x'", [("x", IMPORT)]),
        ("import 'x'", [("x", IMPORT)]),
        ("import a from './x.json' with { type: 'json' };", [("./x.json", IMPORT)]),
        ("export { a } from 'x'", [("x", IMPORT)]),
        ("export * from 'x'", [("x", IMPORT)]),
        ("export * as ns from 'x'", [("x", IMPORT)]),
        ("const a = await import('x');", [("x", DYNAMIC)]),
        ("import(`x`)", [("x", DYNAMIC)]),
        ("import('./x.json', { with: { type: 'json' } })", [("./x.json", DYNAMIC)]),
        ("import.meta.resolve('x')", [("x", META)]),
        ("createRequire(import.meta.url)('x')", [("x", REQUIRE)]),
        ("module.createRequire(__filename).resolve('x')", [("x", RESOLVE)]),
        ("const r = createRequire(import.meta.url); r('x'); r.resolve('y')",
         [("x", REQUIRE), ("y", RESOLVE)]),
        ("const require = Module.createRequire(import.meta.url); require('x')", [("x", REQUIRE)]),
        ("`${require('x')}`", [("x", REQUIRE)]),
        ("a = <A b={require('x')}/>;", [("x", REQUIRE)]),
        (r"require('\x78\u0079\u{7a}')", [("xyz", REQUIRE)]),
        ("#!/usr/bin/env node\nrequire('x')", [("x", REQUIRE)]),
        ("function f(a = require('x')) {}", [("x", REQUIRE)]),
        ("function f({ require: a }) { require('x') }", [("x", REQUIRE)]),
        ("require('x'); } syntax error {{ require('y')", [("x", REQUIRE), ("y", REQUIRE)]),
    ],
)  # fmt: skip
def test_forms_of_import(source: str, expected: list[tuple[str, ImportKind]]) -> None:
    assert found(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "// require('x')",
        "/* import 'x' */",
        "\"require('x')\"",
        "`require('x') import 'x'`",
        "a = /require('x')/",
        "a.require('x')",
        "require(x)",
        "require('x' + y)",
        "require(`x${y}`)",
        "import(`./${x}.js`)",
        "require()",
        "require('')",
        "function f(require) { require('x') }",
        "[function (require, module) { require('x') }]",
        "(require => require('x'))",
        "(a, require = b) => require('x')",
        "createRequire(other)('x')",
        "require.resolve('x', { paths: [y] })",
        "const r = createRequire(other); r('x')",
        "export const x = 'x'",
        "import x, { y } from z",
        "require('x') // pants: no-infer-dep",
        "import {\n  a, // pants: no-infer-dep\n} from 'x'",
    ],
)
def test_what_is_no_import(source: str) -> None:
    assert scan("a.js", source.encode()) == ScannedFile()


@pytest.mark.parametrize(
    "source, expected",
    [
        ("import type { A } from 'x'", [("x", TYPE)]),
        ("export type { A } from 'x'", [("x", TYPE)]),
        ("import { type A } from 'x'", [("x", IMPORT)]),
        ("import a = require('x')", [("x", REQUIRE)]),
        ("let a: import('x').T", [("x", TYPE)]),
        ("type A = typeof import('x')", [("x", TYPE)]),
        ("f<typeof import('x')>(require('y'))", [("x", TYPE), ("y", REQUIRE)]),
        ("require('x') as A", [("x", REQUIRE)]),
        ("import a from './x.js'", [("./x.js", IMPORT)]),
    ],
)
@pytest.mark.parametrize("path", ["a.ts", "a.mts", "a.cts", "a.tsx"])
def test_typescript(path: str, source: str, expected: list[tuple[str, ImportKind]]) -> None:
    assert found(source, path) == expected


def test_a_type_assertion_is_no_jsx_in_ts() -> None:
    assert found("const a = <any>require('x')", "a.ts") == [("x", REQUIRE)]


@pytest.mark.parametrize(
    "source, optional",
    [
        ("require('x')", False),
        ("try { require('x') } catch {}", True),
        ("try { if (a) { b = require('x') } } catch (e) { c() } finally {}", True),
        ("try { require('x') } finally {}", False),
        ("try {} catch { require('x') }", False),
        ("try {} catch {} finally { require('x') }", False),
        ("try { f(() => require('x')) } catch {}", False),
        ("async function f() { try { await import('x') } catch {} }", True),
        ("try { try { require('x') } finally {} } catch {}", True),
        ("import('x').catch(f)", True),
        ("import('x').then(f).catch(g)", True),
        ("import('x').then(f, g)", True),
        ("import('x').then(f)", False),
    ],
)
def test_optional_imports(source: str, optional: bool) -> None:
    [found_import] = scan("a.js", source.encode()).imports
    assert found_import.optional is optional


def test_lines_and_lazy_imports() -> None:
    source = b"import 'x';\nfunction f() {\n  return require('y');\n}\n"
    assert scan("a.js", source).imports == (
        Import("x", IMPORT, line=1),
        Import("y", REQUIRE, line=3, lazy=True),
    )


@pytest.mark.parametrize(
    "source, path",
    [
        ("new URL('./a.wasm', import.meta.url)", "a.wasm"),
        ("path.join(__dirname, 'a', '..', 'b.txt')", "b.txt"),
        ("resolve(__dirname, '../a.txt')", "../a.txt"),
        ("join(import.meta.dirname, 'views')", "views"),
        ("__dirname + '/a.txt'", "a.txt"),
        ("`${__dirname}/a.txt`", "a.txt"),
        ("new Worker(new URL('./w.mjs?x=1#y', import.meta.url))", "w.mjs"),
        ("new URL('a%20b.txt', import.meta.url)", "a b.txt"),
        ("fork(path.join(__dirname, 'child.js'), [])", "child.js"),
    ],
)
def test_asset_references(source: str, path: str) -> None:
    assert scan("a.mjs", source.encode()).assets == (AssetReference(path, 1),)


@pytest.mark.parametrize(
    "source",
    [
        "new URL('https://example.com', import.meta.url)",
        "new URL(x, import.meta.url)",
        "path.join(__dirname, x)",
        "path.join(x, __dirname)",
        "`${__dirname}/${x}`",
        "path.relative(__dirname, 'a')",
        "new URL('/a', import.meta.url)",
        "new URL('', import.meta.url)",
        "path.resolve(__dirname, '/a')",
        "__dirname + 'a'",
        "__dirname + '/a' + x",
        "`${__dirname}/a` + x",
        "path.join(__dirname, 'a') // pants: no-infer-dep",
    ],
)
def test_what_is_no_asset_reference(source: str) -> None:
    assert scan("a.mjs", source.encode()).assets == ()


@pytest.mark.parametrize(
    "source, optional",
    [
        ("read(join(__dirname, 'a'))", False),
        ("try { read(join(__dirname, 'a')) } catch {}", True),
        ("try { read(new URL('a', import.meta.url)) } catch {}", True),
        ("try { read(join(__dirname, 'a')) } finally {}", False),
        ("try { later(() => read(`${__dirname}/a`)) } catch {}", False),
    ],
)
def test_optional_asset_references(source: str, optional: bool) -> None:
    assert scan("a.mjs", source.encode()).assets == (AssetReference("a", 1, optional),)


def test_bytes_that_are_no_utf8_and_a_byte_order_mark() -> None:
    assert scan("a.js", b"\xef\xbb\xbfrequire('x')\n// \xff\xfe\nrequire('\xff')").imports == (
        Import("x", REQUIRE, line=1),
    )


def test_sources_are_known_by_their_extension() -> None:
    assert [path for path in ("a.js", "a.mts", "a.json", "a.css", "a.d.ts") if is_source(path)] == [
        "a.js",
        "a.mts",
        "a.d.ts",
    ]
