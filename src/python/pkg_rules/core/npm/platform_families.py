"""Packages that have one optional package for each platform, and whether that for a certain one is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Mapping

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.native.platform_names import names_a_platform, names_another_platform
from pkg_rules.core.npm.installed import InstalledPackage
from pkg_rules.core.npm.package_json import PackageJson

_SHOWN = 3


@dataclass(frozen=True)
class PlatformFamily:
    """`members` are the names of all its packages for platforms, `installed` those that are there."""

    package: str
    members: tuple[str, ...]
    installed: tuple[str, ...]


class MissingPlatformPackageError(PkgRulesError):
    def __init__(self, target: str, platform: str, family: PlatformFamily, missing: list[str]) -> None:
        names = ", ".join(f"`{name}`" for name in missing[:_SHOWN])
        super().__init__(
            f"`{target}` cannot be packaged for `{platform}`: the package `{family.package}` has its native code for that in "
            f"{names}, and the lock file does not have it, or the configuration of the package manager leaves it out "
            "(`omit=optional`).\n\n"
            "Lock files that npm before 11 made beside an existing `node_modules` have the packages of one platform only. Delete "
            "lock file and `node_modules`, make it again, and check it in."
        )


def families(
    packages: Iterable[InstalledPackage], package_jsons: Mapping[str, PackageJson]
) -> tuple[PlatformFamily, ...]:
    """`package_jsons` by their directories."""
    packages = tuple(packages)
    names = {package.name for package in packages}
    found = []
    for package in packages:
        fields = package_jsons.get(package.path)
        optional = fields.optional_dependencies if fields else {}
        members = tuple(sorted(name for name in optional if names_a_platform(name)))
        if len(members) > 1:
            installed = tuple(name for name in members if name in names)
            found.append(PlatformFamily(package.name, members, installed))
    return tuple(found)


def check_families(
    target: str, found: Iterable[PlatformFamily], platform: str, arch: str
) -> list[str]:
    """Raises MissingPlatformPackageError if a package should be there; the result are warnings about those that have none
    for the platform. `platform` and `arch` are as in `targets`."""
    warnings = []
    for family in found:
        wanted = [name for name in family.members if not names_another_platform(name, platform, arch)]
        if not wanted:
            warnings.append(
                f"The package `{family.package}` has native code for some platforms ("
                + ", ".join(f"`{name}`" for name in family.members[:_SHOWN])
                + f" ...), but none for `{platform}-{arch}`, so `{target}` may fail there when it uses it."
            )
        elif not set(wanted) & set(family.installed):
            raise MissingPlatformPackageError(target, f"{platform}-{arch}", family, wanted)
    return warnings
