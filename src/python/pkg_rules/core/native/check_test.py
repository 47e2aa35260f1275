"""What of a program's native code is left out for a platform, and what stops the build."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping

import pytest

from pkg_rules.core.native.errors import UnfitNativeCodeError
from pkg_rules.core.native.images_for_tests import elf, macho, pe, universal
from pkg_rules.core.native.node_facts import AddonHost
from pkg_rules.core.native.resolve import NativeCode, resolve_native_code
from pkg_rules.core.native.tree_images import files_of
from pkg_rules.core.payload.model import Root
from pkg_rules.core.payload.tree import read_tree

SYMBOLS = frozenset(("napi_create_error", "_ZN2v87Isolate10GetCurrentEv"))
LINUX = AddonHost("24.21.0", "linux", "x64", 137, "2.28", SYMBOLS)
LINUX_ARM64 = AddonHost("24.21.0", "linux", "arm64", 137, "2.28", SYMBOLS)
ALPINE = AddonHost("24.21.0", "alpine", "x64", 137, "", SYMBOLS)
WINDOWS = AddonHost("24.21.0", "win", "x64", 137, "", SYMBOLS)
MACOS = AddonHost("24.21.0", "macos", "x64", 137, "", SYMBOLS)

GLIBC, MUSL = elf(["libc.so.6"], ""), elf(["libc.so"], "")
ARM64, DLL, DYLIB = elf(["libc.so.6"], "", machine=183), pe([], []), macho([], [], cpu=0x01000007)

PREBUILDS = {
    "m/node_modules/hash/index.js": b"",
    "m/node_modules/hash/prebuilds/linux-x64/hash.glibc.node": GLIBC,
    "m/node_modules/hash/prebuilds/linux-x64/hash.musl.node": MUSL,
    "m/node_modules/hash/prebuilds/linux-arm64/hash.armv8.glibc.node": ARM64,
    "m/node_modules/hash/prebuilds/win32-x64/hash.glibc.node": DLL,
    "m/node_modules/hash/prebuilds/win32-x64/hash.pdb": b"text",
    "m/node_modules/hash/prebuilds/darwin-x64+arm64/hash.node": universal(DYLIB, macho([], [])),
}


def resolved(folder: Path, files: Mapping[str, bytes], facts: AddonHost) -> tuple[list[str], NativeCode]:
    """What is left of the files, and the rest."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    tree = read_tree([Root(str(folder), "")])
    code = resolve_native_code(tree, facts)
    return list(files_of(tree)), code


def lines_of(folder: Path, files: Mapping[str, bytes], facts: AddonHost) -> tuple[str, ...]:
    with pytest.raises(UnfitNativeCodeError) as raised:
        resolved(folder, files, facts)
    return raised.value.lines


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        (LINUX, ["linux-x64/hash.glibc.node"]),
        (ALPINE, ["linux-x64/hash.musl.node"]),
        (LINUX_ARM64, ["linux-arm64/hash.armv8.glibc.node"]),
        (WINDOWS, ["win32-x64/hash.glibc.node", "win32-x64/hash.pdb"]),
        (MACOS, ["darwin-x64+arm64/hash.node"]),
    ],
    ids=str,
)
def test_prebuilds_for_other_platforms_are_left_out(
    facts: AddonHost, kept: list[str], tmp_path: Path
) -> None:
    left, code = resolved(tmp_path, PREBUILDS, facts)
    assert left == ["m/node_modules/hash/index.js", *(f"m/node_modules/hash/prebuilds/{name}" for name in kept)]
    assert code.remarks == ()
    assert len(code.metadata) == 1


def test_other_layouts_by_what_the_files_are(tmp_path: Path) -> None:
    files = {
        "node_modules/a/bin/napi-v6/linux/x64/a.node": elf(["liba.so", "libc.so.6"], "$ORIGIN"),
        "node_modules/a/bin/napi-v6/linux/x64/liba.so": GLIBC,
        "node_modules/a/bin/napi-v6/linux/arm64/a.node": ARM64,
        "node_modules/a/bin/napi-v6/linux/arm64/liba.so": ARM64,
        "node_modules/a/bin/napi-v6/win32/x64/a.dll": DLL,
        "node_modules/a/lib/windows.js": b"MZ is no library",
        "node_modules/a/lib/win32/readme.txt": b"text",
        "node_modules/a/musl_x64/a.node": MUSL,
    }
    left, _ = resolved(tmp_path, files, LINUX)
    gone = {"linux/arm64/a.node", "linux/arm64/liba.so", "win32/x64/a.dll"}
    expected = [
        name for name in sorted(files) if not any(name.endswith(end) for end in (*gone, "musl_x64/a.node"))
    ]
    assert sorted(left) == expected


