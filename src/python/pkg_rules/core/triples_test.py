"""Tables of targets: what they mean, what they resolve to, what is refused and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkg_rules.core.node_lock_file import parse_node_lock
from pkg_rules.core.triples import (
    Triple,
    TripleError,
    parse_triple,
    pinned_triples,
    resolve_triple,
)

LOCK = Path(__file__).parents[4] / "3rdparty/node/node.lock.json"
PINNED = tuple(
    Triple(version, platform, arch)
    for version, platform, arch in (
        ("22.23.2", "linux", "x64"),
        ("24.0.0", "macos", "arm64"),
        ("24.9.0", "linux", "x64"),
        ("24.21.0", "linux", "x64"),
        ("24.21.0", "linux", "arm64"),
        ("24.21.0", "win", "x64"),
        ("26.10.0", "linux", "x64"),
        ("26.10.0", "macos", "arm64"),
    )
)


def test_a_universal_node_is_one_that_is_pinned_for_both_architectures() -> None:
    pinned = pinned_triples(parse_node_lock(LOCK.read_bytes(), LOCK.name))
    universal = {triple.version for triple in pinned if triple.arch == "universal"}
    assert universal, "the lock file of this repository has such versions"
    for version in {triple.version for triple in pinned if triple.platform == "macos"}:
        both = all(Triple(version, "macos", arch) in pinned for arch in ("x64", "arm64"))
        assert both == (version in universal)


@pytest.mark.parametrize(
    ("text", "version", "platform", "arch"),
    [
        ("node24-linux-x64", (24,), "linux", "x64"),
        ("node24.21-linux-x64", (24, 21), "linux", "x64"),
        ("node22.23.2-linux-x64", (22, 23, 2), "linux", "x64"),
        ("24-linux", (24,), "linux", None),
        ("v24.21.0", (24, 21, 0), None, None),
        ("x64-linux-node24", (24,), "linux", "x64"),
        ("linux-node24-x64", (24,), "linux", "x64"),
        ("latest-macos-arm64", (), "macos", "arm64"),
        ("host", None, None, None),
        ("node24", (24,), None, None),
        ("arm64", None, None, "arm64"),
        ("Node24-Win-X64", (24,), "win", "x64"),
        ("lin", None, "linux", None),
        ("mac", None, "macos", None),
        ("osx", None, "macos", None),
        ("darwin-aarch64", None, "macos", "arm64"),
        ("windows-amd64", None, "win", "x64"),
        ("win32-x86_64", None, "win", "x64"),
        ("musl", None, "alpine", None),
        ("linuxstatic-armv7l", None, "linuxstatic", "armv7"),
        ("mac-universal", None, "macos", "universal"),
    ],
)
def test_targets_are_read(
    text: str, version: tuple[int, ...] | None, platform: str | None, arch: str | None
) -> None:
    request = parse_triple(text)
    assert (request.version, request.platform, request.arch) == (version, platform, arch)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host", "node26.10.0-linux-x64"),
        ("latest", "node26.10.0-linux-x64"),
        ("node24", "node24.21.0-linux-x64"),
        ("node24.9", "node24.9.0-linux-x64"),
        ("arm64", "node24.21.0-linux-arm64"),
        ("win", "node24.21.0-win-x64"),
        ("macos-arm64", "node26.10.0-macos-arm64"),
        ("node24-mac-arm64", "node24.0.0-macos-arm64"),
    ],
)
def test_targets_resolve_to_the_newest_pinned_version(text: str, expected: str) -> None:
    triple = resolve_triple(
        parse_triple(text), pinned=PINNED, host_platform="linux", host_arch="x64"
    )
    assert str(triple) == expected
    assert triple.text == text


@pytest.mark.parametrize(
    ("text", "token", "hint"),
    [
        ("node24-linus-x64", "linus", " Did you mean `linux`?"),
        ("node24-linux-x86", "x86", " Did you mean `x86_64`?"),
        ("nod24-linux-x64", "nod24", " Did you mean `node24`?"),
        ("node24--x64", "", ""),
        (
            "host-x64",
            "host",
            " `host` stands alone; leave out a part to get that of the machine that builds.",
        ),
        ("node24.1.2.3", "node24.1.2.3", " Did you mean `node24`?"),
        ("freebsd", "freebsd", ""),
    ],
)
def test_unknown_parts_are_named(text: str, token: str, hint: str) -> None:
    with pytest.raises(TripleError) as error:
        parse_triple(text)
    assert str(error.value) == (
        f"The target `{text}` has the part `{token}`, which is neither a Node.js version nor a platform nor an "
        f"architecture.{hint}\n"
        "A target is `<node>-<platform>-<arch>`, of which parts may be left out:\n"
        "  * node: `node24`, `node24.21`, `node24.21.0` or `latest`\n"
        "  * platform: `linux`, `alpine`, `linuxstatic`, `macos`, `win`\n"
        "  * arch: `x64`, `arm64`, `armv7`, on macOS `universal` for the first two\n"
        "  * or `host` alone, for the machine that builds"
    )


def test_a_part_may_be_named_once() -> None:
    with pytest.raises(TripleError) as error:
        parse_triple("node24-linux-win")
    assert str(error.value) == (
        "The target `node24-linux-win` names the platform twice: `linux` and `win`. "
        "Write one target for each, e.g. `targets=['node24-linux', 'node24-win']`."
    )


def test_an_unpinned_version_lists_those_of_the_platform() -> None:
    with pytest.raises(TripleError) as error:
        resolve_triple(
            parse_triple("node20-linux-x64"), pinned=PINNED, host_platform="linux", host_arch="x64"
        )
    assert str(error.value) == (
        "There is no Node.js 20 for `linux-x64`, which the target `node20-linux-x64` asks for.\n"
        "Pinned for `linux-x64` are:\n  * `26.10.0`\n  * `24.21.0`\n  * `24.9.0`\n  * `22.23.2`\n"
        "Use one of these, or add the version to `[node-distributions].versions` and run `./pants refresh-node-lock`."
    )


def test_an_unpublished_platform_says_how_to_supply_a_base() -> None:
    with pytest.raises(TripleError) as error:
        resolve_triple(
            parse_triple("linuxstatic"), pinned=PINNED, host_platform="linux", host_arch="x64"
        )
    assert str(error.value) == (
        "There is no Node.js for `linuxstatic-x64`, which the target `linuxstatic` asks for.\n"
        "Nothing is pinned for that platform; there is a Node.js for:\n"
        "  * `linux-arm64`\n  * `linux-x64`\n  * `macos-arm64`\n  * `win-x64`\n"
        "Node.js is not published for `linuxstatic`. Use one of these, or supply your own executable: a "
        '`node_base_binary` target, named by `base_binaries={"linuxstatic": "//path/to:target"}`.'
    )
