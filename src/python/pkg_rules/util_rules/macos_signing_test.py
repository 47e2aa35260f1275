"""From the fields of a target to a signature, and a tool of the user that signs instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest, DigestContents, FileContent
from pants.engine.process import Process
from pants.testutil.rule_runner import QueryRule, RuleRunner, engine_error
from pants.util.frozendict import FrozenDict

from pkg_rules.core.binfmt.macho_signature import Signing, read_signing
from pkg_rules.core.binfmt.macho_test import ENTITLEMENTS, made_up_macho
from pkg_rules.core.sea.finished import Expected
from pkg_rules.core.sea.inject import inject
from pkg_rules.testutil.graph_rules import graph_rule_runner
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules import (
    assemble,
    executable_check,
    macos_codesign,
    macos_signing,
    node_runner,
    prepared_base,
)
from pkg_rules.util_rules.assemble import AssembledExecutable
from pkg_rules.util_rules.macos_codesign import (
    CodesignError,
    CodesignRequest,
    codesign_process,
)
from pkg_rules.util_rules.macos_signing import (
    MacosSigning,
    MacosSigningError,
    MacosSigningRequest,
)
from pkg_rules.util_rules.macos_universal import join_process
from pkg_rules.util_rules.python_tools import PythonScript

ADDRESS = Address("app", target_name="bin")
SCRIPT = PythonScript(
    ("__tools/python", "pkg_rules.scripts.x"), FrozenDict({"__tools": EMPTY_DIGEST}), FrozenDict()
)


@pytest.fixture
def rule_runner() -> Iterator[RuleRunner]:
    modules = (assemble, executable_check, macos_codesign, macos_signing, node_runner, prepared_base)
    yield graph_rule_runner(
        *(rule for module in modules for rule in module.rules()),
        QueryRule(MacosSigning, [MacosSigningRequest]),
        QueryRule(AssembledExecutable, [CodesignRequest]),
    )


def signing_of(runner: RuleRunner, fields: str) -> object:
    runner.write_files(
        {
            "app/BUILD": f'node_executable(name="bin", entry_point="main.js", {fields})\n',
            "app/mac/some.plist": ENTITLEMENTS,
            "app/wrong.plist": "<plist><array/></plist>",
        }
    )
    signing = runner.request(MacosSigning, [MacosSigningRequest(ADDRESS)])
    if signing.digest is None:
        return None
    (file,) = runner.request(DigestContents, [signing.digest])
    return json.loads(file.content)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", None),
        ("macos_signature=True", None),
        ("macos_signature=False", {"signature": False}),
        ('macos_identifier="a.b"', {"signature": True, "identifier": "a.b", "entitlements": None}),
        (
            'macos_entitlements="mac/some.plist"',
            {"signature": True, "identifier": None, "entitlements": ENTITLEMENTS.decode()},
        ),
    ],
)
def test_what_the_fields_say(rule_runner: RuleRunner, fields: str, expected: object) -> None:
    assert signing_of(rule_runner, fields) == expected


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            'macos_entitlements="some.plist"',
            r"The `macos_entitlements` field of app:bin names `some.plist`, but there is no file `app/some.plist`",
        ),
        (
            'macos_entitlements="wrong.plist"',
            r"names `wrong.plist`, which cannot be used. These are no entitlements: they are not a dictionary",
        ),
        (
            'macos_signature=False, macos_identifier="a.b"',
            r"app:bin has `macos_signature=False`, so nothing can be written into a signature",
        ),
    ],
)
def test_what_the_fields_cannot_say(rule_runner: RuleRunner, fields: str, problem: str) -> None:
    with engine_error(MacosSigningError, contains=problem):
        signing_of(rule_runner, fields)


@pytest.mark.parametrize(
    "command", ['["tools/sign"]', '["tools/sign", "x"]', '["/usr/bin/codesign", "{executable}"]', '["{executable}"]']
)
def test_a_command_that_cannot_be(rule_runner: RuleRunner, command: str) -> None:
    with engine_error(contains="The `macos_codesign` field of app:bin is ["):
        signing_of(rule_runner, f"macos_codesign={command}")


@pytest.mark.parametrize("identifier", ["", "a b", "a\0b"])
def test_an_identifier_that_cannot_be(rule_runner: RuleRunner, identifier: str) -> None:
    with engine_error(contains="The `macos_identifier` field of app:bin is"):
        signing_of(rule_runner, f"macos_identifier={identifier!r}")


def executable(folder: Path, identifier: str) -> bytes:
    (folder / "node").write_bytes(made_up_macho())
    inject(folder / "node", b"script", folder / identifier, signing=Signing(identifier))
    return (folder / identifier).read_bytes()


def codesigned(runner: RuleRunner, folder: Path, script: str, tool: str = "tools/sign") -> bytes:
    runner.write_files(
        {
            "app/BUILD": (
                'node_executable(name="bin", entry_point="main.js", '
                f'macos_codesign=["{tool}", "--certificate", "tools/team", "{{executable}}"], '
                'macos_codesign_dependencies=["tools"], macos_codesign_extra_env_vars=["WORD=open"])\n'
            ),
            "tools/BUILD": 'files(sources=["*"])\n',
            "tools/sign": f"#!/bin/sh\nset -e\n{script}\n",
            "tools/team": executable(folder, "com.example.signed"),
        }
    )
    Path(runner.build_root, "tools/sign").chmod(0o755)
    content = executable(folder, "node")
    digest = runner.request(Digest, [CreateDigest([FileContent("dist/name", content, True)])])
    expected = Expected("macos-arm64", has_payload=False, is_signed=True)
    result = runner.request(
        AssembledExecutable, [CodesignRequest(ADDRESS, AssembledExecutable(digest, "dist/name"), expected)]
    )
    (file,) = runner.request(DigestContents, [result.digest])
    assert (file.path, file.is_executable, result.path) == ("dist/name", True, "dist/name")
    return file.content


def test_a_tool_signs_in_place(rule_runner: RuleRunner, tmp_path: Path) -> None:
    script = 'test "$1 $2 $WORD" = "--certificate tools/team open"; cat "$2" > "$3"'
    (tmp_path / "result").write_bytes(codesigned(rule_runner, tmp_path, script))
    assert read_signing(tmp_path / "result").identifier == "com.example.signed"


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo no certificate >&2; exit 3", "failed with exit code 3. Its output:\n\nno certificate"),
        ('printf x >> "$3"', "left an executable that cannot be used. "),
        ('echo "#!/bin/sh" > "$3"', "`executable` is not an executable of a known format"),
        ('head -c 40000 "$3" > short; cat short > "$3"', "left an executable that cannot be used. "),
    ],
)
def test_a_tool_that_fails(rule_runner: RuleRunner, tmp_path: Path, script: str, problem: str) -> None:
    with engine_error(CodesignError, contains=problem):
        codesigned(rule_runner, tmp_path, script)


def test_a_tool_that_is_missing(rule_runner: RuleRunner, tmp_path: Path) -> None:
    with engine_error(
        CodesignError,
        contains="begins with `tools/other`, which is not among the files of its `macos_codesign_dependencies`: "
        "`tools/BUILD`, `tools/sign`, `tools/team`. Name the target that owns it there",
    ):
        codesigned(rule_runner, tmp_path, "true", tool="tools/other")


@pytest.mark.parametrize(
    "process",
    [
        codesign_process(("tools/sign", "{executable}"), EMPTY_DIGEST, FrozenDict(), ADDRESS),
        join_process(SCRIPT, EMPTY_DIGEST, Expected("macos-universal", has_payload=True, is_signed=True)),
    ],
    ids=["sign", "join"],
)
def test_steps_are_portable(process: Process) -> None:
    assert_portable(process, large_output=True)
