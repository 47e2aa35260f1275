"""What the tests of whole programs share: the executables that the chosen tests want, and the plain programs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Iterable

import pytest
from programs import ProgramOf, TestProject

from pkg_rules.testutil import musl, pinned_tools, wine
from pkg_rules.testutil.oracle import Program, can_hide_folders
from pkg_rules.testutil.plain_trees import PlainTrees
from pkg_rules.testutil.repository import PackageFailed, RepositoryCopy


PACKAGED = pytest.StashKey[Path]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the most disk comes first, while the caches of this machine may still be empty."""
    items.sort(key=lambda item: (item.get_closest_marker("large") is None, not _runs_packaged(item)))


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    folder = item.config.stash.get(PACKAGED, None)
    if folder and not (nextitem and _runs_packaged(nextitem)):
        shutil.rmtree(folder)
        del item.config.stash[PACKAGED]


def _runs_packaged(item: pytest.Item) -> bool:
    return "executables" in getattr(item, "fixturenames", ())


def pytest_report_header() -> str:
    if can_hide_folders():
        return "executables run with the checkout covered by an empty folder"
    return "executables run with the folder they were built in removed (no mount namespaces here)"


@pytest.fixture(scope="session")
def plain_trees(tmp_path_factory: pytest.TempPathFactory) -> PlainTrees:
    return PlainTrees.install(tmp_path_factory.mktemp("plain") / "root")


@pytest.fixture(scope="session")
def plain_program(plain_trees: PlainTrees) -> ProgramOf:
    def program(project: TestProject, major: int) -> Program:
        node = pinned_tools.node(major)
        return Program((str(node), str(plain_trees.root / project.script)), str(plain_trees.root))

    return program


@pytest.fixture(scope="session")
def executables(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> _Executables:
    callspecs = (getattr(item, "callspec", None) for item in request.session.items)
    projects = (callspec.params.get("project") for callspec in callspecs if callspec is not None)
    has_wine = bool(wine.build_options())
    wanted = sorted(
        {
            project.target
            for project in projects
            if isinstance(project, TestProject) and (has_wine or not project.needs_wine)
        }
    )
    folder = tmp_path_factory.mktemp("packaged")
    # Removed after the last test that uses it.
    request.config.stash[PACKAGED] = folder
    return _Executables.package(wanted, folder / "repository", folder / "dist")


@pytest.fixture(scope="session")
def packaged_program(executables: _Executables, plain_trees: PlainTrees) -> ProgramOf:
    def program(project: TestProject, major: int) -> Program:
        hidden = (pinned_tools.REPOSITORY, plain_trees.root)
        return Program((str(executables.path(project, major)),), hidden=hidden)

    return program


class _Executables:
    """Executables of all projects; the folder that they were built in is gone by the time they run."""

    def __init__(self, dist: Path, failures: dict[str, PackageFailed]) -> None:
        self._dist = dist
        self._failures = failures

    @classmethod
    def package(cls, targets: Iterable[str], build_root: Path, dist: Path) -> _Executables:
        copy = RepositoryCopy.make(build_root)
        environment = {**musl.build_environment(), **wine.build_options()}
        failures: dict[str, PackageFailed] = {}
        try:
            copy.package(targets, environment=environment)
        except PackageFailed:
            # One by one, so that a project that cannot be packaged does not hide the others.
            for target in targets:
                try:
                    copy.package([target], environment=environment)
                except PackageFailed as failure:
                    failures[target] = failure
        if copy.dist.exists():
            copy.dist.rename(dist)
        shutil.rmtree(build_root)
        return cls(dist, failures)

    def path(self, project: TestProject, major: int) -> Path:
        if project.target in self._failures:
            pytest.fail(str(self._failures[project.target]), pytrace=False)
        path = self._dist / project.executable(major)
        assert path.is_file(), f"no `{path}`; there are: {sorted(self._dist.rglob('*'))}"
        return path
