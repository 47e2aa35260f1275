"""The native code of a program for one Node.js: leaves out what is for others, finds what belongs together, checks it."""

from __future__ import annotations

from dataclasses import dataclass

from pkg_rules.core.native.bundles import metadata_of, native_bundles
from pkg_rules.core.native.check import check_fits, glibc_remarks
from pkg_rules.core.native.foreign import leave_out_foreign
from pkg_rules.core.native.node_facts import AddonHost
from pkg_rules.core.native.prebuilds import pin_prebuilds
from pkg_rules.core.native.tree_images import TreeImages
from pkg_rules.core.npm.package_paths import NODE_MODULES
from pkg_rules.core.payload.model import DirectoryNode


@dataclass(frozen=True)
class NativeCode:
    """`metadata` is for the payload, `remarks` are for whoever builds."""

    metadata: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]


def resolve_native_code(tree: DirectoryNode, facts: AddonHost | None) -> NativeCode:
    """Changes the tree. Without `facts` everything is taken as it is.

    Raises NativeImageError for what is damaged, UnfitNativeCodeError for what could not be loaded.
    """
    images = TreeImages(tree)
    remarks = []
    if facts is not None:
        left = leave_out_foreign(tree, images, facts)
        remarks += [
            f"The package `{package.rpartition(f'{NODE_MODULES}/')[2]}` ships native addons, but none for `{facts}`, so what "
            "needs them will fail when it runs"
            for package in left.without_addon
        ]
        pin_prebuilds(tree, facts)
    bundles = native_bundles(tree, images)
    if facts is not None:
        check_fits(bundles.values(), images, facts)
        remarks += glibc_remarks(bundles.values(), images, facts)
    return NativeCode(metadata_of(bundles), tuple(remarks))
