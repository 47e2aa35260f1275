"""Building executables without sources: what is compiled again after an edit, and what is kept where nothing can compile."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Iterable

import pytest

from pkg_rules.testutil.small_repository import SmallRepository

PACKAGE = {"name": "app", "version": "1.0.0"}
# So many that each folder is a part of its own.
FILES_OF_A_FOLDER = 100
KEPT = ["node24-linux-arm64", "node22-macos-arm64"]
# The parts of a name in which the targets differ.
KEPT_NAMES = ["kept-node24-linux", "kept-node22-macos"]


@pytest.fixture
def repository(tmp_path: Path) -> Iterable[SmallRepository]:
    made = SmallRepository.make(
        tmp_path / "repository",
        {
            "app/package.json": json.dumps(PACKAGE),
            "app/package-lock.json": json.dumps(
                {**PACKAGE, "lockfileVersion": 3, "requires": True, "packages": {"": PACKAGE}}
            ),
        },
    )
    yield made
    for file in (made.root / "dist").rglob("*"):
        if file.is_file():
            file.unlink()


def compiled(repository: SmallRepository) -> list[str]:
    """What the build compiles that is in no cache: processes that have run leave their folder here."""
    sandboxes = repository.root / "sandboxes"
    sandboxes.mkdir(exist_ok=True)
    finished = repository.pants(
        "--keep-sandboxes=always",
        f"--local-execution-root-dir={sandboxes}",
        "--pants-ignore=+['/sandboxes/']",
        "package",
        "app:bin",
    )
    assert finished.exit_code == 0, finished.output
    return sorted(re.findall(r"for Compile (.*) with Node", finished.output))


@pytest.mark.slow
def test_an_edit_compiles_its_folder_again_and_nothing_else(repository: SmallRepository) -> None:
    new = uuid.uuid4().hex
    modules = {
        f"app/{folder}/m{number}.js": f"exports.value = '{new} {number}';\n"
        for folder in ("one", "two")
        for number in range(FILES_OF_A_FOLDER)
    }
    requires = "\n".join(f"require('.{path[3:]}');" for path in modules)
    repository.write(
        {
            **modules,
            "app/main.js": f"{requires}\nconsole.log('{new}');\n",
            "app/BUILD": 'package_json(name="pkg")\njavascript_sources(name="src", sources=["**/*.js"])\n'
            'node_executable(name="bin", entry_point="main.js", mode="standard")\n',
        }
    )
    assert compiled(repository) == [
        "`app` (101 files)",
        "`app` (101 files)",
        "`app` (2 files)",
    ]

    repository.write({"app/two/m7.js": "exports.value = 'edited';\n"})

    assert compiled(repository) == ["`app` (101 files)"]


@pytest.mark.slow
def test_where_nothing_can_compile_sources_are_kept_and_named(repository: SmallRepository) -> None:
    repository.write(
        {
            "app/main.js": "require('./lib');\n",
            "app/lib.js": "// A comment that nobody hides.\n",
            "app/BUILD": 'package_json(name="pkg")\njavascript_sources(name="src")\n'
            f'node_executable(name="kept", entry_point="main.js", mode="standard", fallback_to_source=True, targets={KEPT})\n'
            'node_executable(name="refused", entry_point="main.js", mode="standard", targets=["node24-linux-arm64"])\n',
        }
    )

    refused = repository.pants("--node-emulators-qemu-names=['no-such-qemu']", "package", "app:refused")

    assert refused.exit_code == 1
    for part in (
        "No bytecode of `app/main.js` can be made for linux-arm64. No QEMU for arm64 was found",
        "`qemu-user-static",
        "`fallback_to_source=True` keeps the source",
        "`bytecode=False` keeps all",
        "an `environment` of that platform",
    ):
        assert part in refused.output, refused.output
    assert repository.distributed() == ()

    kept = repository.pants("--node-emulators-qemu-names=['no-such-qemu']", "package", "app:kept")

    assert kept.exit_code == 0, kept.output
    assert kept.output.count("(`fallback_to_source`): `app/lib.js`, `app/main.js`.") == len(KEPT)
    for name in KEPT_NAMES:
        assert b"A comment that nobody hides." in (repository.root / "dist/app" / name).read_bytes()
