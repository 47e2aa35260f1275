from __future__ import annotations

import json
from typing import Any

import pytest

from pkg_rules.core.npm.package_json import PackageJson, UnreadablePackageJsonError
from pkg_rules.core.npm.workspaces import (
    UnreadablePnpmWorkspaceError,
    find_projects,
    project_of,
)


def package(directory: str, **fields: Any) -> PackageJson:
    path = f"{directory}/package.json" if directory else "package.json"
    return PackageJson.parse(path, json.dumps(fields).encode())


@pytest.mark.parametrize(
    "globs, members",
    [
        (["packages/*"], ["packages/a", "packages/b"]),
        (["./packages/*/"], ["packages/a", "packages/b"]),
        (["packages/**"], ["packages/a", "packages/b", "packages/b/nested"]),
        (["packages/*", "!packages/b"], ["packages/a"]),
        (["packages/a", "tool?"], ["packages/a", "tools"]),
        (["*"], ["tools"]),
    ],
)
def test_members_of_a_workspace(globs: list[str], members: list[str]) -> None:
    directories = ["packages/a", "packages/b", "packages/b/nested", "tools", "x/packages/a"]
    packages = [
        package("repo", workspaces=globs),
        *(package(f"repo/{directory}", name=directory) for directory in directories),
        package("other", workspaces={"packages": ["*"]}),
        package("other/one"),
    ]
    projects = {project.directory: project for project in find_projects(packages, {})}
    assert [m.directory for m in projects["repo"].members] == [f"repo/{name}" for name in members]
    assert [m.directory for m in projects["other"].members] == ["other/one"]
    assert set(projects) == {
        "repo",
        "other",
        *(f"repo/{directory}" for directory in directories if directory not in members),
    }


def test_pnpm_says_it_in_a_file_of_its_own() -> None:
    packages = [package(""), package("packages/a"), package("examples/b")]
    [root, _] = find_projects(packages, {"": b"packages:\n  - packages/*\n"})
    assert [member.directory for member in root.members] == ["packages/a"]


@pytest.mark.parametrize("content", [b"packages: a/*", b"- a/*", b"packages: [1]", b"a: [", b"\xff"])
def test_an_unreadable_pnpm_workspace(content: bytes) -> None:
    with pytest.raises(UnreadablePnpmWorkspaceError, match="^`app/pnpm-workspace.yaml` cannot be read: "):
        find_projects([package("app")], {"app": content})


def test_links_that_an_installation_makes() -> None:
    packages = [
        package("repo", workspaces=["packages/*"]),
        package("repo/packages/a", name="@s/a", dependencies={"c": "file:../../c", "d": "file:d.tgz"}),
    ]
    [project] = find_projects(packages, {})
    assert project.links() == {
        "repo/node_modules/@s/a": "repo/packages/a",
        "repo/packages/a/node_modules/c": "repo/c",
    }


def test_a_package_json_that_only_names_a_kind_is_no_project() -> None:
    packages = [package("app", dependencies={"x": "1"}), package("app/esm", type="module")]
    projects = {project.directory: project for project in find_projects(packages, {})}
    found = project_of("app/esm/deep", projects)
    assert found is not None and found.directory == "app"
    assert project_of("elsewhere", projects) is None


@pytest.mark.parametrize(
    "content, message",
    [
        (b'{\n  "name": "x" "y"\n}', "line 2, column 15"),
        (b"[]", "not an object (line 1, column 1)"),
        (b'{"name": "\xff"}', "not UTF-8 (line 1, column 11)"),
        (b"", "line 1, column 1"),
    ],
)
def test_an_unreadable_package_json_is_named_with_the_place(content: bytes, message: str) -> None:
    with pytest.raises(UnreadablePackageJsonError) as raised:
        PackageJson.parse("app/package.json", content)
    assert str(raised.value).startswith("`app/package.json` is not a valid package.json: ")
    assert message in str(raised.value)


def test_fields_of_a_wrong_type_count_as_absent() -> None:
    found = package("", name=3, main=["x"], dependencies=["a"], workspaces="packages/*", bin=1)
    assert (found.name, found.main, found.dependencies, found.workspaces, found.bin) == (
        None, None, {}, (), {},
    )  # fmt: skip


def test_bin_of_one_file_is_named_after_the_package() -> None:
    assert package("", name="@s/tool", bin="cli.js").bin == {"tool": "cli.js"}
    assert package("", bin={"a": "a.js", "b": "b.js"}).bin == {"a": "a.js", "b": "b.js"}


def test_optional_dependencies_override_required_ones() -> None:
    found = package("", dependencies={"a": "1", "b": "1"}, optionalDependencies={"b": "2"})
    assert found.dependencies == {"a": "1"}
    assert found.production_dependencies == {"a": "1", "b": "2"}
