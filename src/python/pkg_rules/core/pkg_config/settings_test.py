"""The BUILD file comes first, then the configuration, then the default; and it is said which it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.model import Hook, PackageFiles, PkgConfig
from pkg_rules.core.pkg_config.settings import BuildSettings, HookSource, Settings, effective_settings

SILENT = BuildSettings("app:bin", "app")
CONFIG = PkgConfig(
    "app/package.json",
    targets=("node22",),
    output_path="dist",
    options=("expose-gc",),
    compress="brotli",
    debug=True,
    sea=True,
    pre_build=Hook("make"),
    transform=Hook(None),
    post_build=Hook("sign"),
)
MODES = ("sea", "simple")


def settings(build: BuildSettings = SILENT, config: PkgConfig | None = CONFIG, **changes: Any) -> Settings:
    if config is not None:
        config = replace(config, **changes)
    return effective_settings(build, config, MODES)


def test_targets_of_the_option_come_last() -> None:
    def targets(build: BuildSettings, config: PkgConfig | None) -> tuple[tuple[str, ...], str]:
        found = effective_settings(build, config, MODES, ("node24-win-x64",))
        return found.targets, found.targets_origin

    origin = "The option `[node-executables].default_targets`, which counts for app:bin,"
    assert targets(SILENT, None) == (("node24-win-x64",), origin)
    assert targets(SILENT, CONFIG)[0] == ("node22",)
    assert targets(replace(SILENT, targets=("host",)), None) == (("host",), "The `targets` field of app:bin")


def test_defaults() -> None:
    found = settings(config=None)
    assert (found.targets, found.mode, found.output_directory) == (("host",), "sea", "")
    assert (found.options, found.compress, found.debug) == (None, None, None)
    assert (found.pre_build, found.transform, found.post_build) == (None, None, None)
    assert found.decisions == found.warnings == ()


def test_the_configuration_where_the_build_file_is_silent() -> None:
    found = settings()
    assert (found.targets, found.mode, found.output_directory) == (("node22",), "sea", "dist")
    assert (found.options, found.compress, found.debug) == (("expose-gc",), "brotli", True)
    origin = "of the pkg configuration in `app/package.json`"
    assert found.pre_build == HookSource(f"`preBuild` {origin}", command="make")
    assert found.transform == HookSource(f"`transform` {origin}", file="app/package.json", member="transform")
    assert found.targets_origin == "The `targets` of the pkg configuration in `app/package.json` for app:bin"
    assert found.options_origin == "The `options` of the pkg configuration in `app/package.json` for app:bin"
    assert "`app:bin`: `targets` is `targets` of `app/package.json`: `node22`." in found.decisions
    assert "`app:bin`: `output_path` is `outputPath` of `app/package.json`: `dist`." in found.decisions


def test_the_build_file_comes_first() -> None:
    build = BuildSettings(
        "app:bin",
        "app",
        targets=("host",),
        mode="sea",
        output_path="out/bin",
        options=(),
        compress="none",
        debug=False,
        pre_build="echo",
        transform="tools/t.cjs",
        post_build="",
    )
    found = settings(build)
    assert (found.targets, found.mode, found.output_directory) == (("host",), "sea", "")
    assert (found.options, found.compress, found.debug) == ((), "none", False)
    assert found.pre_build == HookSource("`pre_build` of the target `app:bin`", command="echo")
    assert found.transform == HookSource("`transform` of the target `app:bin`", file="app/tools/t.cjs")
    assert found.post_build is None
    assert (
        "`app:bin`: `targets` is that of the BUILD file; `targets` of `app/package.json` does not count."
        in found.decisions
    )


@pytest.mark.parametrize("path", ["../out", "/out", "a/../../b"])
def test_an_output_path_outside(path: str) -> None:
    with pytest.raises(PkgConfigError, match=f"is `{path}`, which leads out of the distribution folder"):
        settings(output_path=path)


def test_an_output_path_that_changes_nothing() -> None:
    assert settings(output_path="./").output_directory == ""


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"sea": False}, "`sea: false` of the pkg configuration in `app/package.json` asks for the mode `standard`"),
        ({"public": True, "bytecode": True}, "`public`, `bytecode` of the pkg configuration in `app/package.json` have no"),
        ({"public_packages": ("*",)}, "`publicPackages` of the pkg configuration in `app/package.json` has no effect"),
        ({"native_build": False}, "`nativeBuild` of"),
        ({"signature": False}, "`signature` of"),
        ({"no_dictionary": ("*",)}, "`noDictionary` of"),
        ({"sea_config": (("useCodeCache", True),)}, "`seaConfig` of"),
    ],
)
def test_what_has_no_effect_is_told(changes: dict[str, Any], words: str) -> None:
    (warning,) = settings(**changes).warnings
    assert warning.startswith(words)


def test_what_has_no_effect_in_simple_mode() -> None:
    build = replace(SILENT, mode="simple", transform="")
    (warning,) = settings(build, files=PackageFiles(scripts=("x",)), ignore=("y",), transform=None).warnings
    assert warning.startswith("`scripts`, `ignore` of the pkg configuration in `app/package.json` have no effect in the mode `simple`")


def test_a_transformation_in_simple_mode_contradicts_itself() -> None:
    with pytest.raises(PkgConfigError, match="The target `app:bin` has a `transform`"):
        settings(replace(SILENT, mode="simple", transform="t.cjs"))
