"""Makes lock entries: downloads what registries have now, and records what came."""

from __future__ import annotations

import platform
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Callable, Iterable, Mapping, Sequence, Union

from pkg_rules.core.binfmt.identify import check_node_executable
from pkg_rules.core.binfmt.second_opinion import check_with_lief
from pkg_rules.core.fetch.errors import FetchError, NotFoundError, WrongHashError
from pkg_rules.core.fetch.fetch import matches
from pkg_rules.core.fetch.locate import Locator
from pkg_rules.core.fetch.transfer import shown_url
from pkg_rules.core.fetch.unpack import extract_executable, extract_wheel, sha256_of
from pkg_rules.core.node_dist import (
    HOSTS,
    OFFICIAL_BUILDS,
    WHEEL_BUILDS,
    NodeVersion,
    OfficialBuild,
    WheelBuild,
)
from pkg_rules.core.node_lock import PinnedEntry, PinnedFile, Source, version_key

# Which wheels of a library are of use: those that a build step may find an interpreter for.
_WHEEL = re.compile(
    r"-(?P<python>cp3\d+)-(?:(?P=python)|(?P<stable>abi3))-"
    r"(?:(?P<linux>manylinux[0-9_]+)|macosx_\d+_\d+)_(?P<machine>x86_64|aarch64|arm64)\.whl"
)
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_MACHINES = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}


Build = Union[OfficialBuild, WheelBuild]


@dataclass(frozen=True)
class Pinner:
    locator: Locator
    scratch: Path
    log: Callable[[str], None]

    @property
    def libraries(self) -> Path:
        """Holds the pinned wheels that fit the running interpreter, unpacked: a folder for `sys.path`."""
        return self.scratch / "libraries"

    def pin_nodes(self, wanted: Sequence[str], lief: ModuleType) -> list[PinnedEntry]:
        available: dict[Build, Sequence[str]] = {
            build: self._versions(build.npm_package) for build in OFFICIAL_BUILDS
        }
        wheels = {build: self._wheels(build) for build in WHEEL_BUILDS}
        available.update((build, list(files)) for build, files in wheels.items())
        return [
            self._pin_node(
                build, version, _sources(build, version, wheels.get(build, {}).get(version, "")), lief
            )
            for build, version in choose_nodes(wanted, available)
        ]

    def pin_package(self, name: str, version: str) -> PinnedEntry:
        source = Source("npm", name=name, version=version)
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            source = self._downloaded(source, Path(folder) / "package")
        return PinnedEntry("package", name, version, (source,))

    def pin_wheels(self, name: str, version: str) -> list[PinnedEntry]:
        pinned = []
        for file in sorted(self.locator.python_files(name)):
            match = _WHEEL.search(file) if file.startswith(f"{name}-{version}-") else None
            # Wheels for the free-threaded build (`cp314t`) do not match: no step looks for such an interpreter.
            if not match:
                continue
            source = Source("pypi", name=name, version=version, path=file)
            with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
                source = self._downloaded(source, Path(folder) / file)
                arch = _MACHINES[match["machine"]]
                if fits_running_interpreter(
                    match["python"], bool(match["stable"]), bool(match["linux"]), arch
                ):
                    extract_wheel(Path(folder) / file, self.libraries, f"`{file}`")
            pinned.append(
                PinnedEntry(
                    "wheel",
                    name,
                    version,
                    (source,),
                    platform="linux" if match["linux"] else "macos",
                    arch=arch,
                    python=match["python"] + ("-abi3" if match["stable"] else ""),
                )
            )
        if not pinned:
            raise FetchError(f"The Python package index has no usable wheels of `{name}` {version}.")
        return pinned

    def _pin_node(
        self, build: Build, version: str, sources: Sequence[Source], lief: ModuleType
    ) -> PinnedEntry:
        """The first of the sources is read. The others have the same executable, in archives whose hash is not known here."""
        source, *others = sources
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            archive, executable = Path(folder) / "archive", Path(folder) / "node"
            source = self._downloaded(source, archive)
            extract_executable(archive, source.member, executable, f"`{source.name}`")
            check_node_executable(
                executable, version=version, platform=build.platform, arch=build.arch
            )
            check_with_lief(lief, executable, platform=build.platform, arch=build.arch)
            pinned = PinnedFile(build.executable(), sha256_of(executable), executable.stat().st_size)
        return PinnedEntry(
            "executable",
            "node",
            version,
            (source, *others),
            platform=build.platform,
            arch=build.arch,
            executable=pinned,
        )

    def _downloaded(self, source: Source, file: Path) -> Source:
        location = self.locator.locate(source)
        self.log(f"reading {shown_url(location.url).rpartition('/')[2]}")
        location.transfer.download(location.url, file, headers=location.headers)
        if not matches(file, location.announced):
            raise WrongHashError(
                f"`{shown_url(location.url)}` does not have the hash that the registry announces for it, so it is not "
                "pinned. Distrust the way to the registry: a proxy or mirror replaces or damages files."
            )
        return Source(
            source.kind,
            name=source.name,
            version=source.version,
            path=source.path,
            member=source.member,
            sha256=sha256_of(file),
            size=file.stat().st_size,
        )

    def _versions(self, package: str) -> list[str]:
        versions = self.locator.npm_metadata(package).get("versions")
        return [version for version in versions if "-" not in version] if isinstance(versions, dict) else []


    def _wheels(self, build: WheelBuild) -> dict[str, str]:
        """Version to file name; nothing if the index has no such project, without which all else can be pinned."""
        try:
            files = self.locator.python_files(build.project)
        except NotFoundError as error:
            self.log(f"warning: no Node.js for {build.platform}-{build.arch} is pinned: {error}")
            return {}
        return {
            build.version(file): file
            for file in files
            if _VERSION.fullmatch(build.version(file))
        }


