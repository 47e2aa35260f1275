"""What is wrong with a project is said before anything is written, with the place and the remedy."""

from __future__ import annotations

import json
import shutil
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping

import pytest

from pkg_rules.testutil.pinned_tools import LOCK_FILE, REPOSITORY
from pkg_rules.testutil.small_repository import Finished, SmallRepository

PACKAGE = json.dumps({"name": "app", "version": "1.0.0"})
LOCK = json.dumps(
    {
        "name": "app",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {"": {"name": "app", "version": "1.0.0"}},
    }
)


def lock_with_armv7() -> str:
    """The lock of Node.js, with one that nothing can be built for; it is refused before it is downloaded."""
    content = json.loads(LOCK_FILE.read_text())
    like = next(
        entry
        for entry in content["node"]
        if entry["version"].startswith("22.") and (entry["platform"], entry["arch"]) == ("linux", "arm64")
    )
    content["node"].append({**like, "arch": "armv7"})
    return json.dumps(content)


def build(fields: str = 'entry_point="main.js"', more: str = "") -> str:
    return f'package_json(name="pkg")\njavascript_sources(name="src")\nnode_executable(name="bin", {fields})\n{more}'


SOUND = {
    "app/BUILD": build(),
    "app/package.json": PACKAGE,
    "app/package-lock.json": LOCK,
    "app/main.js": "console.log('here');\n",
}


@dataclass(frozen=True)
class Mistake:
    """A sound project but for one thing, and what the message must say."""

    name: str
    files: Mapping[str, str]
    said: tuple[str, ...]


def mistake(name: str, files: Mapping[str, str], *said: str) -> Mistake:
    return Mistake(name, {**SOUND, **files}, said)


MISTAKES = (
    mistake(
        "entry-point-missing",
        {"app/BUILD": build('entry_point="start.js"')},
        "app:bin",
        "entry_point",
        "start.js",
    ),
    mistake(
        "entry-point-without-target",
        {"app/BUILD": build('entry_point="other/start.js"'), "app/other/start.js": "console.log(1);\n"},
        "app:bin",
        "app/other/start.js",
        "javascript_sources",
    ),
    mistake(
        "two-entry-points",
        {
            "app/BUILD": 'package_json(name="pkg")\njavascript_sources(name="src")\nnode_executable(name="bin")\n',
            "app/package.json": json.dumps(
                {"name": "app", "version": "1.0.0", "bin": {"one": "main.js", "two": "two.js"}}
            ),
            "app/two.js": "console.log(2);\n",
        },
        "app:bin",
        "entry_point",
        "`one`",
        "`two`",
    ),
    mistake(
        "unknown-token",
        {"app/BUILD": build('entry_point="main.js", targets=["node24-linx-x64"]')},
        "app:bin",
        "targets",
        "`linx`",
        "`node24-linx-x64`",
        "linux",
    ),
    mistake(
        "no-base-for-platform",
        {"app/BUILD": build('entry_point="main.js", targets=["node24-linuxstatic-x64"]')},
        "app:bin",
        "linuxstatic",
        "supply your own executable",
    ),
    mistake(
        "other-platform",
        {
            "app/BUILD": build('entry_point="main.js", targets=["node22-linux-armv7"]'),
            str(LOCK_FILE.relative_to(REPOSITORY)): lock_with_armv7(),
        },
        "app:bin",
        "targets",
        "`node22-linux-armv7`",
        "a Node.js of 32 bits takes an application only from one of 32 bits",
        "Build for `arm64` or `x64` instead",
    ),
    mistake(
        "icon-missing",
        {"app/BUILD": build('entry_point="main.js", targets=["win-x64"], windows_icon="art/app.ico"')},
        "app:bin",
        "windows_icon",
        "there is no file `app/art/app.ico`",
    ),
    mistake(
        "icon-is-something-else",
        {
            "app/BUILD": build('entry_point="main.js", targets=["win-x64"], windows_icon="app.ico"'),
            "app/app.ico": "a text",
        },
        "app:bin",
        "windows_icon",
        "`app.ico`",
        "It is no icon file",
    ),
    mistake(
        "version-with-words",
        {"app/BUILD": build('entry_point="main.js", windows_version_info={"FileVersion": "1.2-beta"}')},
        "app:bin",
        "windows_version_info",
        "`FileVersion` is `1.2-beta`",
        "one to four numbers",
    ),
    mistake(
        "several-files-in-simple-mode",
        {
            "app/BUILD": build('entry_point="main.js", mode="simple"'),
            "app/main.js": "require('./helper');\n",
            "app/helper.js": "console.log(1);\n",
        },
        "app:bin",
        "app/main.js",
        "`./helper`",
        "node_build_script",
    ),
    mistake(
        "bytecode-of-what-does-not-parse",
        {
            "app/BUILD": build('entry_point="main.js", mode="standard"'),
            "app/main.js": "require('./broken');\n",
            "app/broken.js": "'use strict';\n\nconst = 1;\n",
        },
        "Compile `app` (3 files) with Node",
        "- `broken.js`: SyntaxError: Unexpected token '=' (line 3)",
        "`fallback_to_source=True`",
        "`bytecode=False`",
        "`environment`",
    ),
    mistake(
        "bytecode-of-more-than-types",
        {
            "app/BUILD": build(
                'entry_point="main.ts", mode="standard"', 'typescript_sources(name="ts", sources=["*.ts"])\n'
            ),
            "app/main.ts": "let a: number = 1;\nenum Colour { Red }\n",
        },
        "- `main.ts`: SyntaxError: TypeScript enum is not supported in strip-only mode (line 2)",
        "`fallback_to_source=True`",
    ),
    mistake(
        "bytecode-for-macos",
        {"app/BUILD": build('entry_point="main.js", mode="standard", targets=["node22-macos-arm64"]')},
        "No bytecode of `app/main.js` can be made for macos-arm64",
        "V8 compiles for macOS only on a Mac",
        "`fallback_to_source=True`",
        "`bytecode=False`",
        "an `environment` of that platform",
    ),
    mistake(
        "same-output-twice",
        {"app/BUILD": build('entry_point="main.js", targets=["node24", "node24-linux-x64"]')},
        "app:bin",
        "targets",
        "`node24`",
        "`node24-linux-x64`",
    ),
    mistake(
        "package-json-unreadable",
        {"app/package.json": '{\n  "name": "app",\n  "version": 1.0.0\n}\n'},
        "app/package.json",
    ),
    mistake(
        "lock-file-out-of-date",
        {
            "app/package.json": json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"ms": "2.1.3"}}),
            "app/main.js": "console.log(require('ms')(60000));\n",
        },
        "app/package-lock.json",
        "`ms`",
        "npm install --package-lock-only",
    ),
    mistake(
        "import-missing",
        {"app/main.js": "'use strict';\n\nrequire('./helper');\n"},
        "`app/main.js` line 3",
        "`./helper`",
    ),
    mistake(
        "named-file-not-packed",
        {
            "app/BUILD": build('entry_point="main.js", strict_assets=True'),
            "app/main.js": "const path = require('node:path');\nconsole.log(path.join(__dirname, 'pages'));\n",
            "app/pages/index.html": "<!doctype html>\n",
        },
        "`app/main.js` line 2 names `app/pages`",
        'Write `files(name="assets", sources=["pages/**"])` into `app/BUILD` and add `//app:assets`',
    ),
    mistake(
        "package-missing",
        {"app/main.js": "'use strict';\n\nimport('left-pad');\nrequire('left-pad');\n"},
        "app/main.js",
        "`left-pad`",
        "package.json",
    ),
    mistake(
        "asset-without-target",
        {
            "app/package.json": json.dumps({"name": "app", "version": "1.0.0", "pkg": {"assets": "views/*"}}),
            "app/views/page.html": "<p>",
        },
        "app:bin",
        "`app/views/page.html` (`views/*`)",
        'files(name="pkg_files", sources=["views/*"])',
    ),
    mistake(
        "pkg-block-of-wrong-type",
        {"app/package.json": json.dumps({"name": "app", "version": "1.0.0", "pkg": {"bytecode": "no"}})},
        "`bytecode`",
        "app/package.json",
        '"no"',
        "`true` or `false`",
    ),
    mistake(
        "hook-fails-after-the-executable-is-made",
        {"app/BUILD": build('entry_point="main.js", post_build="echo the reason; exit 7"')},
        "app:bin",
        "post_build",
        "exit code 7",
        "the reason",
    ),
    mistake(
        "dependency-cycle",
        {
            "app/BUILD": build(
                'entry_point="main.js", dependencies=[":one"]',
                'target(name="one", dependencies=[":two"])\ntarget(name="two", dependencies=[":one"])\n',
            )
        },
        "app:one",
        "app:two",
    ),
)


