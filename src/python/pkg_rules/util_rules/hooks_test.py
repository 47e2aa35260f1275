"""Configurations that are programs, and hooks, with the pinned Node.js: what they see, give, and how they fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping

import pytest
from pants.build_graph.address import Address
from pants.engine.addresses import Addresses
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest, DigestContents, FileContent, FileDigest, FileEntry
from pants.engine.internals.scheduler import ExecutionError
from pants.engine.target import Dependencies, DependenciesRequest
from pants.testutil.rule_runner import QueryRule, RuleRunner
from pants.util.frozendict import FrozenDict

from pkg_rules.core.sea.finished import Expected
from pkg_rules.core.sea.finished_test import finished
from pkg_rules.testutil.graph_rules import graph_rule_runner
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules import executable_check, post_build
from pkg_rules.util_rules.assemble import AssembledExecutable
from pkg_rules.util_rules.finished_executable import CollidingFilesError, check_without_collision
from pkg_rules.util_rules.hook_sandbox import HookSandbox
from pkg_rules.util_rules.pkg_config import evaluate_process
from pkg_rules.util_rules.post_build import (
    BrokenByHookError,
    PostBuilt,
    PostBuildRequest,
    post_build_process,
)
from pkg_rules.util_rules.pre_build import pre_build_process
from pkg_rules.util_rules.program_files import ProgramFiles, ProgramFilesRequest
from pkg_rules.util_rules.transform import transform_process

BIN = Address("app", target_name="bin")


@pytest.fixture
def rule_runner() -> RuleRunner:
    return graph_rule_runner(
        *executable_check.rules(),
        *post_build.rules(),
        QueryRule(Addresses, [DependenciesRequest]),
        QueryRule(Digest, [CreateDigest]),
        QueryRule(DigestContents, [Digest]),
        QueryRule(PostBuilt, [PostBuildRequest]),
    )


def write(
    rule_runner: RuleRunner, files: Mapping[str, str], executable: str = "", block: Any = None
) -> None:
    package = {"name": "app", "bin": "main.js", "scripts": {"stamp": "node tools/stamp.js"}}
    rule_runner.write_files(
        {
            "app/BUILD": f"""
