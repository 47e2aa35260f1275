"""The processes that package managers run in, without running them."""

from __future__ import annotations

import pytest
from pants.engine.fs import EMPTY_DIGEST
from pants.util.frozendict import FrozenDict

from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.workspaces import Project
from pkg_rules.testutil.process_assertions import assert_portable
from pkg_rules.util_rules.build_script import script_process
from pkg_rules.util_rules.node_modules import (
    NodeModulesRequest,
    NodeProject,
    installation_process,
)
from pkg_rules.util_rules.package_manager import InstalledPackageManager

MANAGER = InstalledPackageManager(
    name="npm",
    version="11.0.0",
    program="__manager/bin/npm-cli.js",
    node="__node/bin/node",
    immutable_input_digests=FrozenDict({"__node": EMPTY_DIGEST, "__manager": EMPTY_DIGEST}),
)


@pytest.mark.parametrize("production", [True, False])
def test_an_installation_is_portable(production: bool) -> None:
    project = NodeProject(
        Project(PackageJson("app/package.json", b"{}")),
        manager="npm",
        version_prefix="",
        lock_file="app/package-lock.json",
        conditions=frozenset(),
        digest=EMPTY_DIGEST,
    )
    access = {"HTTPS_PROXY": "http://proxy:3128", "PIP_INDEX_URL": "http://elsewhere"}
    process = installation_process(
        NodeModulesRequest("app", production), project, MANAGER, access, EMPTY_DIGEST, 60
    )
    assert_portable(process, large_output=True)
    assert process.env["HTTPS_PROXY"] == "http://proxy:3128"
    assert set(process.env) == {"HTTPS_PROXY", "LANG", "PATH", "TZ"}
    assert ("production" in process.description) is production


def test_a_build_script_is_portable_and_sees_what_is_allowed_only() -> None:
    process = script_process(
        "build", "app/package.json", MANAGER, {"FLAVOUR": "sweet"}, EMPTY_DIGEST, 60
    )
    assert_portable(process)
    assert dict(process.env) == {
        "FLAVOUR": "sweet",
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": "UTC",
    }