def test_addons_that_do_not_fit_go_where_one_of_that_name_does(tmp_path: Path) -> None:
    files = {
        "node_modules/a/build/108/addon.node": MUSL,
        "node_modules/a/build/115/addon.node": GLIBC,
        "node_modules/b/build/108/addon.node": GLIBC,
    }
    assert resolved(tmp_path, files, LINUX)[0] == sorted(files)[1:]


def test_a_newer_glibc_than_that_of_node_is_told_once(tmp_path: Path) -> None:
    newer, newest, old = (
        elf(["libc.so.6"], "", versions=[("libc.so.6", f"GLIBC_{version}")])
        for version in ("2.34", "2.38", "2.4")
    )
    files = {
        "node_modules/a/1/a.node": newest,
        "node_modules/a/2/a.node": newer,
        "node_modules/b/1/b.node": newer,
        "node_modules/b/2/b.node": old,
    }
    (remark,) = resolved(tmp_path, files, LINUX)[1].remarks
    assert remark == (
        "`node_modules/a/2/a.node` of the package `a` needs glibc 2.34, Node.js 24.21.0 itself only 2.28: on a system "
        "between the two it cannot be loaded"
    )


def test_a_package_with_nothing_for_the_platform_is_named(tmp_path: Path) -> None:
    files = {name: content for name, content in PREBUILDS.items() if "darwin" not in name}
    left, code = resolved(tmp_path, files, MACOS)
    assert left == ["m/node_modules/hash/index.js"]
    (remark,) = code.remarks
    assert remark == (
        "The package `hash` ships native addons, but none for `macos-x64`, so what needs them will fail when it runs"
    )


def test_what_does_not_fit_and_does_not_say_so_is_an_error(tmp_path: Path) -> None:
    files = {
        "node_modules/@a/b/build/Release/b.node": GLIBC,
        "node_modules/c/lib/c.node": elf(["libd.so", "libc.so.6"], "$ORIGIN", machine=183),
        "node_modules/c/lib/libd.so": GLIBC,
        "src/own.node": DYLIB,
        "src/darwin-x64.node": DYLIB,
    }
    lines = lines_of(tmp_path, files, LINUX_ARM64)
    assert lines == (
        "`node_modules/@a/b/build/Release/b.node` of the package `@a/b` is for `linux-x64`, and `linux-arm64` is needed",
        "`node_modules/c/lib/libd.so` of the package `c` is for `linux-x64`, and `linux-arm64` is needed",
        "`src/own.node` is for `macos-x64`, and `linux-arm64` is needed",
    )


def test_files_of_the_program_itself_that_name_their_platform_stay(tmp_path: Path) -> None:
    files = {"native/win32-x64/a.node": DLL, "native/linux-x64/a.node": GLIBC}
    assert resolved(tmp_path, files, LINUX)[0] == sorted(files)


def test_windows_does_not_find_node_under_its_name(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path, {"node_modules/a/a.node": pe(["node.exe"], [])}, WINDOWS)
    assert line.startswith("`node_modules/a/a.node` of the package `a` is linked to `node.exe`, which is not what")
    resolved(tmp_path / "delayed", {"a.node": pe(["KERNEL32.dll"], ["node.exe"])}, WINDOWS)


@pytest.mark.parametrize("facts", [LINUX, WINDOWS], ids=str)
def test_names_that_this_node_does_not_have(facts: AddonHost, tmp_path: Path) -> None:
    needs = ["napi_create_error", "_ZN2v83GonEv", "_ZN2v84GoneEv", "napi_future", "uv_gone"]
    content = elf(["libc.so.6"], "", needs=needs) if facts is LINUX else pe([], ["node.exe"], needs=needs)
    (line,) = lines_of(tmp_path, {"a.node": content}, facts)
    assert line == (
        "`a.node` needs `_ZN2v83GonEv`, `_ZN2v84GoneEv`, `napi_future` and 1 more, which Node.js 24.21.0 does not have. It was "
        "made for another version of Node.js; needed is one for ABI 137, or one of Node-API, which fits to many versions"
    )


def test_without_facts_nothing_changes(tmp_path: Path) -> None:
    for name, content in PREBUILDS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    tree = read_tree([Root(str(tmp_path), "")])
    assert resolve_native_code(tree, None).remarks == ()
    assert sorted(files_of(tree)) == sorted(PREBUILDS)
