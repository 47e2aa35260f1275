"""What is measured: the programs, how they are called, and which file a developer edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping


@dataclass(frozen=True)
class Call:
    """One way to start a program. It is ready at its first output or, if it prints nothing, at its end."""

    name: str
    arguments: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    # A service is stopped by a signal once it is ready; everything else ends by itself.
    service: bool = False


@dataclass(frozen=True)
class BenchmarkProgram:
    name: str
    target: str
    script: str
    edited_file: str
    calls: tuple[Call, ...]

    @property
    def executable(self) -> str:
        """Where it is below the distribution folder."""
        folder, name = self.target.split(":")
        return f"{folder.replace('/', '.')}/{name}"


_SMALL_PROGRAM = {
    "shapes.ts": "export const area = (radius: number): number => Math.PI * radius ** 2;\n",
    "main.ts": 'import { area } from "./shapes.js";\n\nexport const areas: number[] = [1, 2].map(area);\n',
}

PROGRAMS = (
    BenchmarkProgram(
        "hello",
        "testprojects/hello:bin",
        "testprojects/hello/src/main.js",
        "testprojects/hello/src/greet.js",
        (Call("greet"),),
    ),
    BenchmarkProgram(
        "tsc",
        "testprojects/tsc:bin",
        "testprojects/tsc/src/main.js",
        "testprojects/tsc/src/main.js",
        (
            Call("--version", ("--version",)),
            Call("compile", ("--strict", "--module", "nodenext", "main.ts"), _SMALL_PROGRAM),
        ),
    ),
    BenchmarkProgram(
        "api",
        "testprojects/api:bin",
        "testprojects/api/src/server.js",
        "testprojects/api/src/app.js",
        (Call("listening", service=True),),
    ),
    BenchmarkProgram(
        "esm-cli",
        "testprojects/esm-cli:bin",
        "testprojects/esm-cli/src/cli.js",
        "testprojects/esm-cli/src/parse.js",
        (Call("show"), Call("html", ("show", "--format", "html"))),
    ),
    BenchmarkProgram(
        "big-cjs",
        "testprojects/big:bin",
        "testprojects/big/src/main.js",
        "testprojects/big/src/report.js",
        (Call("2,000 modules"),),
    ),
    BenchmarkProgram(
        "big-esm",
        "testprojects/big:esm",
        "testprojects/big/src/main.mjs",
        "testprojects/big/src/report.js",
        (Call("2,000 modules"),),
    ),
)
