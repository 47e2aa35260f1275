"""For which projects packages have to be installed that a program uses, and for which platform."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.build_graph.address import Address
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.app_files import needs_packages
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.platforms import InstallPlatform, installed_for
from pkg_rules.core.npm.workspaces import project_of
from pkg_rules.core.trace.file_view import TreeView
from pkg_rules.engine import CALL_BY_NAME, Get, concurrently, implicitly
from pkg_rules.util_rules.first_party import FirstParty, first_party
from pkg_rules.util_rules.node_modules import NodeProjectRequest, node_project
from pkg_rules.util_rules.own_files import OwnFiles, OwnFilesRequest, own_files


@dataclass(frozen=True)
class ProgramPackagesRequest:
    """The address of a `node_executable`, and where it is to run; None is the machine that builds."""

    address: Address
    platform: InstallPlatform | None


@dataclass(frozen=True)
class ProgramPackages:
    """`named` are pairs of a directory and the name of a package that is wanted though no source may name it.

    `directories` are those of the projects; `platform` is equal for all platforms that get the same packages, and None if they
    are the same everywhere.
    """

    named: tuple[tuple[str, str], ...]
    directories: tuple[str, ...]
    platform: InstallPlatform | None


@rule(desc="Find the projects of a program", level=LogLevel.DEBUG)
async def _program_packages(request: ProgramPackagesRequest) -> ProgramPackages:
    own, files = await concurrently(
        own_files(OwnFilesRequest(request.address), **implicitly()), first_party(**implicitly())
    )
    named = _named_packages(own, files)
    directories = _projects(own, named, files)
    platform = request.platform
    if platform is not None:
        projects = await concurrently(
            node_project(NodeProjectRequest(directory), **implicitly()) for directory in directories
        )
        conditions = [project.conditions for project in projects]
        if None not in conditions:
            platform = installed_for(
                (one for found in conditions for one in found or ()), platform
            )
    return ProgramPackages(tuple(named), tuple(directories), platform)


def _named_packages(own: OwnFiles, files: FirstParty) -> list[tuple[str, str]]:
    """Packages whose targets the program depends on, whoever named them; those for development only are left out."""
    names = {address: key for key, address in files.third_party.items()}
    found = [names[address] for address in own.third_party_targets]
    packages: Mapping[str, PackageJson] = {
        package.directory: package for package in files.package_jsons
    }
    return sorted(
        (directory, name)
        for directory, name in found
        if name in packages[directory].production_dependencies
    )


def _projects(
    own: OwnFiles, named: Iterable[tuple[str, str]], files: FirstParty
) -> list[str]:
    """The projects whose packages have to be installed: none for a program that imports built-in modules only."""
    view = TreeView(own.snapshot.files, own.package_jsons)
    directories = {
        *(os.path.dirname(path) for path in needs_packages(own.scans, view)),
        *(directory for directory, _ in named),
    }
    projects = (project_of(directory, files.projects) for directory in directories)
    return sorted({project.directory for project in projects if project is not None})


if CALL_BY_NAME:
    program_packages = _program_packages
else:

    def program_packages(request: ProgramPackagesRequest, **_: object) -> Get:
        return Get(ProgramPackages, ProgramPackagesRequest, request)


def rules() -> Any:
    return collect_rules()
