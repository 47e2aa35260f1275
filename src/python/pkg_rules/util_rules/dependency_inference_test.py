"""What is inferred for small trees, and that it stays quick for many files."""

from __future__ import annotations

import json
from typing import Mapping

import pytest
from pants.build_graph.address import Address
from pants.engine.addresses import Addresses
from pants.engine.target import Dependencies, DependenciesRequest
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.testutil.graph_rules import graph_rule_runner


@pytest.fixture
def rule_runner() -> RuleRunner:
    return graph_rule_runner(QueryRule(Addresses, (DependenciesRequest,)))


def dependencies(rule_runner: RuleRunner, address: Address) -> list[str]:
    target = rule_runner.get_target(address)
    found = rule_runner.request(Addresses, [DependenciesRequest(target[Dependencies])])
    return sorted(address.spec for address in found)


def package(**fields: object) -> str:
    return json.dumps(fields)


SOURCES = {
    "app/BUILD": """
package_json(name="pkg")
javascript_sources(name="js", sources=["**/*.js", "**/*.mjs", "**/*.cjs", "!dist/**"])
typescript_sources(name="ts", sources=["**/*.ts"])
resources(name="data", sources=["**/*.json", "!package.json"])
files(name="assets", sources=["assets/**"])
""",
    "app/package.json": package(
        name="app",
        dependencies={"express": "4", "@scope/pkg": "1"},
        devDependencies={"jest": "1"},
        imports={"#lib/*": "./lib/*.js"},
    ),
    "app/lib/a.js": "",
    "app/lib/index.js": "",
    "app/lib/b.mjs": "",
    "app/lib/data.json": "{}",
    "app/types.ts": "",
    "app/assets/page.html": "",
}


@pytest.mark.parametrize(
    "source, expected",
    [
        ("require('./lib/a.js')", ["app/lib/a.js:../js"]),
        ("require('./lib/a')", ["app/lib/a.js:../js"]),
        ("require('./lib')", ["app/lib/index.js:../js"]),
        ("require('./lib/data')", ["app/lib/data.json:../data"]),
        ("export * from './lib/b.mjs'", ["app/lib/b.mjs:../js"]),
        ("import('./lib/b.mjs')", ["app/lib/b.mjs:../js"]),
        ("import './lib/a'", ["app/lib/a.js:../js"]),
        ("import './types.js'", ["app/types.ts:ts"]),
        ("import './types'", ["app/types.ts:ts"]),
        ("import '#lib/a'", ["app/lib/a.js:../js"]),
        ("require('express/lib/x')", ["app:pkg#express"]),
        ("import x from '@scope/pkg'", ["app:pkg#__scope/pkg"]),
        ("require('jest')", ["app:pkg#jest"]),
        ("require('fs'); import 'node:path'", []),
        ("require('./package.json')", ["app:pkg#app/package.json"]),
        ("new URL('./assets/page.html', import.meta.url)", ["app/assets/page.html:../assets"]),
        ("path.join(__dirname, 'assets', 'page.html')", ["app/assets/page.html:../assets"]),
        ("path.join(__dirname, 'assets')", []),
        ("new Worker(new URL('./lib/b.mjs', import.meta.url))", ["app/lib/b.mjs:../js"]),
        ("fork(path.join(__dirname, 'lib/a.js'))", ["app/lib/a.js:../js"]),
        ("fork(require.resolve('./lib/a'))", ["app/lib/a.js:../js"]),
        ("import.meta.resolve('./lib/a.js')", ["app/lib/a.js:../js"]),
        ("try { open(`${__dirname}/lib/data.json`) } catch {}", ["app/lib/data.json:../data"]),
        ("new Worker(new URL('./types.js', import.meta.url))", ["app/types.ts:ts"]),
        ("new Worker('./lib/a.js')", []),
        ("path.join(__dirname, 'lib/a')", []),
        ("require('./main.js')", []),
        ("require('./missing.js')", []),
        ("require('unknown')", []),
        ("require('../../../../outside')", []),
        ("require('./lib/a') // pants: no-infer-dep", []),
    ],
)
def test_imports_of_javascript(rule_runner: RuleRunner, source: str, expected: list[str]) -> None:
    rule_runner.write_files({**SOURCES, "app/main.js": source})
    address = Address("app", target_name="js", relative_file_path="main.js")
    assert dependencies(rule_runner, address) == expected


def test_imports_of_typescript(rule_runner: RuleRunner) -> None:
    source = "import type { A } from './types';\nimport type B from 'jest';\nimport './lib/b.mjs';"
    rule_runner.write_files({**SOURCES, "app/main.ts": source})
    address = Address("app", target_name="ts", relative_file_path="main.ts")
    assert dependencies(rule_runner, address) == ["app/lib/b.mjs:../js", "app/types.ts:ts"]


