"""Cached data is the same on every run and in every folder, and exists for exactly what Node can run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Mapping, Sequence

import pytest

from pkg_rules.core.payload.code_cache import (
    BYTECODE_COMPILE_OPTIONS,
    COMPILE_OPTIONS,
    read_code_caches,
)
from pkg_rules.core.payload.format import ModuleFormat
from pkg_rules.core.payload.model import CachedScript, CodeCacheUnit
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, node

PROGRAM = Path(__file__).with_name("compile_code_cache.cjs")

FILES = {
    "main.js": "#!/usr/bin/env node\nexports.a = () => `text`;\n",
    "lib/a.cjs": "class A { static #b = 1; async *c() { yield A.#b; } }\nmodule.exports = A;\n",
    "lib/module.js": "import x from 'x';\nexport default x;\n",
    "lib/await.js": "await 1;\n",
    "lib/invalid.js": "const = ;\n",
    "lib/b.mjs": "console.log('no imports');\n",
    "lib/not_a_module.mjs": "with (a) b;\n",
    "lib/empty.js": "",
    "lib/data.json": "{}",
    "bin/cli": "#!/usr/bin/env node\nrequire('..');\n",
    "bin/README": "text",
    "esm/package.json": '{"type": "module"}',
    "esm/x.js": "export {};\n",
    "esm/bare.js": "globalThis.x = 1;\n",
    "esm/node_modules/p/package.json": "{}",
    "esm/node_modules/p/y.js": "exports.y = 'ünï ☃';\n",
    "esm/z.cjs": "exports.z = 1;\n",
    "broken/package.json": "{",
    "broken/b.js": "exports.b = 1;\n",
}


def write_files(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def compile_files(
    major: int, cwd: Path, directory: str, functions: Mapping[str, Sequence[int]] = {}
) -> Path:
    plan = {"version": 1, "directory": directory, "functions": functions}
    (cwd / "plan.json").write_text(json.dumps(plan))
    output = cwd / "out/code_cache"
    subprocess.run(
        [str(node(major)), *COMPILE_OPTIONS, str(PROGRAM), "plan.json", "out/code_cache"],
        cwd=cwd,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert [path.name for path in output.parent.iterdir()] == [
        "code_cache"
    ], "nothing else may be left"
    return output


def scripts_of(output: Path) -> dict[str, CachedScript]:
    return read_code_caches([CodeCacheUnit(str(output), "")])


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_what_is_compiled(major: int, tmp_path: Path) -> None:
    write_files(tmp_path / "files", FILES)

    scripts = scripts_of(compile_files(major, tmp_path, "files"))

    commonjs = (ModuleFormat.DETECTED_COMMONJS, True, False)
    module = (ModuleFormat.DETECTED_MODULE, True, True)
    nothing = (ModuleFormat.AMBIGUOUS, False, False)
    assert {
        path: (script.module_format, script.size > 0, script.is_module_code)
        for path, script in scripts.items()
    } == {
        "main.js": commonjs,
        "lib/a.cjs": commonjs,
        "lib/module.js": module,
        "lib/await.js": module,
        "lib/invalid.js": nothing,
        "lib/b.mjs": module,
        "lib/not_a_module.mjs": nothing,
        "lib/empty.js": commonjs,
        "bin/cli": commonjs,
        "esm/x.js": module,
        "esm/bare.js": module,
        "esm/node_modules/p/y.js": commonjs,
        "esm/z.cjs": commonjs,
        "broken/b.js": commonjs,
    }
    assert not any(script.outline_size for script in scripts.values())


def many_modules(count: int) -> dict[str, str]:
    body = "".join(
        f"function f{n}(x) {{ return [x, {n}, 'text {n}'].map((y) => y + {n}); }}\n"
        for n in range(60)
    )
    return {
        f"d{n % 13}/m{n}.js": f"exports.n = {n};\n{body}exports.f = f{n % 60};\n"
        for n in range(count)
    }


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_bytes_depend_on_neither_run_nor_folder(major: int, tmp_path: Path) -> None:
    """Enough source for several batches: garbage of collections in the data would show here."""
    files = many_modules(4000)
    one, other = tmp_path / "a", tmp_path / "somewhere/else/entirely"
    write_files(one / "files", files)
    write_files(other / "another name of the directory", dict(reversed(list(files.items()))))

    first = compile_files(major, one, "files").read_bytes()
    second = compile_files(major, other, "another name of the directory").read_bytes()

    assert len(scripts_of(one / "out/code_cache")) == len(files)
    assert first == second
    assert str(tmp_path).encode() not in first


TYPESCRIPT = {
    "main.ts": "import type { A } from './a.mts';\nexport const b: A = 1 as A;\n",
    "script.ts": "const c: number = require('./d.cts');\n",
    "a.mts": "export type A = number;\n",
    "d.cts": "interface D { x: 1 }\nmodule.exports = 1 satisfies number;\n",
    "typed/package.json": '{"type": "module"}',
    "typed/e.ts": "globalThis.e = <T>(x: T): T => x;\n",
    "types.d.ts": "declare const f: number;\n",
    "node_modules/p/g.ts": "enum G { H }\n",
}


def compile_own(major: int, cwd: Path, *options: str, **plan: bool) -> subprocess.CompletedProcess[str]:
    content = {"version": 1, "directory": "files", "bytecode": True, "typescript": True, **plan}
    (cwd / "plan.json").write_text(json.dumps(content))
    return subprocess.run(
        [str(node(major)), *options, *BYTECODE_COMPILE_OPTIONS, str(PROGRAM), "plan.json", "out/code_cache"],
        cwd=cwd,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        encoding="utf-8",
    )


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_own_typescript_becomes_bytecode(major: int, tmp_path: Path) -> None:
    """Also under an option that takes away what Node's parser of it needs."""
    write_files(tmp_path / "files", TYPESCRIPT)

    compiled = compile_own(major, tmp_path, "--jitless")

    assert compiled.returncode == 0, compiled.stderr
    scripts = scripts_of(tmp_path / "out/code_cache")
    assert {path: (script.is_module_code, script.outline_size > 0) for path, script in scripts.items()} == {
        "main.ts": (True, True),
        "script.ts": (False, True),
        "a.mts": (True, True),
        "d.cts": (False, True),
        "typed/e.ts": (True, True),
    }
    assert {path: script.source_size for path, script in scripts.items()} == {
        path: len(TYPESCRIPT[path]) for path in scripts
    }
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["code_cache"]


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
def test_typescript_with_more_than_types_is_named(major: int, tmp_path: Path) -> None:
    write_files(tmp_path / "files", {"a.ts": "let a: number;\n\nenum B { C }\n", "d.ts": "let d: = 1;\n", "e.ts": ""})

    failed = compile_own(major, tmp_path)

    assert failed.returncode == 92
    lines = failed.stderr.splitlines()
    assert lines[0] == "- `a.ts`: SyntaxError: TypeScript enum is not supported in strip-only mode (line 3)"
    assert lines[1].startswith("- `d.ts`: SyntaxError: ") and lines[1].endswith("(line 1)")
    assert len(lines) == 2

    assert compile_own(major, tmp_path, fallback_to_source=True).stderr == ""
    scripts = scripts_of(tmp_path / "out/code_cache")
    assert {path: script.outline_size > 0 for path, script in scripts.items()} == {
        "a.ts": False,
        "d.ts": False,
        "e.ts": True,
    }


