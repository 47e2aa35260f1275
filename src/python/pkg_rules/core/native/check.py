"""Whether native code of a program can be loaded by the Node.js of its executable, as far as its headers tell."""

from __future__ import annotations

import posixpath
from typing import Iterable, Iterator

from pkg_rules.core.native.bundles import NativeBundle
from pkg_rules.core.native.elf import version_key
from pkg_rules.core.native.errors import UnfitNativeCodeError
from pkg_rules.core.native.images import HOST_PROGRAM, NativeImage
from pkg_rules.core.native.node_facts import AddonHost
from pkg_rules.core.native.platform_names import names_another_platform
from pkg_rules.core.native.tree_images import TreeImages
from pkg_rules.core.npm.package_paths import NODE_MODULES, package_directory

_SHOWN_NAMES = 3


def check_fits(bundles: Iterable[NativeBundle], images: TreeImages, facts: AddonHost) -> None:
    """Raises UnfitNativeCodeError if a file that is to be loaded cannot be.

    Files of the program itself that say in their path that they are for another platform are left alone.
    """
    lines: dict[str, None] = {}
    for bundle in bundles:
        found = {file.source: image for file in bundle.files if (image := images.read(file.source))}
        offered = facts.symbols.union(*(image.offered for image in found.values()))
        for path, image in found.items():
            lines.update(dict.fromkeys(_problems(path, image, offered, facts)))
    if lines:
        raise UnfitNativeCodeError(str(facts), list(lines))


def glibc_remarks(bundles: Iterable[NativeBundle], images: TreeImages, facts: AddonHost) -> list[str]:
    """About files that need a newer glibc than Node.js itself: where that is older, the program runs until it loads them.

    Of several files with one name in a package, of which it takes one, that which needs least counts.
    """
    least: dict[tuple[str | None, str], tuple[tuple[int, ...], str, str]] = {}
    for path in {file.source: None for bundle in bundles for file in bundle.files}:
        image = images.read(path)
        if image is not None and image.glibc and facts.glibc:
            key = (package_directory(path), posixpath.basename(path))
            found = (version_key(image.glibc), path, image.glibc)
            least[key] = min(found, least.get(key, found))
    return [
        f"`{path}`{_owner(path)} needs glibc {glibc}, Node.js {facts.version} itself only {facts.glibc}: on a system between "
        "the two it cannot be loaded"
        for version, path, glibc in least.values()
        if version > version_key(facts.glibc)
    ]


def _problems(
    path: str, image: NativeImage, offered: frozenset[str], facts: AddonHost
) -> Iterator[str]:
    where = f"`{path}`{_owner(path)}"
    if not image.fits(facts.platform, facts.arch):
        if package_directory(path) or not names_another_platform(path, facts.platform, facts.arch):
            yield f"{where} is for {image}, and `{facts}` is needed"
        return
    if image.linked_to_host:
        yield (
            f"{where} is linked to `{HOST_PROGRAM}`, which is not what the executable is called, so Windows would not find it. "
            "It has to be built with the delayed loading that node-gyp has by default (`win_delay_load_hook`)"
        )
    missing = [name for name in image.of_node if name not in offered]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing[:_SHOWN_NAMES])
        more = f" and {len(missing) - _SHOWN_NAMES} more" if len(missing) > _SHOWN_NAMES else ""
        yield (
            f"{where} needs {names}{more}, which Node.js {facts.version} does not have. It was made for another version of "
            f"Node.js; needed is one for ABI {facts.modules}, or one of Node-API, which fits to many versions"
        )


def _owner(path: str) -> str:
    package = package_directory(path)
    return "" if package is None else f" of the package `{package.rpartition(f'{NODE_MODULES}/')[2]}`"
