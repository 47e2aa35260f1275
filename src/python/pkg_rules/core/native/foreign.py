"""Leaves out of an executable what packages ship for platforms other than its own."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from pkg_rules.core.native.errors import NativeImageError
from pkg_rules.core.native.node_facts import AddonHost
from pkg_rules.core.native.platform_names import names_another_platform
from pkg_rules.core.native.tree_images import ADDON_EXTENSION, TreeImages, files_of
from pkg_rules.core.npm.package_paths import package_directory
from pkg_rules.core.payload.model import DirectoryNode

_PREBUILDS = "prebuilds"


@dataclass(frozen=True)
class LeftOut:
    """`without_addon` are the directories of packages that ship addons, but none for the platform."""

    paths: tuple[str, ...]
    without_addon: tuple[str, ...]


def leave_out_foreign(tree: DirectoryNode, images: TreeImages, facts: AddonHost) -> LeftOut:
    """Takes files of packages out of the tree whose path names another platform, if they are native code that does not fit,
    or in a folder of `prebuilds`, which hold nothing else; also addons that do not fit where the package has another of
    that name which does.

    Files of the program itself stay, whatever they are named: somebody listed them.
    """
    owners = {path: package for path in files_of(tree) if (package := package_directory(path))}
    left = {
        path: None
        for path, package in owners.items()
        if _is_foreign(path, path[len(package) + 1 :], images, facts)
    }
    addons = [path for path in owners if path.endswith(ADDON_EXTENSION)]
    fitting = {path for path in addons if path not in left and _fits(path, images, facts) is not False}
    names = {(owners[path], posixpath.basename(path)) for path in fitting}
    left.update(
        (path, None)
        for path in addons
        if path not in fitting and (owners[path], posixpath.basename(path)) in names
    )
    for path in left:
        _remove(tree, path.split("/"))
    with_addon = {owners[path] for path in addons if path not in left}
    without_addon = dict.fromkeys(owners[path] for path in addons if owners[path] not in with_addon)
    return LeftOut(tuple(left), tuple(without_addon))


def _is_foreign(path: str, inside: str, images: TreeImages, facts: AddonHost) -> bool:
    if not names_another_platform(inside, facts.platform, facts.arch):
        return False
    first, _, rest = inside.partition("/")
    if first == _PREBUILDS and names_another_platform(
        posixpath.dirname(rest), facts.platform, facts.arch
    ):
        return True
    return _fits(path, images, facts) is False


def _fits(path: str, images: TreeImages, facts: AddonHost) -> bool | None:
    """None for what is no native code."""
    try:
        image = images.read(path) if images.is_native(path) else None
    except NativeImageError:
        # Whatever begins like native code; an addon among them is told when it is looked at as one.
        return None
    return None if image is None else image.fits(facts.platform, facts.arch)


def _remove(directory: DirectoryNode, parts: list[str]) -> None:
    name, *rest = parts
    child = directory.children[name]
    if rest and isinstance(child, DirectoryNode):
        _remove(child, rest)
        if child.children:
            return
    del directory.children[name]
