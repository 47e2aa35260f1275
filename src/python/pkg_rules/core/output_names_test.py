"""Tables of outputs: how they are called, which templates are refused, what collides."""

from __future__ import annotations

import pytest

from pkg_rules.core.output_names import (
    OutputNameError,
    OutputPath,
    OutputTemplateError,
    check_template,
    output_names,
)
from pkg_rules.core.triples import Triple


def at(template: str, directory: str = "") -> OutputPath:
    return OutputPath(template, "src/js/app", "bin", directory)


@pytest.mark.parametrize(
    ("triples", "names"),
    [
        (["24.21.0 linux x64"], ["app"]),
        (["24.21.0 win x64"], ["app.exe"]),
        (["24.21.0 linux x64", "24.21.0 win x64"], ["app-linux", "app-win.exe"]),
        # Not all platforms have the same patch version; the user asked for `node24` on both.
        (["24.21.0 linux x64", "24.18.1 macos x64"], ["app-linux", "app-macos"]),
        (["24.21.0 linux x64", "24.21.0 linux arm64"], ["app-x64", "app-arm64"]),
        (["22.23.2 linux x64", "24.21.0 linux x64"], ["app-node22", "app-node24"]),
        (["24.9.0 linux x64", "24.21.0 linux x64"], ["app-node24.9.0", "app-node24.21.0"]),
        (
            ["22.23.2 linux x64", "24.21.0 win arm64"],
            ["app-node22-linux-x64", "app-node24-win-arm64.exe"],
        ),
    ],
)
def test_outputs_are_named_by_what_differs(triples: list[str], names: list[str]) -> None:
    assert list(output_names(at("app"), [Triple(*triple.split()) for triple in triples])) == names


def test_an_extension_is_not_doubled() -> None:
    triples = [Triple("24.21.0", "win", "x64"), Triple("24.21.0", "win", "arm64")]
    assert output_names(at("dist/app.exe"), triples) == ("dist/app-x64.exe", "dist/app-arm64.exe")


def test_targets_that_mean_the_same_collide() -> None:
    triples = [
        Triple("24.21.0", "linux", "x64", "host"),
        Triple("24.21.0", "linux", "x64", "node24"),
        Triple("24.21.0", "win", "x64", "win"),
    ]
    with pytest.raises(OutputNameError) as error:
        output_names(at("app"), triples)
    assert str(error.value) == (
        "The targets `host` and `node24` would both be written to `app-linux`: they mean the same Node.js, "
        "`node24.21.0-linux-x64`. Remove one of them."
    )


LINUX, ARM = Triple("24.21.0", "linux", "x64", "linux"), Triple("24.21.0", "linux", "arm64", "arm64")
WINDOWS = Triple("22.23.2", "win", "x64", "node22-win")


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{spec_path_normalized}/{name}", ["src.js.app/bin-node24-linux", "src.js.app/bin-node22-win.exe"]),
        ("${target_name_normalized}", ["bin-node24-linux", "bin-node22-win.exe"]),
        ("{name}{extension}", ["bin-node24-linux", "bin-node22-win.exe"]),
        ("{platform}/{name}", ["linux/bin", "win/bin.exe"]),
        ("{platform}/{name}{extension}", ["linux/bin", "win/bin.exe"]),
        ("{platform}/tool.exe", ["linux/tool.exe", "win/tool.exe"]),
        ("{name}-{version}-{arch}${file_suffix}", ["bin-24.21.0-x64", "bin-22.23.2-x64.exe"]),
        ("./a//{node}/{name}", ["a/node24/bin", "a/node22/bin.exe"]),
        ("a.{node}", ["a.node24", "a.node22.exe"]),
    ],
)
def test_templates(template: str, names: list[str]) -> None:
    check_template(template)
    assert list(output_names(at(template), [LINUX, WINDOWS])) == names


def test_a_directory_lies_before_the_name() -> None:
    assert output_names(at("{spec_path_normalized}/{name}", "out"), [LINUX]) == ("src.js.app/out/bin",)


def test_of_the_build_root_there_is_no_directory() -> None:
    assert output_names(OutputPath("{spec_path_normalized}/{name}", "", "bin"), [LINUX]) == ("bin",)


@pytest.mark.parametrize(
    ("template", "triples", "message"),
    [
        (
            "{platform}/{name}",
            [LINUX, ARM, WINDOWS],
            "The targets `linux` and `arm64` would both be written to `linux/bin`. They differ in `{arch}`: add that to "
            "`{platform}/{name}`.",
        ),
        (
            "{arch}/x",
            [LINUX, Triple("22.23.2", "macos", "x64", "mac")],
            "The targets `linux` and `mac` would both be written to `x64/x`. They differ in `{node}` and `{platform}`: "
            "add these to `{arch}/x`.",
        ),
        (
            "{node}",
            [LINUX, Triple("24.9.0", "linux", "x64", "old")],
            "The targets `linux` and `old` would both be written to `node24`. They differ in `{version}`: add that to "
            "`{node}`.",
        ),
    ],
)
def test_a_template_must_tell_targets_apart(template: str, triples: list[Triple], message: str) -> None:
    with pytest.raises(OutputNameError) as error:
        output_names(at(template), triples)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{plattform}/x", "has the placeholder `{plattform}`, which is not known. Did you mean `{platform}`? Known are"),
        ("x-{}", "has the placeholder `{}`, which is not known. Known are `{spec_path_normalized}`, `{target_name_norm"),
        ("x-{platform", "has a brace that belongs to no placeholder."),
        ("x-{{platform}}", "has a brace that belongs to no placeholder."),
        ("{name}{extension}/{platform}", "has `{extension}` elsewhere than at its end"),
        ("{extension}{extension}", "has `{extension}` elsewhere than at its end"),
        ("/bin/{platform}", "leads out of the distribution folder"),
        ("../{platform}", "leads out of the distribution folder"),
        ("{platform}/", "names a directory. Add the name of the executable, e.g. `{name}`."),
        ("", "names a directory."),
        ("a/..", "names a directory."),
        ("{platform}/..", "names a directory."),
    ],
)
def test_bad_templates(template: str, message: str) -> None:
    with pytest.raises(OutputTemplateError) as error:
        check_template(template)
    assert str(error.value).startswith(message)
