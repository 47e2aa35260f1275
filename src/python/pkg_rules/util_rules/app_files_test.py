"""From targets to files, without third-party packages: what is taken, and what is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pants.build_graph.address import Address
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import RuleRunner

from pkg_rules.testutil.graph_rules import graph_rule_runner
from pkg_rules.util_rules.app_files import AppFiles, AppFilesRequest

BIN = Address("app", target_name="bin")


@pytest.fixture
def rule_runner() -> RuleRunner:
    return graph_rule_runner()


def package(**fields: Any) -> str:
    return json.dumps({"name": "app", **fields})


def build(executable: str = "entry_point='main.js'", more: str = "") -> str:
    return f"""
package_json(name="pkg")
javascript_sources(name="src", sources=["**/*.js", "**/*.mjs", "!unowned/**"])
resources(name="data", sources=["data/*"])
{more}
node_executable(name="bin", {executable})
"""


def app_files(rule_runner: RuleRunner) -> AppFiles:
    return rule_runner.request(AppFiles, [AppFilesRequest(BIN)])


def error(rule_runner: RuleRunner) -> str:
    with pytest.raises(ExecutionError) as raised:
        app_files(rule_runner)
    return str(raised.value.wrapped_exceptions[0])


def test_sources_assets_and_the_package_json_above_each(rule_runner: RuleRunner) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": build("entry_point='main.js', dependencies=[':data']"),
            "app/package.json": package(),
            "app/main.js": "require('./lib/a'); try { require('./optional') } catch {}",
            "app/lib/a.js": "import('./esm/b.mjs')",
            "app/lib/esm/package.json": '{"type": "module"}',
            "app/lib/esm/b.mjs": "import fs from 'node:fs'",
            "app/unused.js": "require('./nothing')",
            "app/data/logo.png": "",
            "app/data/template[1].txt": "",
        }
    )
    found = app_files(rule_runner)
    assert found.entry_point == "app/main.js"
    assert found.first_party.files == (
        "app/data/logo.png",
        "app/data/template[1].txt",
        "app/lib/a.js",
        "app/lib/esm/b.mjs",
        "app/lib/esm/package.json",
        "app/main.js",
        "app/package.json",
    )
    assert [(r.importer, r.specifier, r.kind, r.target) for r in found.resolutions] == [
        ("app/lib/a.js", "./esm/b.mjs", "import", "app/lib/esm/b.mjs"),
        ("app/main.js", "./lib/a", "require", "app/lib/a.js"),
    ]
    assert found.packages == ()


def test_import_cycles_several_owners_and_excludes(rule_runner: RuleRunner) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": build(
                "entry_point='main.js', dependencies=[':data', ':also', '!!app/left.js:src']",
                "javascript_sources(name='also', sources=['a.js'])\n"
                "files(name='again', sources=['a.js', 'data/*'])",
            ),
            "app/package.json": package(),
            "app/main.js": "require('./a'); try { require('./left') } catch {}",
            "app/a.js": "require('./main')",
            "app/left.js": "",
            "app/data/x.json": "{}",
        }
    )
    assert app_files(rule_runner).first_party.files == (
        "app/a.js",
        "app/data/x.json",
        "app/main.js",
        "app/package.json",
    )


def test_names_with_characters_of_globs(rule_runner: RuleRunner) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": build(),
            "app/package.json": package(),
            "app/main.js": "require('./[id]/page')",
            "app/[id]/page.js": "require('./{x}')",
            "app/[id]/{x}.js": "",
        }
    )
    assert app_files(rule_runner).first_party.files == (
        "app/[id]/page.js",
        "app/[id]/{x}.js",
        "app/main.js",
        "app/package.json",
    )


@pytest.mark.parametrize(
    "executable, fields, words",
    [
        ("entry_point='gone.js'", {}, "No target owns the entry point `app/gone.js` of the target `app:bin`"),
        ("entry_point='unowned/x.js'", {}, "No target owns the entry point `app/unowned/x.js`"),
        (
            "entry_point='main.js', dependencies=['!app/main.js:src']",
            {},
            "The entry point `app/main.js` of the target `app:bin` is owned by `app/main.js:src`, which is not",
        ),
        ("", {}, "The target `app:bin` has no `entry_point`, and `app/package.json` has no `bin`"),
        ("", {"bin": {"a": "main.js", "b": "main.js"}}, "has several commands"),
    ],
)
def test_entry_points_that_are_errors(
    rule_runner: RuleRunner, executable: str, fields: dict[str, Any], words: str
) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": build(executable),
            "app/package.json": package(**fields),
            "app/main.js": "",
            "app/unowned/x.js": "",
        }
    )
    assert words in error(rule_runner)


@pytest.mark.parametrize(
    "source, advice",
    [
        ("require('./gone')", "there is no file `app/gone`"),
        ("require('./unowned/x')", "no target owns `app/unowned/x.js`"),
        ("import './lib/a'", "Write `./lib/a.js`, or let a `node_build_script`"),
    ],
)
def test_imports_that_lead_nowhere(rule_runner: RuleRunner, source: str, advice: str) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": build(),
            "app/package.json": package(),
            "app/main.js": f"\n{source}",
            "app/lib/a.js": "",
            "app/unowned/x.js": "",
        }
    )
    message = error(rule_runner)
    assert message.startswith("`app:bin` cannot be packaged, because it would fail when it runs")
    assert "`app/main.js` line 2 imports" in message and advice in message


def test_a_package_without_a_package_json(rule_runner: RuleRunner) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": "javascript_sources(name='src')\nnode_executable(name='bin', entry_point='main.js')",
            "app/main.js": "require('express')",
        }
    )
    assert "there is no package.json at or above it that lists `express`" in error(rule_runner)


def test_a_missing_lock_file(rule_runner: RuleRunner) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": build(),
            "app/package.json": package(dependencies={"express": "4"}),
            "app/main.js": "require('express')",
        }
    )
    message = error(rule_runner)
    assert message.startswith("The lock file `app/package-lock.json` does not exist")
    assert "cd app && npm install --package-lock-only" in message


def test_a_lock_file_that_is_out_of_date(rule_runner: RuleRunner) -> None:
    lock = {"lockfileVersion": 3, "packages": {"": {"dependencies": {"express": "4"}}}}
    rule_runner.write_files(
        {
            "app/BUILD": build(),
            "app/package.json": package(dependencies={"express": "5"}),
            "app/package-lock.json": json.dumps(lock),
            "app/main.js": "require('express')",
        }
    )
    assert (
        "  * `express` is `5` in `app/package.json` and was `4` when it was made"
        in error(rule_runner)
    )


def test_a_cycle_of_targets_names_them(rule_runner: RuleRunner) -> None:
    rule_runner.write_files(
        {
            "app/BUILD": build(
                "entry_point='main.js', dependencies=[':other']",
                "node_executable(name='other', entry_point='main.js', dependencies=[':bin'])",
            ),
            "app/package.json": package(),
            "app/main.js": "",
        }
    )
    message = error(rule_runner)
    assert "The dependency graph contained a cycle" in message
    assert "app:bin" in message and "app:other" in message


WITH_ASSETS = {
    "app/BUILD": build("entry_point='main.js'", "files(name='pages', sources=['pages/**'])"),
    "app/package.json": package(),
    "app/main.js": """