package_json(name="pkg")
javascript_sources(name="src", sources=["*.js", "*.cjs", "*.mjs", "lib/*"])
javascript_sources(name="tools", sources=["tools/*"])
files(name="views", sources=["views/*"])
node_executable(name="bin", {executable})
""",
            "app/package.json": json.dumps(package if block is None else {**package, "pkg": block}),
            "app/main.js": "console.log('@marker@')",
            "app/lib/other.js": "",
            "app/views/a.html": "<a>@marker@",
            "app/views/b.bin": "\xff",
            "app/tools/stamp.js": "require('fs').writeFileSync('stamp.json', JSON.stringify(process.argv.slice(2)))",
            **{f"app/{name}": text for name, text in files.items()},
        }
    )


def program(rule_runner: RuleRunner) -> dict[str, str]:
    found = rule_runner.request(ProgramFiles, [ProgramFilesRequest(BIN)])
    contents = rule_runner.request(DigestContents, [found.app_files.first_party.digest])
    return {file.path: file.content.decode() for file in contents}


def error(rule_runner: RuleRunner) -> str:
    with pytest.raises(ExecutionError) as raised:
        program(rule_runner)
    return str(raised.value.wrapped_exceptions[0])


def test_steps_can_run_anywhere() -> None:
    sandbox = HookSandbox(EMPTY_DIGEST, "__node/bin/node", FrozenDict(), FrozenDict(), FrozenDict(), 60)
    assert_portable(evaluate_process(sandbox, "app/pkg.config.js", EMPTY_DIGEST))
    assert_portable(pre_build_process(sandbox, "app:bin", EMPTY_DIGEST))
    assert_portable(transform_process(sandbox, "app:bin", EMPTY_DIGEST))
    built = AssembledExecutable(EMPTY_DIGEST, "app/bin")
    assert_portable(post_build_process(sandbox, EMPTY_DIGEST, built), large_output=True)


CONFIG = "{ assets: 'views/*.html', transform: (file, contents) => contents.toString().replace('@marker@', 'changed') }"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, text",
    [
        ("pkg.config.js", f"module.exports = {CONFIG};"),
        ("pkg.config.cjs", f"module.exports = {{ pkg: {CONFIG} }};"),
        ("pkg.config.mjs", f"import path from 'node:path';\nexport default {CONFIG};"),
    ],
)
def test_configurations_that_are_programs(rule_runner: RuleRunner, name: str, text: str) -> None:
    write(rule_runner, {name: text})
    found = program(rule_runner)
    assert found["app/main.js"] == "console.log('changed')"
    assert found["app/views/a.html"] == "<a>changed"
    assert "app/views/b.bin" not in found
    target = rule_runner.get_target(BIN)
    inferred = rule_runner.request(Addresses, [DependenciesRequest(target[Dependencies])])
    assert "app/views/a.html:../views" in [address.spec for address in inferred]


@pytest.mark.slow
def test_a_configuration_may_use_files_that_a_target_owns(rule_runner: RuleRunner) -> None:
    write(
        rule_runner,
        {
            "pkg.config.cjs": "const { name } = require('./package.json'); module.exports = require('./lib/config.js')(name);",
            "lib/config.js": "module.exports = (name) => ({ assets: name === 'app' ? 'views/a*' : 'x' });",
        },
    )
    assert "app/views/a.html" in program(rule_runner)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text, words",
    [
        ("module.exports = {", "The pkg configuration `app/pkg.config.cjs` could not be evaluated. Node.js says:"),
        ("module.exports = require('./gone')", "Cannot find module './gone'"),
        ("module.exports = 7", "The key `pkg` of the pkg configuration in `app/pkg.config.cjs` is the number `7`"),
        ("module.exports = { ignore: /x/ }", "the value of `ignore` is a RegExp"),
        ("module.exports = { scripts: () => [] }", "The key `scripts` of the pkg configuration in `app/pkg.config.cjs` is a"),
        ("module.exports = { public: () => true }", "is a function, but has to be `true` or `false`"),
    ],
)
def test_configurations_that_cannot_be_used(rule_runner: RuleRunner, text: str, words: str) -> None:
    write(rule_runner, {"pkg.config.cjs": text})
    assert words in error(rule_runner)


@pytest.mark.slow
def test_a_pre_build_hook_writes_files_of_the_program(rule_runner: RuleRunner) -> None:
    fields = "pre_build_outputs=['stamp.json', 'lib'], hook_dependencies=[':tools'], dependencies=['app/lib/other.js:../src']"
    write(rule_runner, {"main.js": "require('./stamp.json'); require('./lib/other')"}, fields, {"preBuild": "npm run stamp -- one && echo 1 > lib/made.txt"})
    found = program(rule_runner)
    assert found["app/stamp.json"] == '["one"]'
    assert found["app/lib/made.txt"] == "1\n"
    # What the hook needs is no part of the program.
    assert "app/tools/stamp.js" not in found


@pytest.mark.slow
def test_what_a_hook_writes_takes_the_place_of_what_was_there(rule_runner: RuleRunner) -> None:
    write(rule_runner, {}, "pre_build='echo 7 >> main.js', pre_build_outputs=['main.js']")
    assert program(rule_runner)["app/main.js"] == "console.log('@marker@')7\n"


@pytest.mark.slow
def test_a_function_as_a_pre_build_hook(rule_runner: RuleRunner) -> None:
    config = "exports.preBuild = async () => { await null; require('fs').writeFileSync('a.json', '{}'); };"
    write(rule_runner, {"pkg.config.cjs": config}, "pre_build_outputs=['a.json']")
    assert program(rule_runner)["app/a.json"] == "{}"


@pytest.mark.slow
@pytest.mark.parametrize(
    "command, words",
    [
        ("echo reason >&2; exit 3", ("`echo reason >&2; exit 3`, failed with exit code 3", "reason")),
        ("true", ("The hook did not write: app/gone.json",)),
        ("no-such-command", ("failed with exit code 127",)),
    ],
)
def test_pre_build_hooks_that_fail(rule_runner: RuleRunner, command: str, words: tuple[str, ...]) -> None:
    write(rule_runner, {}, f"pre_build={command!r}, pre_build_outputs=['gone.json']")
    message = error(rule_runner)
    assert [word for word in words if word not in message] == [], message
    assert "target `app:bin`" in message and "`hook_dependencies`" in message


@pytest.mark.slow
def test_a_transformation_in_a_file_of_its_own(rule_runner: RuleRunner) -> None:
    text = """
