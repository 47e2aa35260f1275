"""Which packages are for which platform, and which platforms get the same ones."""

from __future__ import annotations

import pytest

from pkg_rules.core.npm.platforms import InstallPlatform, PlatformCondition, installed_for

LINUX, MUSL = InstallPlatform.of("linux", "x64"), InstallPlatform.of("alpine", "x64")
ARM64, MACOS, WINDOWS = (InstallPlatform.of(*pair) for pair in (("linux", "arm64"), ("macos", "arm64"), ("win", "x64")))

ONLY_MACOS = PlatformCondition(("darwin",))
FAMILY = (
    PlatformCondition(("linux",), ("x64",), ("glibc",)),
    PlatformCondition(("linux",), ("x64",), ("musl",)),
    PlatformCondition(("linux",), ("arm64",), ("glibc",)),
    PlatformCondition(("win32",), ("x64",)),
)


def test_the_words_of_targets() -> None:
    assert [str(one) for one in (LINUX, MUSL, ARM64, MACOS, WINDOWS)] == [
        "linux-x64-glibc",
        "linux-x64-musl",
        "linux-arm64-glibc",
        "darwin-arm64",
        "win32-x64",
    ]
    assert InstallPlatform.of("linux", "armv7") == InstallPlatform("linux", "arm", "glibc")


@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({}, [LINUX, MUSL, WINDOWS]),
        ({"os": ["linux"]}, [LINUX, MUSL]),
        ({"os": "win32"}, [WINDOWS]),
        ({"os": ["any"]}, [LINUX, MUSL, WINDOWS]),
        ({"os": ["!win32"]}, [LINUX, MUSL]),
        ({"os": ["linux", "!linux"]}, []),
        ({"libc": ["musl"]}, [MUSL]),
        ({"libc": ["!musl"]}, [LINUX]),
        ({"cpu": ["wasm32"]}, []),
        ({"os": None, "cpu": ["x64", "arm64"]}, [LINUX, MUSL, WINDOWS]),
    ],
)
def test_what_a_package_allows(fields: dict[str, object], allowed: list[InstallPlatform]) -> None:
    condition = PlatformCondition.of(fields)
    assert [one for one in (LINUX, MUSL, WINDOWS) if condition.allows(one)] == allowed


def test_platforms_that_get_the_same_packages_share_an_installation() -> None:
    assert installed_for([PlatformCondition()], WINDOWS) is None
    assert [installed_for([ONLY_MACOS], one) for one in (WINDOWS, ARM64, MUSL)] == [LINUX] * 3
    assert installed_for([ONLY_MACOS], MACOS) == InstallPlatform("darwin", "x64")
    assert [installed_for(FAMILY, one) for one in (LINUX, MUSL, ARM64, WINDOWS)] == [LINUX, MUSL, ARM64, WINDOWS]
    # There is nothing for it, as for other platforms.
    assert installed_for(FAMILY, MACOS) == InstallPlatform("darwin", "x64")
