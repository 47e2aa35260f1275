"""Which addon in `prebuilds/` a package gets for a platform: the rules of node-gyp-build, applied when the executable is built.

At run time node-gyp-build would choose by environment variables (`LIBC`, `npm_config_arch`, ...) and by what it takes for the C library
of the machine. It takes what is in `build/Release` without a question, so the chosen file gets a link there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable

from pkg_rules.core.native.node_facts import AddonHost
from pkg_rules.core.native.tree_images import ADDON_EXTENSION, files_of
from pkg_rules.core.npm.package_paths import package_directory
from pkg_rules.core.payload.model import DirectoryNode, FileNode, SymlinkNode

_LOADER = "node-gyp-build"
_PREBUILDS = "prebuilds"
_OWN_BUILDS = ("Release", "Debug")
_SYSTEMS = {"win": "win32", "macos": "darwin", "alpine": "linux"}
_ARCHITECTURES = {"armv7": "arm"}
_ARM_VERSIONS = {"arm64": "8", "armv7": "7"}
_RUNTIMES = ("node", "electron", "node-webkit")


@dataclass(frozen=True)
class _Tags:
    """What the name of a file says, e.g. `argon2.abi127.glibc.node`; `count` is how many of its parts say something."""

    runtime: str = ""
    napi: bool = False
    abi: str = ""
    uv: str = ""
    armv: str = ""
    libc: str = ""
    count: int = 0

    @classmethod
    def of(cls, name: str) -> _Tags:
        found: dict[str, Any] = {}
        count = 0
        for part in name.split(".")[:-1]:
            count += 1
            if part in _RUNTIMES:
                found["runtime"] = part
            elif part == "napi":
                found["napi"] = True
            elif part in ("glibc", "musl"):
                found["libc"] = part
            else:
                tag = next((tag for tag in ("abi", "uv", "armv") if part.startswith(tag)), "")
                if tag:
                    found[tag] = part[len(tag) :]
                else:
                    count -= 1
        return cls(**found, count=count)

    def fits(self, facts: AddonHost) -> bool:
        libc = "musl" if facts.platform == "alpine" else "glibc"
        return (
            self.runtime in ("", "node")
            and (self.napi or self.abi in ("", str(facts.modules)))
            and self.armv in ("", _ARM_VERSIONS.get(facts.arch, ""))
            and self.libc in ("", libc)
        )

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Less is better."""
        return (self.runtime != "node", not self.abi, -self.count)


def pin_prebuilds(tree: DirectoryNode, facts: AddonHost) -> None:
    """Of the prebuilt addons of each package that uses node-gyp-build leaves the one that it would choose, where there is one.

    Packages that have an addon of their own build are left alone, as are those whose addons are for a version of libuv, which
    nothing tells here.
    """
    owners = {package for path in files_of(tree) if (package := package_directory(path))}
    for package in sorted(owners):
        directory = _at(tree, package.split("/"))
        if directory is not None and _uses_loader(directory) and not _has_own_build(directory):
            _pin(directory, facts)


def _pin(package: DirectoryNode, facts: AddonHost) -> None:
    folders = _at(package, [_PREBUILDS])
    name = choose_folder(folders.children, facts) if folders is not None else None
    if folders is None or name is None:
        return
    folder = _at(folders, [name])
    names = [one for one in sorted(folder.children) if one.endswith(ADDON_EXTENSION)] if folder else []
    chosen = choose_file(names, facts)
    if folder is None or chosen is None:
        return
    for other in names:
        if other != chosen:
            del folder.children[other]
    build = package.children.setdefault("build", DirectoryNode())
    assert isinstance(build, DirectoryNode), "a file of this name has no addon of an own build"
    release = build.children.setdefault("Release", DirectoryNode())
    assert isinstance(release, DirectoryNode), "a file of this name has no addon of an own build"
    release.children[chosen] = SymlinkNode(f"../../{_PREBUILDS}/{name}/{chosen}")


def choose_folder(names: Iterable[str], facts: AddonHost) -> str | None:
    """Of folders such as `darwin-x64+arm64` that which fits, with the fewest architectures."""
    arch = _ARCHITECTURES.get(facts.arch, facts.arch)
    fitting = []
    for name in sorted(names):
        system, *archs = name.split("-")
        if system == _SYSTEMS.get(facts.platform, facts.platform) and len(archs) == 1:
            if arch in archs[0].split("+"):
                fitting.append((len(archs[0].split("+")), name))
    return min(fitting, default=(0, None), key=lambda found: found[0])[1]


def choose_file(names: Iterable[str], facts: AddonHost) -> str | None:
    """None too if a name depends on the version of libuv."""
    tagged = [(_Tags.of(name), name) for name in sorted(names)]
    if any(tags.uv for tags, _ in tagged):
        return None
    fitting = [(tags.rank, name) for tags, name in tagged if tags.fits(facts)]
    return min(fitting, default=((), None), key=lambda found: found[0])[1]


def _uses_loader(package: DirectoryNode) -> bool:
    file = package.children.get("package.json")
    if not isinstance(file, FileNode):
        return False
    with open(file.source, "rb") as content:
        try:
            fields = json.load(content)
        except ValueError:
            # Node.js would refuse the package when it reads this.
            return False
    if not isinstance(fields, dict):
        return False
    return any(_LOADER in (fields.get(key) or {}) for key in ("dependencies", "optionalDependencies"))


def _has_own_build(package: DirectoryNode) -> bool:
    folders = (package.children.get("build"), *(_at(package, ["build", name]) for name in _OWN_BUILDS))
    build, *own = folders
    if build is not None and not isinstance(build, DirectoryNode):
        return True
    return any(name.endswith(ADDON_EXTENSION) for one in own if one for name in one.children)


def _at(tree: DirectoryNode, parts: list[str]) -> DirectoryNode | None:
    node: object = tree
    for part in parts:
        node = node.children.get(part) if isinstance(node, DirectoryNode) else None
    return node if isinstance(node, DirectoryNode) else None