const path = require('node:path');
const { suffix } = require('./suffix.cjs');
module.exports = async (file, contents) => {
  if (path.relative(path.join(__dirname, '..'), file) !== 'main.js') return undefined;
  return Buffer.from(contents + suffix + typeof contents);
};
"""
    files = {"tools/t.cjs": text, "tools/suffix.cjs": "exports.suffix = '// ';"}
    write(rule_runner, files, "transform='tools/t.cjs', dependencies=[':views']")
    found = program(rule_runner)
    assert found["app/main.js"] == "console.log('@marker@')// string"
    assert found["app/views/a.html"] == "<a>@marker@"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text, words",
    [
        ("module.exports = () => 7", "It returned a value of type number for `app/main.js`"),
        ("module.exports = () => null", "It returned null for `app/main.js`"),
        ("module.exports = () => { throw new Error('why') }", "It threw for `app/main.js`: Error: why"),
        ("module.exports = {}", "`app/t.cjs` has to export a function, but it is object"),
        ("module.exports = () => new Promise(() => {})", "It waits for a promise that nothing can settle any more"),
    ],
)
def test_transformations_that_fail(rule_runner: RuleRunner, text: str, words: str) -> None:
    write(rule_runner, {"t.cjs": text}, "transform='t.cjs'")
    message = error(rule_runner)
    assert "The hook `transform` of the target `app:bin`" in message and words in message


def post_built(
    rule_runner: RuleRunner, executable: bytes = b"executable", kind: str = "linuxstatic-x64"
) -> dict[str, str]:
    digest = rule_runner.request(Digest, [CreateDigest([FileContent("out/bin", executable, True)])])
    expected = Expected(kind, has_payload=True, is_signed=kind.startswith("macos"))
    request = PostBuildRequest(BIN, AssembledExecutable(digest, "out/bin"), expected)
    found = rule_runner.request(PostBuilt, [request])
    contents = rule_runner.request(DigestContents, [found.digest])
    assert sorted([found.path, *found.beside]) == [file.path for file in contents]
    assert all(file.is_executable for file in contents if file.path == found.path)
    return {file.path: file.content.decode("latin-1") for file in contents}


@pytest.mark.slow
def test_a_post_build_hook_changes_the_executable_and_adds_files(rule_runner: RuleRunner, tmp_path: Path) -> None:
    command = 'printf " signed" >> "$PKG_OUTPUT" && wc -c < "$PKG_OUTPUT" > "$PKG_OUTPUT.size" && echo x > elsewhere'
    write(rule_runner, {}, block={"postBuild": command})
    executable = finished(tmp_path, "linuxstatic-x64").read_bytes()
    after = executable.decode("latin-1") + " signed"
    assert post_built(rule_runner, executable) == {"out/bin": after, "out/bin.size": f"{len(after)}\n"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind, command, words",
    [
        ("linuxstatic-x64", 'truncate -s -1 "$PKG_OUTPUT"', "but its locator speaks of a payload"),
        ("linuxstatic-x64", 'echo "#!/bin/sh" > "$PKG_OUTPUT"', "is not an executable of a known format"),
        ("win-x64", 'printf x >> "$PKG_OUTPUT"', "has the checksum"),
        ("macos-arm64", 'printf x >> "$PKG_OUTPUT"', "or something was appended to it"),
        ("macos-arm64", 'printf x | dd of="$PKG_OUTPUT" bs=1 seek=20000 conv=notrunc', "was changed after it was signed"),
    ],
)
def test_a_post_build_hook_that_breaks_the_executable(
    rule_runner: RuleRunner, tmp_path: Path, kind: str, command: str, words: str
) -> None:
    write(rule_runner, {}, block={"postBuild": command})
    with pytest.raises(ExecutionError) as raised:
        post_built(rule_runner, finished(tmp_path, kind).read_bytes(), kind)
    (error,) = raised.value.wrapped_exceptions
    assert isinstance(error, BrokenByHookError)
    message = str(error)
    assert f"of the target `app:bin` left an executable for `{kind}` that cannot be used, so nothing is written" in message
    assert words in message
    assert ("Let it sign again what it changes" in message) == kind.startswith("macos")


@pytest.mark.slow
def test_a_function_as_a_post_build_hook(rule_runner: RuleRunner) -> None:
    config = "exports.postBuild = (output) => require('fs').writeFileSync(output + '.txt', require('path').basename(output));"
    write(rule_runner, {"pkg.config.cjs": config})
    assert post_built(rule_runner) == {"out/bin": "executable", "out/bin.txt": "bin"}


@pytest.mark.slow
@pytest.mark.parametrize("command, words", [("exit 4", "exit code 4"), ('rm "$PKG_OUTPUT"', "removed or renamed the executable")])
def test_post_build_hooks_that_fail(rule_runner: RuleRunner, command: str, words: str) -> None:
    write(rule_runner, {}, block={"postBuild": command})
    with pytest.raises(ExecutionError) as raised:
        post_built(rule_runner)
    assert words in str(raised.value.wrapped_exceptions[0])


def test_two_contents_for_one_file_are_an_error() -> None:
    def entry(path: str, size: int) -> FileEntry:
        return FileEntry(path, FileDigest("0" * 64, size))

    check_without_collision(BIN, [[entry("out/a", 1), entry("out/c", 1)], [entry("out/c", 1)]])
    with pytest.raises(CollidingFilesError, match="app:bin is packaged to has two files with different contents at `out/c`"):
        check_without_collision(BIN, [[entry("out/a", 1), entry("out/c", 1)], [entry("out/c", 2)]])


@pytest.mark.slow
def test_an_empty_field_switches_a_hook_off(rule_runner: RuleRunner) -> None:
    write(rule_runner, {}, "post_build=''", block={"postBuild": "exit 1"})
    assert post_built(rule_runner) == {"out/bin": "executable"}