@pytest.mark.slow
def test_without_a_mistake_it_is_packaged(tmp_path: Path) -> None:
    repository = SmallRepository.make(tmp_path / "repository", SOUND)
    finished = repository.pants("package", "app:bin")
    assert finished.exit_code == 0, finished.output
    assert repository.distributed() == ("app/bin",)
    assert subprocess.check_output([str(repository.root / "dist/app/bin")]) == b"here\n"


@dataclass(frozen=True)
class Packaged:
    finished: Finished
    distributed: tuple[str, ...]


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[Packaged]]]:
    """Of all chosen mistakes, two at a time: most of it is the start of Pants, which takes one processor."""
    folder = tmp_path_factory.mktemp("mistakes")

    def package(case: Mistake) -> Packaged:
        repository = SmallRepository.make(folder / case.name, case.files)
        return Packaged(repository.pants("package", "app:bin"), repository.distributed())

    callspecs = (getattr(item, "callspec", None) for item in request.session.items)
    cases = (callspec.params.get("case") for callspec in callspecs if callspec is not None)
    with ThreadPoolExecutor(2) as pool:
        yield {case.name: pool.submit(package, case) for case in cases if isinstance(case, Mistake)}
    shutil.rmtree(folder)


# What is refused for a target as such, by the name of the mistake: target, mode, Node.js, and what of the message says why.
REFUSED = {
    "other-platform": ("linux-armv7", "sea", 22, "a Node.js of 32 bits takes an application only from one of 32 bits"),
    "bytecode-for-macos": ("macos-arm64", "standard", 22, "V8 compiles for macOS only on a Mac"),
}


def with_proof(case: Mistake) -> object:
    if case.name not in REFUSED:
        return pytest.param(case, id=case.name)
    target, mode, major, why = REFUSED[case.name]
    assert why in case.said
    proof = pytest.mark.proves(target, f"refused: {why}", "any program", mode, major)
    return pytest.param(case, id=case.name, marks=proof)


@pytest.mark.slow
@pytest.mark.parametrize("case", map(with_proof, MISTAKES))
def test_mistake_is_explained_and_nothing_is_written(
    case: Mistake, outcomes: Mapping[str, Future[Packaged]]
) -> None:
    packaged = outcomes[case.name].result()
    finished = packaged.finished
    assert finished.exit_code == 1, finished.output
    assert [part for part in case.said if part not in finished.output] == [], finished.output
    # An error is for the user; a trace of the engine is for us.
    assert "Traceback" not in finished.output
    assert packaged.distributed == ()
