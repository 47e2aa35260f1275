"""Build scripts with real package managers: what they see, what is taken from them, and how they fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pants.build_graph.address import Address
from pants.engine.fs import Digest, DigestContents
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.testutil.graph_rules import graph_rule_runner
from pkg_rules.util_rules.app_files import AppFiles, AppFilesRequest

pytestmark = pytest.mark.slow

LOCK_FILES = Path(__file__).parent / "testdata" / "lock_files"
# Uses a development package, and says with which Node.js and where it runs.
SCRIPT = """
const fs = require('fs');
const pad = require('left-pad');
const lib = fs.readFileSync('src/lib.js', 'utf8');
fs.mkdirSync('dist/assets', { recursive: true });
fs.writeFileSync('dist/main.js', `// ${pad('x', 3)}\\n${lib}\\nrequire('ms');\\nfunction f() { require('absent') }`);
fs.writeFileSync('dist/assets/info.json', JSON.stringify({
  node: process.version, home: process.env.HOME.includes('__home'), path: process.env.PATH.includes(':/usr/bin:'),
}));
fs.writeFileSync('other.txt', 'not an output');
"""


@pytest.fixture
def rule_runner() -> RuleRunner:
    return graph_rule_runner(QueryRule(DigestContents, [Digest]))


def write_project(
    rule_runner: RuleRunner,
    lock: str = "package-lock.json",
    script: str = SCRIPT,
    outputs: str = "output_directories=['dist']",
    scripts: str = "",
    **more: str,
) -> None:
    package: dict[str, Any] = json.loads((LOCK_FILES / "package.json").read_text())
    package["scripts"] = {"build": "node build/build.js", "again": "node build/build.js"}
    rule_runner.write_files(
        {
            "app/BUILD": f"""
package_json(
    name="pkg",
    scripts=[node_build_script(entry_point="build", {outputs}){scripts}],
    dependencies=[":build", ":src"],
)
javascript_sources(name="build", sources=["build/*.js"])
javascript_sources(name="src", sources=["src/*.js"])
node_executable(name="bin", entry_point="dist/main.js")
""",
            "app/package.json": json.dumps(package),
            f"app/{lock}": (LOCK_FILES / lock).read_text(),
            "app/build/build.js": script,
            "app/src/lib.js": "console.log(1);",
            **more,
        }
    )


def app_files(rule_runner: RuleRunner) -> AppFiles:
    return rule_runner.request(AppFiles, [AppFilesRequest(Address("app", target_name="bin"))])


def error(rule_runner: RuleRunner) -> str:
    with pytest.raises(ExecutionError) as raised:
        app_files(rule_runner)
    return str(raised.value.wrapped_exceptions[0])


@pytest.mark.parametrize("lock", ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"])
def test_the_entry_point_is_what_a_script_writes(rule_runner: RuleRunner, lock: str) -> None:
    write_project(rule_runner, lock)
    found = app_files(rule_runner)
    assert found.entry_point == "app/dist/main.js"
    # What the script reads is not part of the program.
    assert found.first_party.files == (
        "app/dist/assets/info.json",
        "app/dist/main.js",
        "app/package.json",
    )
    # `ms` is imported by the bundle itself; `absent` only if a function is called.
    assert [(package.name, package.version) for package in found.packages] == [("ms", "2.0.0")]
    contents = rule_runner.request(DigestContents, [found.first_party.digest])
    files = {file.path: file.content for file in contents}
    assert files["app/dist/main.js"].startswith(b"//   x\nconsole.log(1);")
    info = json.loads(files["app/dist/assets/info.json"])
    assert info["node"].startswith("v24.") and info["home"] and info["path"]


def test_a_source_that_imports_an_output(rule_runner: RuleRunner) -> None:
    write_project(rule_runner, outputs="output_files=['dist/assets/info.json']")
    rule_runner.write_files(
        {
            "app/src/lib.js": "console.log(require('../dist/assets/info.json'));",
            "app/BUILD": (Path(rule_runner.build_root) / "app/BUILD")
            .read_text()
            .replace("dist/main.js", "src/lib.js"),
        }
    )
    assert app_files(rule_runner).first_party.files == (
        "app/dist/assets/info.json",
        "app/package.json",
        "app/src/lib.js",
    )


@pytest.mark.parametrize(
    "script, outputs, words",
    [
        ("console.error('oh no'); process.exit(3)", "output_directories=['dist']", "oh no"),
        (SCRIPT, "output_files=['dist/main.js', 'gone.js']", "The script did not write: app/gone.js"),
        (SCRIPT, "", "has neither `output_files` nor `output_directories`"),
    ],
)
def test_scripts_that_fail(
    rule_runner: RuleRunner, script: str, outputs: str, words: str
) -> None:
    write_project(rule_runner, script=script, outputs=outputs)
    if not outputs:
        rule_runner.write_files(
            {
                "app/BUILD": (Path(rule_runner.build_root) / "app/BUILD")
                .read_text()
                .replace("dist/main.js')", "dist/main.js', dependencies=[':pkg#build'])")
                .replace('dist/main.js")', 'dist/main.js", dependencies=[":pkg#build"])')
            }
        )
    message = error(rule_runner)
    assert words in message and "app:pkg#build" in message


def test_a_script_that_needs_another_one(rule_runner: RuleRunner) -> None:
    write_project(
        rule_runner,
        scripts=", node_build_script(entry_point='again', output_files=['again.js'])",
    )
    build = (Path(rule_runner.build_root) / "app/BUILD").read_text()
    rule_runner.write_files(
        {
            "other/BUILD": "files(name='f', sources=['x'], dependencies=['app:pkg#again'])",
            "other/x": "",
            "app/BUILD": build.replace('[":build", ":src"]', '[":build", ":src", "other:f"]'),
        }
    )
    message = error(rule_runner)
    assert "depends on another one, `app:pkg#again`" in message


def test_a_file_that_is_checked_in_and_written(rule_runner: RuleRunner) -> None:
    """The stale copy of a developer must not win by chance."""
    write_project(rule_runner)
    build = (Path(rule_runner.build_root) / "app/BUILD").read_text()
    rule_runner.write_files(
        {
            "app/dist/main.js": "stale",
            "app/BUILD": f'files(name="dist", sources=["dist/*.js"])\n{build}',
        }
    )
    message = error(rule_runner)
    assert message.startswith(
        "`app/dist/main.js` has two contents in the program of `app:bin`: that of an asset target and that of the output of "
        "`app:pkg#build`."
    )


def test_a_package_json_that_a_script_writes_counts(rule_runner: RuleRunner) -> None:
    script = """
const fs = require('fs');
fs.mkdirSync('dist');
fs.writeFileSync('dist/package.json', '{"type": "module", "imports": {"#x": "./x.js"}}');
fs.writeFileSync('dist/main.js', 'import "#x"');
fs.writeFileSync('dist/x.js', '');
"""
    write_project(rule_runner, script=script)
    [resolved] = app_files(rule_runner).resolutions
    assert (resolved.specifier, resolved.target) == ("#x", "app/dist/x.js")