WORKSPACE = {
    "repo/BUILD": "package_json(name='pkg')",
    "repo/package.json": package(
        name="repo", workspaces=["packages/*"], dependencies={"hoisted": "1"}
    ),
    "repo/packages/app/BUILD": "package_json(name='pkg')\njavascript_sources(name='src')",
    "repo/packages/app/package.json": package(
        name="@acme/app", dependencies={"@acme/util": "*", "nested": "1"}
    ),
    "repo/packages/util/BUILD": (
        "package_json(name='pkg')\njavascript_sources(name='src', sources=['lib/*.js'])"
    ),
    "repo/packages/util/package.json": package(
        name="@acme/util", exports={".": "./lib/index.js", "./*": "./lib/*.js"}
    ),
    "repo/packages/util/lib/index.js": "",
    "repo/packages/util/lib/other.js": "",
    # The same names in another workspace must not be mixed up with these.
    "twin/BUILD": "package_json(name='pkg')",
    "twin/package.json": package(name="twin", workspaces=["util"]),
    "twin/util/BUILD": "package_json(name='pkg')\njavascript_sources(name='src')",
    "twin/util/package.json": package(name="@acme/util"),
    "twin/util/index.js": "",
}


@pytest.mark.parametrize(
    "source, expected",
    [
        (
            "require('@acme/util')",
            [
                "repo/packages/util/lib/index.js:../src",
                "repo/packages/util:pkg#repo/packages/util/package.json",
            ],
        ),
        (
            "require('@acme/util/other')",
            [
                "repo/packages/util/lib/other.js:../src",
                "repo/packages/util:pkg#repo/packages/util/package.json",
            ],
        ),
        ("require('@acme/util/private/x')", []),
        ("require('nested')", ["repo/packages/app:pkg#nested"]),
        ("require('hoisted')", ["repo:pkg#hoisted"]),
    ],
)
def test_imports_of_a_workspace(
    rule_runner: RuleRunner, source: str, expected: list[str]
) -> None:
    rule_runner.write_files({**WORKSPACE, "repo/packages/app/main.js": source})
    address = Address("repo/packages/app", target_name="src", relative_file_path="main.js")
    assert dependencies(rule_runner, address) == expected


def test_a_file_with_several_owners(rule_runner: RuleRunner) -> None:
    """Owners of the same kind are all taken, a source wins over a resource; none of it is a crash."""
    rule_runner.write_files(
        {
            "app/BUILD": """
javascript_sources(name="one", sources=["*.js"])
javascript_sources(name="two", sources=["a.js"])
resources(name="data", sources=["*.js"])
""",
            "app/main.js": "require('./a'); require('./b')",
            "app/a.js": "",
            "app/b.js": "",
        }
    )
    address = Address("app", target_name="one", relative_file_path="main.js")
    assert dependencies(rule_runner, address) == ["app/a.js:one", "app/a.js:two", "app/b.js:one"]


@pytest.mark.parametrize(
    "fields, bin, expected",
    [
        ("entry_point='src/main.js'", None, ["app/src/main.js:../src", "app:pkg#app/package.json"]),
        ("entry_point='dist/main.js'", None, ["app:pkg#app/package.json", "app:pkg#build"]),
        ("", "src/main.js", ["app/src/main.js:../src", "app:pkg#app/package.json"]),
        ("entry_point='missing.js'", None, ["app:pkg#app/package.json"]),
        ("", None, []),
        ("", {"a": "src/main.js", "b": "src/main.js"}, []),
    ],
)
def test_entry_points(
    rule_runner: RuleRunner, fields: str, bin: Mapping[str, str] | str | None, expected: list[str]
) -> None:
    more = {} if bin is None else {"bin": bin}
    rule_runner.write_files(
        {
            "app/BUILD": f"""
package_json(
    name="pkg", scripts=[node_build_script(entry_point="build", output_directories=["dist"])]
)
javascript_sources(name="src", sources=["src/*.js"])
node_executable(name="bin", {fields})
""",
            "app/package.json": package(name="app", scripts={"build": "x"}, **more),
            "app/src/main.js": "",
        }
    )
    assert dependencies(rule_runner, Address("app", target_name="bin")) == expected


def test_many_files_in_one_go(rule_runner: RuleRunner) -> None:
    count = 300
    rule_runner.write_files(
        {
            "app/BUILD": "javascript_sources(name='src')",
            **{f"app/m{i}.js": f"require('./m{i + 1}')" for i in range(count)},
            f"app/m{count}.js": "",
        }
    )
    address = Address("app", target_name="src", relative_file_path="m0.js")
    assert dependencies(rule_runner, address) == ["app/m1.js:src"]
    address = Address("app", target_name="src", relative_file_path=f"m{count - 1}.js")
    assert dependencies(rule_runner, address) == [f"app/m{count}.js:src"]
