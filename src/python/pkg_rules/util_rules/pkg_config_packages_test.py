"""Configurations that are about installed packages, with real package managers, links included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pants.build_graph.address import Address
from pants.engine.fs import Digest, DigestContents, DigestEntries
from pants.engine.internals.scheduler import ExecutionError
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.testutil.graph_rules import graph_rule_runner
from pkg_rules.util_rules.program_files import ProgramFiles, ProgramFilesRequest

pytestmark = pytest.mark.slow

LOCK_FILES = Path(__file__).parent / "testdata" / "lock_files"
BIN = Address("app", target_name="bin")
MANAGERS = pytest.mark.parametrize("lock", ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"])


@pytest.fixture
def rule_runner() -> RuleRunner:
    return graph_rule_runner(
        QueryRule(DigestContents, [Digest]), QueryRule(DigestEntries, [Digest])
    )


def write(rule_runner: RuleRunner, lock: str, block: Any, source: str = "require('ms')") -> None:
    package = json.loads((LOCK_FILES / "package.json").read_text())
    rule_runner.write_files(
        {
            "app/BUILD": 'package_json(name="pkg")\njavascript_sources(name="src")\n'
            'node_executable(name="bin", entry_point="main.js")\n',
            "app/package.json": json.dumps({**package, "pkg": block}),
            f"app/{lock}": (LOCK_FILES / lock).read_text(),
            "app/main.js": source,
        }
    )


def program(rule_runner: RuleRunner) -> ProgramFiles:
    return rule_runner.request(ProgramFiles, [ProgramFilesRequest(BIN)])


def third_party(rule_runner: RuleRunner) -> dict[str, str]:
    contents = rule_runner.request(DigestContents, [program(rule_runner).app_files.third_party])
    return {file.path: file.content.decode(errors="replace") for file in contents}


def content(files: dict[str, str], ending: str) -> str:
    """Behind a link it is there twice."""
    (found,) = {text for path, text in files.items() if path.endswith(ending)}
    return found


@MANAGERS
def test_globs_into_packages(rule_runner: RuleRunner, lock: str) -> None:
    block = {"assets": ["node_modules/ini/*.md", "node_modules/debug/src/*.js"]}
    write(rule_runner, lock, block, "")
    found = program(rule_runner).app_files
    # Code comes with its package and what that needs, other files alone.
    assert [package.name for package in found.packages] == ["debug", "ms"]
    paths = set(third_party(rule_runner))
    assert {"README.md", "package.json"} == {
        path.rpartition("/ini/")[2] for path in paths if "/node_modules/ini/" in path
    }
    entries = rule_runner.request(DigestEntries, [found.third_party])
    if lock == "pnpm-lock.yaml":
        # Where the program looks for it.
        assert "app/node_modules/ini" in [entry.path for entry in entries]
    else:
        assert "app/node_modules/ini/README.md" in paths


@MANAGERS
def test_patches_of_packages(rule_runner: RuleRunner, lock: str) -> None:
    block = {
        "patches": {"node_modules/ms/index.js": ["module.exports = function", "module.exports = function patched"]},
        "dictionary": {"ms": {"patches": {"package.json": [{"do": "append"}, "// patched"]}}},
        "ignore": "**/node_modules/**/readme.md",
    }
    write(rule_runner, lock, block)
    found = third_party(rule_runner)
    assert "module.exports = function patched" in content(found, "/ms/index.js")
    assert content(found, "/ms/package.json").endswith("// patched")
    # As for pkg, `**` does not look into `.pnpm`.
    assert any(path.endswith("/readme.md") for path in found) is (lock == "pnpm-lock.yaml")


def test_globs_into_packages_for_development(rule_runner: RuleRunner, caplog: pytest.LogCaptureFixture) -> None:
    write(rule_runner, "package-lock.json", {"assets": "node_modules/left-pad/**"})
    assert not any("left-pad" in path for path in third_party(rule_runner))
    assert "The glob `node_modules/left-pad/**` in `assets`" in caplog.text
    assert "not those in `devDependencies`" in caplog.text


def test_a_patch_that_does_not_fit_names_package_and_file(rule_runner: RuleRunner) -> None:
    block = {"dictionary": {"ms": {"patches": {"index.js": ["no such text", ""]}}}}
    write(rule_runner, "package-lock.json", block)
    with pytest.raises(ExecutionError) as raised:
        program(rule_runner)
    message = str(raised.value.wrapped_exceptions[0])
    assert "for the package `ms` 2.0.0" in message
    assert "`app/node_modules/ms/index.js`" in message and '"no such text"' in message
