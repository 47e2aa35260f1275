"""Which files have to lie on a disk together with an addon."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Mapping

import pytest

from pkg_rules.core.native.bundles import NativeBundle, native_bundles
from pkg_rules.core.native.errors import NativeImageError
from pkg_rules.core.native.images_for_tests import elf, macho, pe
from pkg_rules.core.native.tree_images import TreeImages
from pkg_rules.core.payload.model import Root
from pkg_rules.core.payload.tree import read_tree


def bundles_of(
    folder: Path, files: Mapping[str, bytes], links: Mapping[str, str] = {}
) -> Mapping[str, NativeBundle]:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for name, target in links.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)
    tree = read_tree([Root(str(folder), "")])
    return native_bundles(tree, TreeImages(tree))


def places(bundle: NativeBundle) -> list[str]:
    return [file.place for file in bundle.files]


def test_an_addon_alone(tmp_path: Path) -> None:
    content = elf(["libc.so.6"], "")
    (bundle,) = bundles_of(tmp_path, {"node_modules/a/build/a.node": content}).values()
    (file,) = bundle.files
    assert (file.place, file.source) == ("a.node", "node_modules/a/build/a.node")
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_libraries_of_libraries_lie_where_they_are_looked_for(tmp_path: Path) -> None:
    (bundle,) = bundles_of(
        tmp_path,
        {
            "m/@img/sharp/lib/sharp.node": elf(["libvips.so.42", "libc.so.6"], "$ORIGIN/../../libvips/lib"),
            "m/@img/libvips/lib/libvips.so.42": elf(["libglib.so"], "$ORIGIN"),
            "m/@img/libvips/lib/libglib.so": elf(["libvips.so.42"], "$ORIGIN"),
            "m/@img/libvips/lib/libother.so": elf([], ""),
        },
    ).values()
    assert places(bundle) == ["sharp/lib/sharp.node", "libvips/lib/libglib.so", "libvips/lib/libvips.so.42"]


def test_through_links_the_bundle_is_the_same(tmp_path: Path) -> None:
    addon, library = elf(["libvips.so.42"], "$ORIGIN/../../libvips/lib"), elf(["libc.so.6"], "")
    (plain,) = bundles_of(
        tmp_path / "npm", {"m/@img/sharp/lib/s.node": addon, "m/@img/libvips/lib/libvips.so.42": library}
    ).values()
    store = "m/.pnpm/sharp@1/node_modules/@img"
    (linked,) = bundles_of(
        tmp_path / "pnpm",
        {
            f"{store}/sharp/lib/s.node": addon,
            "m/.pnpm/libvips@1/node_modules/@img/libvips/lib/libvips.so.42": library,
        },
        {f"{store}/libvips": "../../../libvips@1/node_modules/@img/libvips"},
    ).values()
    assert linked.id == plain.id
    assert places(linked) == places(plain)
    assert linked.files[1].source.startswith("m/.pnpm/libvips@1/")


def test_links_that_lead_nowhere_or_around_are_not_followed_forever(tmp_path: Path) -> None:
    (bundle,) = bundles_of(
        tmp_path,
        {"a/a.node": elf(["libx.so", "liby.so"], "$ORIGIN/loop:$ORIGIN/gone:$ORIGIN/../../..")},
        {"a/loop": "loop2", "a/loop2": "loop", "a/gone": "nowhere"},
    ).values()
    assert places(bundle) == ["a.node"]


def test_other_contents_are_another_bundle(tmp_path: Path) -> None:
    first, second = bundles_of(
        tmp_path,
        {
            "1/a.node": elf(["liba.so"], "$ORIGIN"),
            "1/liba.so": elf([], ""),
            "2/a.node": elf(["liba.so"], "$ORIGIN"),
            "2/liba.so": elf(["libc.so.6"], ""),
        },
    ).values()
    assert first.files[0].sha256 == second.files[0].sha256
    assert first.id != second.id


@pytest.mark.parametrize(
    ("addon", "library"),
    [
        (macho(["@rpath/liba.dylib"], ["@loader_path/x"]), "x/liba.dylib"),
        (macho(["@loader_path/x/liba.dylib"], []), "x/liba.dylib"),
        (pe(["KERNEL32.dll", "liba.dll"], ["node.exe"]), "liba.dll"),
    ],
    ids=["macho rpath", "macho loader path", "pe"],
)
def test_other_systems(tmp_path: Path, addon: bytes, library: str) -> None:
    files = {"m/a.node": addon, f"m/{library}": b"", "m/other.dll": b""}
    (bundle,) = bundles_of(tmp_path, files).values()
    assert places(bundle) == ["a.node", library]


def test_what_is_no_native_code_has_no_bundle_and_what_is_damaged_is_named(tmp_path: Path) -> None:
    assert bundles_of(tmp_path, {"a.node": b"text", "b.so": elf([], "")}) == {}
    with pytest.raises(NativeImageError, match="`c/c.node` begins like a native library"):
        bundles_of(tmp_path, {"c/c.node": b"\x7fELF\x02\x01"})