const { Worker } = require('worker_threads');
new Worker(require('path').join(__dirname, 'lib', 'worker.js'));
fs.readFileSync(__dirname + '/data/x.json');
""",
    "app/lib/worker.js": "require('./used'); new Worker(new URL('./second.mjs', import.meta.url))",
    "app/lib/used.js": "",
    "app/lib/second.mjs": "",
    "app/data/x.json": "{}",
    "app/data/y.json": "{}",
    "app/pages/a/index.html": "",
    "app/unowned/u.js": "",
}


def test_what_is_named_by_a_path_is_taken_with_what_it_imports(
    rule_runner: RuleRunner, caplog: pytest.LogCaptureFixture
) -> None:
    rule_runner.write_files(WITH_ASSETS)
    assert app_files(rule_runner).first_party.files == (
        "app/data/x.json",
        "app/lib/second.mjs",
        "app/lib/used.js",
        "app/lib/worker.js",
        "app/main.js",
        "app/package.json",
    )
    assert caplog.messages == []


NAMES = """
const pages = path.join(__dirname, 'pages');
const parent = path.join(__dirname, '..');
const absent = path.join(__dirname, 'absent.txt');
fork(path.join(__dirname, 'unowned/u.js'));
read(path.join(__dirname, 'data/x.json'));
read(path.join(__dirname, 'unowned')); // pants: no-infer-dep
"""
SAID = """Sources of `app:bin` name files that exist but are not part of the program, which will not find them:

  * `app/main.js` line 2 names `app/pages`: add `app:pages` to the `dependencies` of `app:bin`.
  * `app/main.js` line 5 names `app/unowned/u.js`: no target owns it. Write \
`javascript_sources(name="assets", sources=["unowned/u.js"])` into `app/BUILD`; the dependency is then inferred.
  * `app/main.js` line 6 names `app/data/x.json`: add `app/data/x.json:../data`, which owns it, to the `dependencies` of \
`app:bin`.

"""


@pytest.mark.parametrize("strict", [False, True])
def test_what_is_named_exists_and_is_not_packed(
    rule_runner: RuleRunner, caplog: pytest.LogCaptureFixture, strict: bool
) -> None:
    fields = f"entry_point='main.js', dependencies=['!!app/data/x.json:../data'], strict_assets={strict}"
    more = "files(name='pages', sources=['pages/**'])"
    rule_runner.write_files({**WITH_ASSETS, "app/BUILD": build(fields, more), "app/main.js": NAMES})
    if strict:
        assert error(rule_runner).startswith(SAID)
        return
    assert app_files(rule_runner).first_party.files == ("app/main.js", "app/package.json")
    (warned,) = caplog.messages
    assert warned.startswith(SAID)
