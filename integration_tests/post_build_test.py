"""Hooks that come after everything else: what they add is kept, and what they break does not get into the distribution folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Iterator

import pytest

from pkg_rules.core.sea.finished import Expected, check_finished
from pkg_rules.testutil.small_repository import SmallRepository

PACKAGE = {"name": "app", "version": "1.0.0"}
LOCK = {**PACKAGE, "lockfileVersion": 3, "requires": True, "packages": {"": PACKAGE}}
BUILD = """\
package_json(name="pkg")
javascript_sources(name="src")
node_executable(
    name="bin", entry_point="main.js", targets=["node22-linux-x64", "node22-win-x64", "node22-macos-arm64"],
    post_build={hook!r},
)
"""
# Bytes of the code of Node.js, as a tool would patch them.
PATCH = 'case $PKG_OUTPUT in *{name}*) printf x | dd of="$PKG_OUTPUT" bs=1 seek=9000000 conv=notrunc;; esac'
CHECKSUM = 'cksum < "$PKG_OUTPUT" > "$PKG_OUTPUT.checksum"'


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Emptied at once: these are some hundred megabytes, which pytest would keep for its next three runs."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.slow
def test_hooks_for_all_formats(folder: Path) -> None:
    repository = SmallRepository.make(
        folder,
        {
            "app/BUILD": BUILD.format(hook=CHECKSUM),
            "app/package.json": json.dumps(PACKAGE),
            "app/package-lock.json": json.dumps(LOCK),
            "app/main.js": "console.log('here');\n",
        },
    )
    finished = repository.pants("package", "app::")
    assert finished.exit_code == 0, finished.output
    paths = {"linux-x64": "app/bin-linux-x64", "macos-arm64": "app/bin-macos-arm64", "win-x64": "app/bin-win-x64.exe"}
    assert repository.distributed() == tuple(
        name for path in paths.values() for name in (path, f"{path}.checksum")
    )
    for kind, path in paths.items():
        check_finished(folder / "dist" / path, Expected(kind, has_payload=True, is_signed=kind.startswith("macos")))
    shutil.rmtree(folder / "dist")

    for name, problem in (("macos", "was changed after it was signed"), ("win", "has the checksum")):
        repository.write({"app/BUILD": BUILD.format(hook=PATCH.format(name=name))})
        broken = repository.pants("package", "app::")
        assert broken.exit_code == 1
        assert f"of the target `app:bin` left an executable for `{name}-" in broken.output, broken.output
        assert problem in broken.output and "so nothing is written to the distribution folder" in broken.output
        assert repository.distributed() == ()
