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
    # The same program in other modes, by what the tables call them.
    variants: Mapping[str, str] = field(default_factory=dict)


def output_of(target: str) -> str:
    """Where the executable of a target is below the distribution folder."""
    folder, name = target.split(":")
    return f"{folder.replace('/', '.')}/{name}"


STANDARD, ZSTD = "standard", "zstd"


def variants_of(folder: str, *names: str) -> Mapping[str, str]:
    return {name: f"{folder}:benchmark_{name}" for name in names}


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
        variants_of("testprojects/hello", STANDARD),
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
        variants_of("testprojects/tsc", STANDARD, ZSTD),
    ),
    BenchmarkProgram(
        "api",
        "testprojects/api:bin",
        "testprojects/api/src/server.js",
        "testprojects/api/src/app.js",
        (Call("listening", service=True),),
        variants_of("testprojects/api", STANDARD, ZSTD),
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
        variants_of("testprojects/big", STANDARD, ZSTD),
    ),
    BenchmarkProgram(
        "big-esm",
        "testprojects/big:esm",
        "testprojects/big/src/main.mjs",
        "testprojects/big/src/report.js",
        (Call("2,000 modules"),),
        {STANDARD: "testprojects/big:benchmark_esm_standard"},
    ),
)
