"""Files that lie beside an executable (`deployFiles`): where each comes from and where it goes."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Iterable, Mapping, Sequence

from pkg_rules.core.npm.installed import InstalledPackage
from pkg_rules.core.pkg_config.errors import PkgConfigError
from pkg_rules.core.pkg_config.model import DeployFile, PkgConfig


@dataclass(frozen=True)
class Deployment:
    """`source` is relative to the build root, `destination` to the directory of the executable."""

    source: str
    destination: str
    is_directory: bool
    origin: str


def deployments(config: PkgConfig, packages: Iterable[InstalledPackage]) -> list[Deployment]:
    """Those of the configuration itself and of the packages of the program that its dictionary names."""
    found = [_deployment(file, config.directory, f"`{config.path}`") for file in config.files.deploy_files]
    dictionary = dict(config.dictionary)
    for package in packages:
        entry = dictionary.get(package.name)
        for file in entry.deploy_files if entry is not None else ():
            origin = f"`{config.path}` for the package `{package.name}` {package.version}"
            found.append(_deployment(file, package.path, origin))
    return found


def _deployment(file: DeployFile, directory: str, origin: str) -> Deployment:
    source = posixpath.normpath(posixpath.join(directory, file.source))
    destination = posixpath.normpath(file.destination)
    outside = [
        path
        for path in (source, destination)
        if path == ".." or path.startswith(("../", "/"))
    ]
    if outside or destination == ".":
        raise PkgConfigError(
            f"The item `{file.source}`, `{file.destination}` in `deployFiles` of the pkg configuration in {origin} leads "
            "out of the repository, or out of the directory of the executable. The first is relative to the configuration, "
            "or to the package that a dictionary is about; the second, which must have a name, to the executable."
        )
    return Deployment(source, destination, file.is_directory, origin)


def placed(
    found: Iterable[Deployment], files: Iterable[str], visible: Mapping[str, str]
) -> dict[str, str]:
    """Destination to source of each single file. `files` are paths as they are, `visible` paths through links with the
    real ones."""
    sources = {**{path: path for path in files}, **visible}
    result: dict[str, str] = {}
    for one in found:
        chosen = _chosen(one, sources)
        if not chosen:
            kind = "directory with files" if one.is_directory else "file"
            hint = "" if one.is_directory else ' A directory needs `"directory"` as a third item.'
            raise PkgConfigError(
                f"`deployFiles` of the pkg configuration in {one.origin} names `{one.source}`, but there is no such "
                f"{kind} in the repository or among the installed packages, those for development left out.{hint}"
            )
        for destination, source in chosen:
            other = result.setdefault(destination, source)
            if other != source:
                raise PkgConfigError(
                    f"`deployFiles` of the pkg configuration in {one.origin} puts both `{other}` and `{source}` at "
                    f"`{destination}`. Give them different names."
                )
    return result


def _chosen(one: Deployment, sources: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    if not one.is_directory:
        return [(one.destination, sources[one.source])] if one.source in sources else []
    below = "" if one.source == "." else f"{one.source}/"
    return [
        (posixpath.join(one.destination, path[len(below) :]), real)
        for path, real in sorted(sources.items())
        if path.startswith(below)
    ]
