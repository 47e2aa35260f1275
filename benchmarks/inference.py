"""How long it takes to infer the dependencies of 1,000 sources, cold: `.venv/pants/bin/python benchmarks/inference.py`.

It makes a repository of the wanted size in a temporary folder and asks the engine in this process, so that the start
of Pants is not in the figures: all targets first, as every goal does, then the dependencies, then again after one
file was changed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src/python"))

from pants.build_graph.address import Address
from pants.engine.target import AllTargets, TransitiveTargets, TransitiveTargetsRequest
from pants.testutil.rule_runner import QueryRule, RuleRunner

from pkg_rules.testutil.graph_rules import graph_rule_runner

FILES_OF_A_DIRECTORY = 50


def sources(count: int) -> Iterator[tuple[str, str]]:
    choose = random.Random(1)
    paths = [f"app/d{i // FILES_OF_A_DIRECTORY}/m{i}" for i in range(count)]
    body = "".join(
        f"/** Adds {i}. It's not `require('x')`. */\n"
        f"function f{i}(a, b) {{\n  return [a, b].map((v) => `${{v}}/` + {i}).filter((v) => /'|\"/.test(v));\n}}\n"
        for i in range(12)
    )
    for path in paths:
        imports = "".join(
            f"const m{i} = require('../../{target}{choose.choice(['', '.js'])}');\n"
            for i, target in enumerate(choose.sample(paths, 5))
        )
        yield f"{path}.js", f"'use strict';\nconst fs = require('fs');\n{imports}{body}"
    yield "app/main.js", "".join(f"require('../{path}');\n" for path in paths)


def timed(rule_runner: RuleRunner) -> float:
    start = time.perf_counter()
    request = TransitiveTargetsRequest([Address("app", target_name="bin")])
    rule_runner.request(TransitiveTargets, [request])
    return time.perf_counter() - start


def main(count: int) -> None:
    rule_runner = graph_rule_runner(
        QueryRule(AllTargets, []), QueryRule(TransitiveTargets, [TransitiveTargetsRequest])
    )
    files = dict(sources(count))
    size = sum(map(len, files.values()))
    rule_runner.write_files(
        {
            **files,
            "app/package.json": '{"name": "app"}',
            "app/BUILD": (
                "package_json(name='pkg')\njavascript_sources(name='src', sources=['**/*.js'])\n"
                "node_executable(name='bin', entry_point='main.js')\n"
            ),
        }
    )
    start = time.perf_counter()
    rule_runner.request(AllTargets, [])
    print(f"all targets of {len(files)} files, {size / 1e6:.1f} MB: {time.perf_counter() - start:.2f} s")
    print(f"dependencies, cold:              {timed(rule_runner):.2f} s")
    rule_runner.write_files({"app/d0/m0.js": "require('../d1/m50')"})
    print(f"dependencies, one file changed:  {timed(rule_runner):.2f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=1000)
    main(parser.parse_args().files)
