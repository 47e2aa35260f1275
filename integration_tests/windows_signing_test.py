"""Executables for Windows that somebody signs: the signature is appended, holds, and the program is still found."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Iterator

import lief
import pytest
from programs import WINDOWS_PROJECTS, ProgramOf, TestProject
from windows_test import needs_node, run_by, wine  # noqa: F401  (a fixture)

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.pe_check import check_pe
from pkg_rules.core.inspection.command import main as inspect
from pkg_rules.core.sea.finished import Expected, check_finished
from pkg_rules.testutil.authenticode import WHY_NOT, Signer, can_sign
from pkg_rules.testutil.oracle import Program
from pkg_rules.testutil.pinned_tools import NODE_MAJORS, REPOSITORY, node
from pkg_rules.testutil.wine import Wine

HELLO = WINDOWS_PROJECTS[0]
ARM64 = TestProject("hello", "testprojects/hello:windows_arm64", "")


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    if not can_sign():
        pytest.skip(WHY_NOT)
    return Signer.make(tmp_path_factory.mktemp("signer"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Emptied at once: these are hundreds of megabytes, which pytest would keep for its next three runs."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def assert_sound(signer: Signer, signed: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For osslsigncode, for LIEF, for the last step of a build, and for the inspection tool."""
    signer.verify(signed)
    parsed = lief.PE.parse(str(signed))
    assert parsed is not None and parsed.has_signatures
    assert parsed.verify_signature(lief.PE.Signature.VERIFICATION_CHECKS.HASH_ONLY) == lief.PE.Signature.VERIFICATION_FLAGS.OK
    assert parsed.optional_header.checksum == parsed.compute_checksum()
    check_finished(signed, Expected(kind, has_payload=True, is_signed=True))
    assert inspect(["verify", str(signed)]) == 0, capsys.readouterr().out
    assert "sound, Node.js 2" in capsys.readouterr().out


def assert_changes_are_noticed(signed: Path) -> None:
    content = bytearray(signed.read_bytes())
    with open(signed, "ab") as file:
        file.write(bytes(8))
    with pytest.raises(ExecutableFormatError, match="something was appended after it was signed|has the checksum"):
        check_pe(signed)
    parsed = lief.PE.parse(list(content))
    assert parsed is not None
    # Without a checksum, so that it is the signature that notices.
    at = parsed.dos_header.addressof_new_exeheader + 88
    content[at : at + 4] = bytes(4)
    signed.write_bytes(content)
    check_pe(signed)
    content[len(content) // 2] ^= 1
    signed.write_bytes(content)
    with pytest.raises(ExecutableFormatError, match="was changed after it was signed"):
        check_pe(signed)


@pytest.mark.slow
@pytest.mark.proves("win-x64", "ran under Wine", "signed by a tool")
@pytest.mark.parametrize("project, major", [(HELLO, major) for major in NODE_MAJORS])
def test_a_signed_executable_runs(
    project: TestProject,
    major: int,
    wine: Wine,  # noqa: F811
    signer: Signer,
    packaged_program: ProgramOf,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    needs_node(wine, major)
    program = packaged_program(project, major)
    signed = signer.sign(Path(program.argv[0]), folder / "signed.exe")
    assert_sound(signer, signed, "win-x64", capsys)
    (case,) = (case for case in project.cases if case.name == "arguments")
    expected = run_by(wine, program, case, folder / "unsigned")
    assert expected.exit_code == 0
    assert run_by(wine, Program((str(signed),), hidden=(REPOSITORY,)), case, folder / "signed") == expected
    assert_changes_are_noticed(signed)


@pytest.mark.slow
@pytest.mark.proves("win-arm64", "built and checked", "signed by a tool")
@pytest.mark.parametrize("project, major", [(ARM64, 22)])
def test_a_signed_executable_for_arm64(
    project: TestProject,
    major: int,
    signer: Signer,
    packaged_program: ProgramOf,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Built, signed and checked; there is nothing here to run it."""
    path = Path(packaged_program(project, major).argv[0])
    made = lief.PE.parse(str(path))
    assert made is not None and not made.has_signatures
    assert made.optional_header.subsystem == lief.PE.OptionalHeader.SUBSYSTEM.WINDOWS_GUI
    assert lief.PE.check_layout(made) == (True, "")
    signed = signer.sign(path, folder / "signed.exe")
    assert_sound(signer, signed, "win-arm64", capsys)
    assert_changes_are_noticed(signed)


@pytest.mark.slow
@pytest.mark.parametrize("target", [(22, "x64"), (24, "x64"), (26, "x64"), (22, "arm64")])
def test_signatures_of_others_hold(target: tuple[int, str]) -> None:
    """That of each official Node.js: what the last step computes is what Windows does."""
    major, arch = target
    official = node(major, ("win", arch))
    parsed = lief.PE.parse(str(official))
    assert parsed is not None and parsed.has_signatures
    check_pe(official)
