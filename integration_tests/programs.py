"""The test projects as programs: what they are called, and the calls by which they are compared with plain Node.js."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Callable

from pkg_rules.testutil.oracle import Case, Program
from pkg_rules.testutil.pinned_tools import NODE_MAJORS


@dataclass(frozen=True)
class TestProject:
    """`target` has one executable for each of `majors` of Node.js; `script` is what plain Node.js starts.

    Without Wine those that need it to be built cannot be.
    """

    __test__ = False  # Not a test class, whatever pytest makes of its name.

    name: str
    target: str
    script: str
    cases: tuple[Case, ...] = ()
    majors: tuple[int, ...] = NODE_MAJORS
    needs_wine: bool = False

    @property
    def feature(self) -> str:
        name, _, rest = self.name.partition("-standard")
        return f"project {name}{rest.replace('_', ' with ')}"

    @property
    def mode(self) -> str:
        """As its BUILD file says it."""
        if "standard" in self.target.partition(":")[2]:
            return "standard"
        return "simple" if self.name == "single" else "sea"

    def executable(self, major: int) -> str:
        """Where it is below the distribution folder."""
        folder, name = self.target.split(":")
        extension = ".exe" if name.startswith("windows") else ""
        # With a single target there is nothing to tell apart.
        suffix = "" if name == "windows_arm64" else f"-node{major}"
        return f"{folder.replace('/', '.')}/{name}{suffix}{extension}"


# How a project is started with a major version of Node.js.
ProgramOf = Callable[[TestProject, int], Program]


def _workspace(name: str) -> TestProject:
    return TestProject(
        name,
        f"testprojects/{name}/packages/app:majors",
        f"testprojects/{name}/packages/app/src/main.js",
        (
            Case("report"),
            Case("arguments", ("report", "90s", "2h")),
            Case("identity", ("identity",)),
            Case("uncaught", ("fail", "soon"), exit_code=1),
            Case("self-reference", ("other", "thing"), exit_code=2),
        ),
    )


def _assets(name: str, target: str) -> TestProject:
    return TestProject(
        name,
        f"testprojects/assets:{target}",
        "testprojects/assets/src/main.js",
        (
            Case("page"),
            Case("inspect", ("inspect",)),
            Case("copy", ("copy", "copied")),
            Case("missing", ("missing",), exit_code=1),
        ),
    )


def _big(name: str, target: str, script: str) -> TestProject:
    return TestProject(
        name,
        f"testprojects/big:{target}",
        f"testprojects/big/src/{script}",
        (Case("checksum"), Case("show", ("show",)), Case("fail", ("fail",), exit_code=1)),
    )


_TS_PROGRAM = {
    "tsconfig.json": json.dumps(
        {"compilerOptions": {"strict": True, "target": "es2022", "module": "nodenext", "outDir": "out"}}
    ),
    "src/shapes.ts": "export interface Circle { radius: number }\n"
    "export const area = ({ radius }: Circle): number => Math.PI * radius ** 2;\n",
    "src/main.ts": 'import { area } from "./shapes.js";\n\nconst radii: readonly number[] = [1, 2];\n'
    "console.log(radii.map((radius) => area({ radius })));\n",
}

API = TestProject("api", "testprojects/api:majors", "testprojects/api/src/server.js")

PROJECTS = (
    TestProject(
        "hello",
        "testprojects/hello:majors",
        "testprojects/hello/src/main.js",
        (
            Case("plain"),
            # Options that people give to every Node.js of a machine; they change what V8 takes from a code cache.
            Case("memory-limit", environment={"NODE_OPTIONS": "--max-old-space-size=512"}),
            Case("v8-option", environment={"NODE_OPTIONS": "--stack-trace-limit=20"}),
            Case("source-maps", environment={"NODE_OPTIONS": "--enable-source-maps"}),
            Case("arguments", ("Ada", "Grace Hopper", "")),
            Case("language", ("--language", "ja", "ノード")),
            Case("version", ("--version",)),
            Case("languages", ("--languages",)),
            Case("where", ("--where",)),
            Case("stdin", ("--stdin",), stdin="one\ntwo\n" * 10_000),
            Case("usage", ("--no-such-option",), exit_code=2),
            Case("exit-code", ("--exit", "9"), exit_code=9),
            Case("throw", ("--fail", "throw"), exit_code=1),
            Case("throw-later", ("--fail", "later"), exit_code=1),
            Case("unhandled-rejection", ("--fail", "reject"), exit_code=1),
            Case("not-an-error", ("--fail", "not-an-error"), exit_code=1),
            Case("caught", ("--fail", "caught"), exit_code=4),
            Case("missing-module", ("--fail", "missing-module"), exit_code=1),
            Case("missing-package", ("--fail", "missing-package"), exit_code=1),
            Case("syntax", ("--fail", "syntax"), exit_code=1),
            Case("exit-handler", ("--fail", "exit-handler"), exit_code=7),
        ),
    ),
    TestProject(
        "tsc",
        "testprojects/tsc:majors",
        "testprojects/tsc/src/main.js",
        (
            Case("version", ("--version",)),
            Case("compile", ("--project", "tsconfig.json", "--listFilesOnly"), files=_TS_PROGRAM),
            Case("emit", ("--project", "."), files=_TS_PROGRAM),
            Case(
                "type-error",
                ("--strict", "--noEmit", "--pretty", "a.ts"),
                files={"a.ts": "const count: number = 'one';\n"},
                exit_code=2,
            ),
        ),
    ),
    TestProject(
        "esm-cli",
        "testprojects/esm-cli:majors",
        "testprojects/esm-cli/src/cli.js",
        (
            Case("show"),
            Case("narrow-colour", ("show", "--width", "30"), environment={"FORCE_COLOR": "1"}),
            Case("html", ("show", "--format", "html")),
            Case("outline", ("show", "--format", "outline")),
            Case("own-file", ("show", "note.md"), files={"note.md": "# Note\n\n* [x] done\n"}),
            Case("modules", ("modules",)),
            Case("help", ("--help",)),
            Case("version", ("--version",)),
            Case("unknown-format", ("show", "--format", "tex"), exit_code=1),
            Case("unknown-command", ("nothing",), exit_code=2),
            Case("module-throws", ("fail", "throws"), exit_code=1),
            Case("missing-export", ("fail", "link"), exit_code=1),
            Case("syntax-error", ("fail", "syntax"), exit_code=1),
            Case("rejected-await", ("fail", "rejects"), exit_code=1),
            Case("unsettled-await", ("fail", "unsettled"), exit_code=13),
        ),
    ),
    _assets("assets", "majors"),
    _assets("assets-zstd", "zstd_majors"),
    TestProject(
        "helpers",
        "testprojects/helpers:majors",
        "testprojects/helpers/src/main.js",
        (Case("all"), Case("thread", ("thread",)), Case("usage", ("nobody",), exit_code=2)),
    ),
    TestProject(
        "typescript",
        "testprojects/typescript:majors",
        "testprojects/typescript/src/main.ts",
        (
            Case("sum", stdin="nut 3\nbolt 2.5\nnut 4\n"),
            Case("kilograms", ("sum", "kilograms"), stdin="flour 1.5\n"),
            Case("where", ("where",)),
            Case("not-an-entry", stdin="nut\n", exit_code=1),
            Case("throws", ("fail", "throws"), exit_code=1),
            Case("enum", ("fail", "enum"), exit_code=1),
            Case("syntax", ("fail", "syntax"), exit_code=1),
            Case("type-import", ("fail", "type-import"), exit_code=1),
            Case("missing", ("fail", "nothing"), exit_code=1),
            Case("unknown-command", ("nothing",), exit_code=2),
        ),
    ),
    _workspace("workspace"),
    _workspace("workspace-pnpm"),
    _big("big-cjs", "majors", "main.js"),
    _big("big-esm", "esm_majors", "main.mjs"),
    TestProject(
        "bundled",
        "testprojects/bundled:majors",
        "testprojects/bundled/dist/main.js",
        (
            Case(
                "show",
                stdin='{"items": [{"name": "nut", "count": 3, "tags": ["m4"]}, {"name": "bolt", "count": 0}]}',
                environment={"FORCE_COLOR": "1"},
            ),
            Case("invalid", stdin='{"items": [{"name": "", "count": -1}]}', exit_code=1),
            Case("not-json", stdin="{", exit_code=1),
        ),
    ),
    TestProject(
        "native",
        "testprojects/native:majors",
        "testprojects/native/src/main.js",
        (
            Case("image"),
            Case("wrong-password", ("password", "x"), exit_code=1),
            Case("right-password", ("password", "open sesame")),
            Case("workers", ("workers", "3")),
            Case("broken", ("broken",)),
        ),
    ),
    TestProject(
        "pkg-block",
        "testprojects/pkg-block:majors",
        "testprojects/pkg-block/src/main.js",
        # What patches and hooks change is not as under plain Node.js: see pkg_block_test.py.
        (
            Case("text"),
            Case("html", ("report", "html", "2d", "1h")),
            Case("computed-package", ("colour",)),
            Case("generated", ("stamp",)),
            Case("beside", ("settings",)),
            Case("unknown-command", ("nothing",), exit_code=2),
        ),
    ),
    TestProject(
        "single",
        "testprojects/single:majors",
        "testprojects/single/src/count.cjs",
        (
            Case("count", stdin="one two\nthree\n"),
            Case("hash", ("--hash",), stdin="Grüße\n"),
            Case("usage", ("--frobnicate",), exit_code=2),
        ),
    ),
)


def _emulated(target: str, name: str, *case_names: str) -> TestProject:
    """Emulation takes longer, so there are fewer cases."""
    (project,) = (project for project in PROJECTS if project.name == name)
    cases = tuple(case for case in project.cases if case.name in case_names)
    assert len(cases) == len(case_names), f"{name} has no such case: {case_names}"
    return dataclasses.replace(
        project, target=project.target.replace(":majors", f":{target}"), cases=cases
    )


def _without_sources(name: str, *left_out: str, target: str = "standard") -> TestProject:
    """All cases of a project but some, as an executable that has bytecode in the place of its sources."""
    (project,) = (one for one in (*PROJECTS, API) if one.name == name)
    return dataclasses.replace(
        project,
        name=f"{name}-{target}",
        target=project.target.replace(":majors", f":{target}"),
        cases=tuple(case for case in project.cases if case.name not in left_out),
    )


API_STANDARD = _without_sources("api")
STANDARD_PROJECTS = (
    # NODE_OPTIONS are ignored, unless a field says something else.
    _without_sources("hello", "memory-limit", "v8-option", "source-maps"),
    _without_sources("esm-cli"),
    _without_sources("esm-cli", target="standard_zstd"),
    _without_sources("tsc"),
    _without_sources("typescript"),
)
# Its own sources are one line.
HIDING_PROJECTS = tuple(one for one in STANDARD_PROJECTS if one.name != "tsc-standard")

# Under emulators the projects run that meet the system in ways of their own: paths, streams, errors, ES modules, assets, children
# and threads, workspaces, no virtual file system. Not among them: `big` and, under QEMU, `tsc`, as what they are about is size and
# takes minutes there; `native`, whose addons are installed for this machine; `api`, which is a server and has tests of its own;
# the others, which differ in what is done when they are built.
ARM64_PROJECTS = (
    _emulated("arm64", "hello", "arguments", "where", "stdin", "throw", "source-maps", "missing-module"),
    _emulated("arm64", "esm-cli", "show", "modules", "module-throws"),
    _emulated("arm64", "assets", "page", "inspect", "copy"),
    # Children would be started without QEMU, that of plain Node.js too.
    _emulated("arm64", "helpers", "thread"),
    _emulated("arm64", "workspace", "report", "uncaught"),
    _emulated("arm64", "single", "count", "hash"),
)
ARM64_STANDARD_PROJECTS = (
    _emulated("standard_arm64", "hello", "arguments", "where", "stdin", "throw", "throw-later", "missing-module"),
)

# No wheel has a newer Node.js for Alpine.
ALPINE_MAJORS = {"hello": (22, 24), "esm-cli": (24,)}
ALPINE_PROJECTS = (
    _emulated("alpine", "hello", "arguments", "where", "stdin", "throw", "missing-module", "exit-code"),
    _emulated("alpine", "esm-cli", "show", "modules", "module-throws"),
)

WINDOWS_PROJECTS = (
    _emulated(
        "windows",
        "hello",
        "arguments",
        "language",
        "where",
        "stdin",
        "throw",
        "unhandled-rejection",
        "missing-module",
        "syntax",
        "exit-code",
    ),
    _emulated("windows", "esm-cli", "show", "own-file", "modules", "module-throws", "missing-export"),
    _emulated("windows", "assets", "page", "inspect", "copy", "missing"),
    _emulated("windows", "helpers", "all", "thread"),
    # Not `uncaught`: under Wine, Node.js does not see that packages of a workspace are links, and shows another path.
    _emulated("windows", "workspace", "report"),
    _emulated("windows", "single", "count", "hash"),
    _emulated("windows", "tsc", "version", "emit"),
)

WINDOWS_STANDARD_PROJECTS = (
    dataclasses.replace(
        _emulated("windows_standard", "hello", "arguments", "throw", "syntax", "missing-module"),
        needs_wine=True,
    ),
    dataclasses.replace(
        _emulated("windows_standard", "esm-cli", "show", "modules", "module-throws"),
        # There are 60 packages to compile for each, at half a second.
        majors=(24,),
        needs_wine=True,
    ),
)