def _sources(build: Build, version: str, wheel: str) -> list[Source]:
    if isinstance(build, WheelBuild):
        return [
            Source("pypi", name=build.project, version=version, path=wheel, member=build.member())
        ]
    return [
        Source("npm", name=build.npm_package, version=version, member=build.npm_member()),
        Source("dist", path=build.dist_path(version), member=build.dist_member(version)),
    ]


def fits_running_interpreter(python: str, stable: bool, linux: bool, arch: str) -> bool:
    """Whether a wheel can be imported here: `python` is its tag, e.g. `cp312`; `stable` says that newer ones do too."""
    needed = (3, int(python[len("cp3") :]))
    running = sys.version_info[:2]
    return (
        (needed == running or (stable and needed <= running))
        and linux == (sys.platform == "linux")
        and _MACHINES.get(platform.machine()) == arch
    )


def choose_nodes(
    wanted: Iterable[str], available: Mapping[Build, Sequence[str]]
) -> list[tuple[Build, str]]:
    """The wanted version for each build or else the nearest of its major, older before newer.

    A version that only some build has is chosen for the machines that run builds as well: the application of a base
    can only be prepared by the same version of Node.js.
    """
    chosen: set[tuple[Build, str]] = set()
    for text in wanted:
        version = NodeVersion.parse(text)
        for build, versions in available.items():
            candidates = [v for v in versions if NodeVersion.parse(v).major == version.major]
            if candidates:
                older = [v for v in candidates if NodeVersion.parse(v) <= version]
                nearest = max(older, key=version_key) if older else min(candidates, key=version_key)
                chosen.add((build, nearest))
    for version_text in {version for _, version in chosen}:
        for build, versions in available.items():
            if (build.platform, build.arch) in HOSTS.values() and version_text in versions:
                chosen.add((build, version_text))
    return sorted(chosen, key=lambda pair: (version_key(pair[1]), pair[0].platform, pair[0].arch))
