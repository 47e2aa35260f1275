"""Which package manager a project uses, in which version, and how it is run."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Collection, Mapping

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.npm.package_json import PackageJson
from pkg_rules.core.npm.platforms import InstallPlatform

NPM, PNPM, YARN = "npm", "pnpm", "yarn"

# In the order of preference: npm itself takes a shrinkwrap before a package-lock.json.
LOCK_FILES: Mapping[str, str] = {
    "npm-shrinkwrap.json": NPM,
    "package-lock.json": NPM,
    "pnpm-lock.yaml": PNPM,
    "yarn.lock": YARN,
}
UPDATE_COMMANDS: Mapping[str, str] = {
    NPM: "npm install --package-lock-only",
    PNPM: "pnpm install --lockfile-only",
    YARN: "yarn install",
}


class UnsupportedPackageManagerError(PkgRulesError):
    def __init__(self, package: PackageJson, value: str) -> None:
        super().__init__(
            f"The `packageManager` of `{package.path}` is `{value}`, which cannot install packages here. Supported are "
            "npm, pnpm 8 and 9, and yarn 1.\n\n"
            "Name one of these and check in its lock file. Bundle the program with a `node_build_script` of one of "
            "these if it must stay as it is."
        )


class MissingLockFileError(PkgRulesError):
    def __init__(self, package: PackageJson, manager: str, needed_for: str = "") -> None:
        name = lock_file_names(manager)[-1]
        path = posixpath.join(package.directory, name)
        super().__init__(
            f"The lock file `{path}` does not exist{needed_for}. Without it two builds could take different versions "
            f"of the packages that `{package.path}` lists.\n\n"
            f"Make it and check it in:\n\n  cd {package.directory or '.'} && {UPDATE_COMMANDS[manager]}"
        )
        self.path = path


class AmbiguousLockFileError(PkgRulesError):
    def __init__(self, package: PackageJson, names: Collection[str]) -> None:
        listed = "\n".join(f"  * `{name}`" for name in sorted(names))
        super().__init__(
            f"Beside `{package.path}` there are lock files of several package managers, which may disagree:\n{listed}\n\n"
            'Delete all but one, or say in package.json which one is used, e.g. `"packageManager": "npm@11.6.2"`.'
        )


@dataclass(frozen=True)
class PackageManager:
    name: str
    lock_file: str


def lock_file_names(manager: str) -> list[str]:
    return [name for name, owner in LOCK_FILES.items() if owner == manager]


def choose_package_manager(root: PackageJson, present: Collection[str]) -> PackageManager:
    """What `packageManager` says, or else whose lock file is there; `present` are names of files beside `root`."""
    declared = root.package_manager
    found = [name for name in LOCK_FILES if name in present]
    if declared is not None:
        name, _, version = declared.partition("@")
        if name not in UPDATE_COMMANDS or (name == YARN and version and version[0] != "1"):
            raise UnsupportedPackageManagerError(root, declared)
        found = [lock for lock in found if LOCK_FILES[lock] == name]
        if not found:
            raise MissingLockFileError(root, name)
    if not found:
        raise MissingLockFileError(root, NPM)
    if len({LOCK_FILES[name] for name in found}) > 1:
        raise AmbiguousLockFileError(root, found)
    return PackageManager(LOCK_FILES[found[0]], posixpath.join(root.directory, found[0]))


def install_arguments(
    manager: str, production: bool, cache: str, platform: InstallPlatform | None = None
) -> tuple[str, ...]:
    """Installs exactly what the lock file says, without running scripts of packages; `cache` is a directory.

    `platform` is for npm and yarn; pnpm has a setting for that, which scripts/install_node_modules.cjs makes.
    """
    if manager == NPM:
        return (
            "ci",
            *(("--omit=dev",) if production else ("--include=dev",)),
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            # What is in the cache is checked against the lock file anyway.
            "--prefer-offline",
            f"--cache={cache}",
            *((f"--os={platform.os}", f"--cpu={platform.cpu}") if platform else ()),
            *((f"--libc={platform.libc}",) if platform and platform.libc else ()),
        )
    if manager == PNPM:
        return (
            "install",
            "--frozen-lockfile",
            *(("--prod",) if production else ()),
            "--ignore-scripts",
            "--prefer-offline",
            "--reporter=append-only",
            f"--store-dir={cache}",
            f"--config.cache-dir={cache}/metadata",
            # Hard links into the store would let a build script change it.
            "--package-import-method=copy",
            # Otherwise the launchers in `.bin` hold absolute paths.
            "--config.extend-node-path=false",
            "--config.update-notifier=false",
            "--config.package-manager-strict=false",
            "--config.manage-package-manager-versions=false",
        )
    return (
        "install",
        "--frozen-lockfile",
        f"--production={str(production).lower()}",
        "--ignore-scripts",
        # The Node.js that installs is not the one that the program runs with.
        "--ignore-engines",
        # It knows no other platform than its own; what is for none but others is removed afterwards.
        *(("--ignore-platform",) if platform else ()),
        "--non-interactive",
        "--no-progress",
        f"--cache-folder={cache}",
        f"--mutex=file:{cache}/.mutex",
    )
