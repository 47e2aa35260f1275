"""Configurations in JSON, in small repositories without packages: what is read, inferred, added, changed, left out."""

from __future__ import annotations

import json
import logging
from typing import Any, Mapping

import pytest
from pants.build_graph.address import Address
from pants.engine.addresses import Addresses
from pants.engine.fs import Digest, DigestContents
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.target import Dependencies, DependenciesRequest
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.core.output_names import output_names
from pkg_rules.core.triples import Triple
from pkg_rules.testutil.graph_rules import graph_rule_runner
from pkg_rules.util_rules.executable_settings import ExecutableSettings, SettingsRequest
from pkg_rules.util_rules.program_files import ProgramFiles, ProgramFilesRequest

BIN = Address("app", target_name="bin")


@pytest.fixture
def rule_runner() -> RuleRunner:
    return graph_rule_runner(
        QueryRule(Addresses, [DependenciesRequest]),
        QueryRule(ExecutableSettings, [SettingsRequest]),
        QueryRule(DigestContents, [Digest]),
    )


def write(
    rule_runner: RuleRunner, block: Any, executable: str = "", more: Mapping[str, str] | None = None
) -> None:
    package = {"name": "app", "bin": "main.js"}
    rule_runner.write_files(
        {
            "app/BUILD": f"""
package_json(name="pkg")
javascript_sources(name="src", sources=["*.js", "lib/*.js", "public/*.js"])
files(name="views", sources=["views/**"])
node_executable(name="bin", {executable})
""",
            "app/package.json": json.dumps(package if block is None else {**package, "pkg": block}),
            "app/main.js": "console.log('main')",
            "app/lib/a.js": "require('./b')",
            "app/lib/b.js": "",
            "app/lib/c.js": "",
            "app/public/client.js": "import './vendor.js'",
            "app/views/a.html": "<a>",
            "app/views/b/c.html": "<c>",
            "app/views/notes.md": "",
            "app/data/unowned.txt": "",
            **(more or {}),
        }
    )


def inferred(rule_runner: RuleRunner) -> list[str]:
    target = rule_runner.get_target(BIN)
    found = rule_runner.request(Addresses, [DependenciesRequest(target[Dependencies])])
    return sorted(address.spec for address in found)


def program(rule_runner: RuleRunner) -> dict[str, str]:
    found = rule_runner.request(ProgramFiles, [ProgramFilesRequest(BIN)])
    contents = rule_runner.request(DigestContents, [found.app_files.first_party.digest])
    return {file.path: file.content.decode() for file in contents}


def settings(rule_runner: RuleRunner) -> ExecutableSettings:
    return rule_runner.request(ExecutableSettings, [SettingsRequest(BIN)])


def error(rule_runner: RuleRunner) -> str:
    with pytest.raises(ExecutionError) as raised:
        program(rule_runner)
    return str(raised.value.wrapped_exceptions[0])


ALWAYS = ("app/main.js", "app/package.json")


def test_scripts_and_assets_are_dependencies_with_what_they_import(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"scripts": "lib/a.js", "assets": ["views/**/*", "!views/b"]})
    assert inferred(rule_runner) == [
        "app/lib/a.js:../src",
        "app/main.js:src",
        "app/views/a.html:../views",
        "app/views/notes.md:../views",
        "app:pkg#app/package.json",
    ]
    assert sorted(program(rule_runner)) == sorted(
        [*ALWAYS, "app/lib/a.js", "app/lib/b.js", "app/views/a.html", "app/views/notes.md"]
    )


def test_without_a_configuration_nothing_is_added(rule_runner: RuleRunner) -> None:
    write(rule_runner, None)
    assert sorted(program(rule_runner)) == list(ALWAYS)


@pytest.mark.parametrize("name", [".pkgrc", ".pkgrc.json", "pkg.config.json"])
def test_files_of_their_own(rule_runner: RuleRunner, name: str) -> None:
    write(rule_runner, {"assets": "views/b/*"}, more={f"app/{name}": '{"assets": "views/a.html"}'})
    assert "app/views/a.html" in program(rule_runner)
    assert "app/views/b/c.html" not in program(rule_runner)


def test_the_field_says_which_file(rule_runner: RuleRunner) -> None:
    more = {"config/one.json": '{"pkg": {"assets": "../app/views/a.html"}}'}
    write(rule_runner, {"assets": "views/b/*"}, "pkg_config='../config/one.json'", more)
    assert sorted(program(rule_runner)) == sorted([*ALWAYS, "app/views/a.html"])


def test_the_field_can_switch_it_off(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"assets": "views/b/*", "targets": "node22"}, "pkg_config='none'")
    assert sorted(program(rule_runner)) == list(ALWAYS)
    assert settings(rule_runner).settings.targets == ("host",)


def test_what_is_excluded_in_the_build_file_stays_out(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"assets": "views/*.html"}, "dependencies=['!app/views/a.html:../views']")
    assert sorted(program(rule_runner)) == list(ALWAYS)


