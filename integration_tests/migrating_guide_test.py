"""The guide to migrating from pkg names all that pkg has and all that is read here, and nothing that there is not."""

from __future__ import annotations

import re

import pytest

from pkg_rules.core.pkg_config.keys import KEYS
from pkg_rules.core.pkg_config.sources import CONFIG_FILES
from pkg_rules.pkg_config_fields import PKG_CONFIG_FIELDS
from pkg_rules.target_types import NodeExecutableTarget
from pkg_rules.testutil.pinned_tools import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "guide" / "migrating-from-pkg.md").read_text()

# Of pkg 5.8 and 6.23: what `pkg --help`, the manual and the sources name.
FLAGS = """
<input> -h --help -v --version -t --targets --target -c --config --options -o --output --out-path --outdir --out-dir
-d --debug --no-debug -b --build --no-build --public --no-public --public-packages --bytecode --no-bytecode
--native-build --no-native-build --fallback-to-source --no-fallback-to-source --no-dict -C --compress --signature
--no-signature --sea --no-sea
""".split()
CONFIG_KEYS = """
scripts assets ignore patches dictionary deployFiles targets outputPath options compress sea debug bytecode nativeBuild
signature fallbackToSource public publicPackages noDictionary seaConfig preBuild postBuild transform log
""".split()
API = """
input targets config output outputPath compress sea bakeOptions debug build bytecode nativeBuild fallbackToSource public
publicPackages noDictionary signature preBuild postBuild transform wasReported
""".split()
BUILD_VARIABLES = """
CHDIR PKG_CACHE_PATH PKG_IGNORE_TAG PKG_NODE_PATH PKG_BUILD_PATH MAKE_JOB_COUNT CFLAGS CXXFLAGS STRIP HTTPS_PROXY HTTP_PROXY
PKG_STRICT_VER npm_config_<pkg>_binary_host npm_config_<pkg>_binary_host_mirror npm_config_<pkg>_local_prebuilds NO_COLOR
PKG_OUTPUT
""".split()
RUN_VARIABLES = """
PKG_EXECPATH PKG_NATIVE_CACHE_PATH DEBUG_PKG SIZE_LIMIT_PKG FOLDER_LIMIT_PKG DEBUG_PKG_PERF NODE_OPTIONS NODE_ICU_DATA TMPDIR
""".split()


def rows(first_cell_of_head: str) -> dict[str, str]:
    """A table of the guide: each name in a first cell, with the second cell of its row."""
    found: dict[str, str] = {}
    for table in re.findall(rf"^\| {re.escape(first_cell_of_head)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", GUIDE, re.MULTILINE):
        for line in table.splitlines():
            first, second = line.strip("| ").split(" | ", 1)
            for name in re.findall(r"`([^`]+)`", first):
                assert name not in found, f"`{name}` is there twice"
                found[name] = second
    return found


@pytest.mark.parametrize(
    "head, names",
    [
        ("key", CONFIG_KEYS),
        ("flag", FLAGS),
        ("option of `exec`", API),
        ("variable", [*BUILD_VARIABLES, *RUN_VARIABLES]),
    ],
)
def test_all_that_pkg_has_is_in_the_guide_and_nothing_else(head: str, names: list[str]) -> None:
    assert sorted(rows(head)) == sorted(names)


def test_all_keys_are_read() -> None:
    assert sorted(KEYS) == sorted(CONFIG_KEYS)


def test_all_places_of_a_configuration_are_named() -> None:
    assert [name for name in CONFIG_FILES if f"`{name}`" not in GUIDE] == []


def test_fields_that_are_named_exist_and_those_of_pkg_are_named() -> None:
    aliases = {field.alias for field in NodeExecutableTarget.core_fields}
    named = set(re.findall(r"[Ff]ield `(\w+)`", GUIDE))
    assert len(named) > 5 and named <= aliases
    assert [field.alias for field in PKG_CONFIG_FIELDS if f"`{field.alias}`" not in GUIDE.replace("=", "`")] == []


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", GUIDE)
    assert links
    directory = REPOSITORY / "docs" / "guide"
    assert [link for link in links if not (directory / link).exists()] == []
