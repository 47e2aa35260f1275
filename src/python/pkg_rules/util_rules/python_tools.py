"""Python programs as build steps: our own modules as inputs, and an interpreter that is found when the step runs."""

from __future__ import annotations

import importlib.resources
from dataclasses import dataclass
from typing import Any, Iterator

from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict

from pkg_rules.core.python_launcher import BOOT, render_launcher
from pkg_rules.core.sandbox_paths import LIBRARIES, TOOLS
from pkg_rules.engine import CALL_BY_NAME, Get, create_digest, implicitly
from pkg_rules.subsystems.python_tools import PythonTools


@dataclass(frozen=True)
class PythonScriptRequest:
    """`script` is a file of `pkg_rules/scripts`, e.g. `fetch.py`; `packages` are what it imports of our own, as paths
    below `pkg_rules`, e.g. `core/payload` (`core/errors.py` is always there). Third-party `libraries` are those of
    `PythonLibraries`."""

    script: str
    packages: tuple[str, ...]
    libraries: Digest | None = None


@dataclass(frozen=True)
class PythonScript:
    """What a process that runs the script needs: what comes before its arguments, among its immutable inputs, in its environment.

    The working folder of the process must be the root of the sandbox.
    """

    argv: tuple[str, ...]
    immutable_input_digests: FrozenDict[str, Digest]
    env: FrozenDict[str, str]


# Hashes are made independent of the run although no output may depend on them; nothing is written beside modules.
_ENV = FrozenDict(
    {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "TZ": "UTC"}
)


@rule(desc="Prepare a Python build step")
async def _python_script(request: PythonScriptRequest, python_tools: PythonTools) -> PythonScript:
    launcher = render_launcher(
        python_tools.search_path, python_tools.names, libraries=request.libraries is not None
    )
    always = {"__init__.py", "core/__init__.py", "core/errors.py", "scripts/__init__.py"}
    files = {
        name: content
        for path in sorted({*always, f"scripts/{request.script}", *request.packages})
        for name, content in package_data(path)
    }
    tools = await create_digest(
        CreateDigest(
            [
                FileContent("python", launcher.encode(), is_executable=True),
                FileContent("boot.py", BOOT.encode()),
                *(FileContent(f"lib/pkg_rules/{name}", content) for name, content in files.items()),
            ]
        ),
        **implicitly(),
    )
    inputs = {TOOLS: tools}
    if request.libraries is not None:
        inputs[LIBRARIES] = request.libraries
    return PythonScript(
        argv=(f"{TOOLS}/python", f"pkg_rules.scripts.{request.script[:-len('.py')]}"),
        immutable_input_digests=FrozenDict(inputs),
        env=_ENV,
    )


if CALL_BY_NAME:
    python_script = _python_script
else:

    def python_script(request: PythonScriptRequest, **_: object) -> Get:
        return Get(PythonScript, PythonScriptRequest, request)


def package_data(path: str) -> Iterator[tuple[str, bytes]]:
    """A file of the plugin, or all files of a folder of it but tests, wherever the plugin was installed to."""
    place: Any = importlib.resources.files("pkg_rules")
    for part in path.split("/"):
        place = place.joinpath(part)
    yield from _walk(place, path)


def _walk(place: Any, path: str) -> Iterator[tuple[str, bytes]]:
    if not place.is_dir():
        yield path, place.read_bytes()
        return
    for child in sorted(place.iterdir(), key=lambda child: child.name):
        if child.is_dir() or (child.name.endswith(".py") and not child.name.endswith("_test.py")):
            if child.name not in ("__pycache__", "testdata"):
                yield from _walk(child, f"{path}/{child.name}")


def rules() -> Any:
    return collect_rules()