def test_imports_of_assets_may_lead_nowhere_and_those_of_scripts_not(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"assets": "public"})
    assert "app/public/client.js" in program(rule_runner)
    write(rule_runner, {"scripts": "public"})
    assert "`app/public/client.js` line 1 imports `./vendor.js`" in error(rule_runner)


def test_an_asset_that_is_imported_too_is_checked(rule_runner: RuleRunner) -> None:
    more = {"app/main.js": "require('./lib/a')", "app/lib/b.js": "require('./gone')"}
    write(rule_runner, {"assets": "lib/*"}, more=more)
    assert "`app/lib/b.js` line 1 imports `./gone`" in error(rule_runner)


def test_files_without_a_target_are_an_error(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"assets": ["views/a.html", "data/*"]})
    message = error(rule_runner)
    assert "`app:bin` cannot be packaged" in message
    assert "  * `app/data/unowned.txt` (`data/*`)" in message
    assert 'files(name="pkg_files", sources=["data/*"])' in message


def test_globs_that_match_nothing_and_scripts_that_are_none(
    rule_runner: RuleRunner, caplog: pytest.LogCaptureFixture
) -> None:
    write(rule_runner, {"assets": "gone/**", "scripts": "views/a.html", "asset": 1})
    program(rule_runner)
    warnings = "\n".join(record.getMessage() for record in caplog.records if record.levelno == logging.WARNING)
    assert "The glob `gone/**` in `assets` of the pkg configuration in `app/package.json` matches no file" in warnings
    assert "names `app/views/a.html`, which is no JavaScript" in warnings
    assert "Unknown key `asset`" in warnings and "Did you mean `assets`?" in warnings


def test_ignored_files_are_left_out(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"assets": "views", "ignore": "**/*.md"})
    assert "app/views/notes.md" not in program(rule_runner)


def test_files_are_patched(rule_runner: RuleRunner) -> None:
    patches = {"main.js": ["'main'", "'patched'", {"do": "prepend"}, "// first\n"], "./views/a.html": [{"do": "erase"}, ""]}
    write(rule_runner, {"assets": "views/a.html", "patches": patches})
    found = program(rule_runner)
    assert found["app/main.js"] == "// first\nconsole.log('patched')"
    assert found["app/views/a.html"] == ""


def test_an_import_that_a_patch_removes_need_not_lead_anywhere(rule_runner: RuleRunner) -> None:
    more = {"app/main.js": "require('./gone')"}
    write(rule_runner, {"patches": {"main.js": ["require('./gone')", "1"]}}, more=more)
    assert program(rule_runner)["app/main.js"] == "1"


@pytest.mark.parametrize(
    "patches, words",
    [
        ({"main.js": ["absent", "x"]}, "`app/main.js` does not have the text it looks for, the string `\"absent\"`"),
        ({"other.js": ["a", "b"]}, "is for `app/other.js`, which is no file of the program"),
    ],
)
def test_patches_without_effect_are_errors(rule_runner: RuleRunner, patches: Any, words: str) -> None:
    write(rule_runner, {"patches": patches})
    assert words in error(rule_runner)


def test_mistakes_fail_when_it_is_packaged_and_not_before(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"bytecode": "no"})
    assert inferred(rule_runner) == ["app/main.js:src", "app:pkg#app/package.json"]
    assert "The key `bytecode` of the pkg configuration in `app/package.json`" in error(rule_runner)


def test_settings_of_both(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"targets": ["node22", "node24"], "outputPath": "release", "sea": True})
    found = settings(rule_runner)
    assert found.settings.targets == ("node22", "node24")
    (linux,) = output_names(found.output, [Triple("24.21.0", "linux", "x64")])
    assert linux == "app/release/bin"
    write(rule_runner, {"targets": "node22", "outputPath": "x"}, "targets=['node26'], output_path='bin/it'")
    found = settings(rule_runner)
    (linux,) = output_names(found.output, [Triple("24.21.0", "linux", "x64")])
    assert (found.settings.targets, linux) == (("node26",), "bin/it")


def test_a_hook_without_declared_outputs_is_an_error(rule_runner: RuleRunner) -> None:
    write(rule_runner, {"preBuild": "npm run build"})
    message = error(rule_runner)
    assert "The target app:bin has a hook, `preBuild` of the pkg configuration in `app/package.json`, but not" in message
    assert "`pre_build_outputs`" in message and "`pre_build_outputs=[]`" in message


@pytest.mark.parametrize("output", ["../../x", "/x", ""])
def test_outputs_of_a_hook_lie_in_the_repository(rule_runner: RuleRunner, output: str) -> None:
    write(rule_runner, {"preBuild": "true"}, f"pre_build_outputs=[{output!r}]")
    assert f"The item `{output}` of the field `pre_build_outputs` of app:bin" in error(rule_runner)