FUNCTIONS = """'use strict';\r
function outer() {
  const nested = () => 'constant of nested.';\u2028  function sibling() { return 'constant of sibling.'; }
  return ['constant of outer.', nested, sibling];
}
class A { static s = 'constant of s.'; m() { return 'constant of m.'; } n() { return 'constant of n.'; } }
globalThis.used = [outer, A];
"""


@pytest.mark.slow
@pytest.mark.parametrize("major", NODE_MAJORS)
@pytest.mark.parametrize(
    ("name", "start"),
    [("a.js", "#!/usr/bin/env node\n"), ("a.mjs", "import { x } from 'y';\nimport 'z';\nexport { outer };\n")],
)
def test_functions_are_compiled_that_are_asked_for(
    name: str, start: str, major: int, tmp_path: Path
) -> None:
    """A constant is in cached data if the function that it is in has been compiled."""
    source = start + FUNCTIONS
    asked = [source.index(text) for text in ("() =>", "m() {")]
    for folder in ("without", "with", "again"):
        write_files(tmp_path / folder / "files", {"other.js": "exports.o = () => 1;\n"})
        (tmp_path / folder / "files" / name).write_bytes(source.encode())

    without = compile_files(major, tmp_path / "without", "files")
    outputs = [
        compile_files(major, tmp_path / folder, "files", {name: asked}) for folder in ("with", "again")
    ]

    names = ("outer", "nested", "sibling", "s", "m", "n")
    found = [
        {one for one in names if f"constant of {one}.".encode() in output.read_bytes()}
        for output in (without, *outputs)
    ]
    assert found[0].isdisjoint({"nested", "sibling", "m", "n"})
    assert found[1] - found[0] >= {"nested", "m"}
    assert found[1].isdisjoint({"sibling", "n"})
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert scripts_of(without)["other.js"].size == scripts_of(outputs[0])["other.js"].size


@pytest.mark.slow
def test_refuses_to_run_without_the_options(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps({"version": 1, "directory": "."}))

    result = subprocess.run(
        [str(node(24)), "--expose-internals", "--hash-seed=1", str(PROGRAM), "plan.json", "out/code_cache"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )

    assert result.returncode == 1
    assert "has to be run with an option /^--min[-_]semi[-_]space[-_]size=64$/" in result.stderr
    assert not (tmp_path / "out").exists()
