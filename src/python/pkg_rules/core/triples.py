"""Targets such as `node24-linux-x64`: reads them and resolves them against what is pinned."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import Iterable, Mapping, Sequence

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.node_dist import ARCHITECTURES, PLATFORMS, NodeVersion
from pkg_rules.core.node_lock import REFRESH_COMMAND, NodeLock, bulleted

_PLATFORM_ALIASES: Mapping[str, str] = {
    **{name: name for name in PLATFORMS},
    "lin": "linux",
    "glibc": "linux",
    "musl": "alpine",
    "static": "linuxstatic",
    "mac": "macos",
    "osx": "macos",
    "darwin": "macos",
    "windows": "win",
    "win32": "win",
}
_ARCH_ALIASES: Mapping[str, str] = {
    **{name: name for name in ARCHITECTURES},
    "amd64": "x64",
    "x86_64": "x64",
    "aarch64": "arm64",
    "armv7l": "armv7",
    "armhf": "armv7",
    "universal": "universal",
}
# An executable for macOS that is one for both.
UNIVERSAL = ("x64", "arm64")
_NODE = re.compile(r"(?:node|v|nodev)?(\d+(?:\.\d+){0,2})")
_NEWEST = ("latest", "node")
_HOST = "host"


class TripleError(PkgRulesError):
    """A target cannot be read, or there is no Node.js for it."""


@dataclass(frozen=True)
class TripleRequest:
    """What a target says; what it leaves out is None. `version` is a prefix of numbers, (24,) or (24, 21), and empty
    for `latest`."""

    text: str
    version: tuple[int, ...] | None
    platform: str | None
    arch: str | None


@dataclass(frozen=True)
class Triple:
    """A Node.js: exact version, platform and architecture. `text` is the target that asked for it, and `base` the address of
    the target that has it; that of a pinned one is empty."""

    version: str
    platform: str
    arch: str
    text: str = ""
    base: str = ""

    def __str__(self) -> str:
        return f"node{self.version}-{self.platform}-{self.arch}"


def pinned_triples(lock: NodeLock) -> tuple[Triple, ...]:
    pinned = tuple(Triple(entry.version, entry.platform, entry.arch) for entry in lock.nodes())
    versions = {triple.version for triple in pinned if triple.platform == "macos"}
    return pinned + tuple(
        Triple(version, "macos", "universal")
        for version in sorted(versions)
        if all(Triple(version, "macos", arch) in pinned for arch in UNIVERSAL)
    )


def parse_triple(text: str) -> TripleRequest:
    """Parts in any order and any case; each at most once; at least one."""
    version: tuple[int, ...] | None = None
    found: dict[str, str] = {}

    def take(part: str, token: str) -> None:
        if part in found:
            raise TripleError(
                f"The target `{text}` names the {part} twice: `{found[part]}` and `{token}`. "
                f"Write one target for each, e.g. `targets=[{_example(text, token)!r}, {_example(text, found[part])!r}]`."
            )
        found[part] = token

    tokens = text.strip().split("-")
    for token in tokens:
        word = token.strip().lower()
        node = _NODE.fullmatch(word)
        if node:
            take("Node.js version", token)
            version = tuple(int(number) for number in node.group(1).split("."))
        elif word in _NEWEST:
            take("Node.js version", token)
            version = ()
        elif word in _PLATFORM_ALIASES:
            take("platform", token)
        elif word in _ARCH_ALIASES:
            take("architecture", token)
        elif word == _HOST and len(tokens) == 1:
            pass
        else:
            raise _unknown_token(text, token)
    platform, arch = found.get("platform"), found.get("architecture")
    return TripleRequest(
        text=text,
        version=version,
        platform=_PLATFORM_ALIASES[platform.strip().lower()] if platform else None,
        arch=_ARCH_ALIASES[arch.strip().lower()] if arch else None,
    )


def resolve_triple(
    request: TripleRequest,
    *,
    pinned: Iterable[Triple],
    host_platform: str,
    host_arch: str,
    bases: Iterable[tuple[TripleRequest, Triple]] = (),
) -> Triple:
    """The base for what asks for the same, or else the newest pinned Node.js that fits; parts left out are those of the
    host."""
    platform = request.platform or host_platform
    arch = request.arch or host_arch
    for wanted, base in bases:
        asked = (wanted.version, wanted.platform or host_platform, wanted.arch or host_arch)
        if (base.platform, base.arch) != asked[1:] or not _matches(base, wanted.version):
            raise TripleError(
                f"The key `{wanted.text}` of `base_binaries` asks for something else than the base {base.base} is: `{base}`. Write e.g. "
                f"`node{base.version.split('.')[0]}-{base.platform}-{base.arch}`, or name another base."
            )
        if asked == (request.version, platform, arch):
            return replace(base, text=request.text)
    pinned = sorted(pinned, key=lambda triple: NodeVersion.parse(triple.version), reverse=True)
    fitting = [
        triple
        for triple in pinned
        if (triple.platform, triple.arch) == (platform, arch) and _matches(triple, request.version)
    ]
    if not fitting:
        raise _not_pinned(request, platform, arch, pinned)
    newest = fitting[0]
    return Triple(newest.version, platform, arch, request.text)


def _matches(triple: Triple, version: tuple[int, ...] | None) -> bool:
    if version is None:
        return True
    exact = NodeVersion.parse(triple.version)
    return (exact.major, exact.minor, exact.patch)[: len(version)] == version


def _example(text: str, without: str) -> str:
    tokens = text.split("-")
    tokens.remove(without)
    return "-".join(tokens)


def _unknown_token(text: str, token: str) -> TripleError:
    known = [*_PLATFORM_ALIASES, *_ARCH_ALIASES, "latest", _HOST, "node22", "node24", "node26"]
    nearest = difflib.get_close_matches(token.lower(), known, n=1, cutoff=0.5)
    hint = f" Did you mean `{nearest[0]}`?" if nearest else ""
    if token.lower() == _HOST:
        hint = " `host` stands alone; leave out a part to get that of the machine that builds."
    return TripleError(
        f"The target `{text}` has the part `{token}`, which is neither a Node.js version nor a platform nor an "
        f"architecture.{hint}\n"
        "A target is `<node>-<platform>-<arch>`, of which parts may be left out:\n"
        "  * node: `node24`, `node24.21`, `node24.21.0` or `latest`\n"
        f"  * platform: {', '.join(f'`{name}`' for name in PLATFORMS)}\n"
        f"  * arch: {', '.join(f'`{name}`' for name in ARCHITECTURES)}, on macOS `universal` for the first two\n"
        "  * or `host` alone, for the machine that builds"
    )


def _not_pinned(
    request: TripleRequest, platform: str, arch: str, pinned: Sequence[Triple]
) -> TripleError:
    wanted = "Node.js" + (
        f" {'.'.join(str(number) for number in request.version)}" if request.version else ""
    )
    on_platform = [triple for triple in pinned if (triple.platform, triple.arch) == (platform, arch)]
    if on_platform:
        existing = f"Pinned for `{platform}-{arch}` are:\n" + bulleted(
            f"`{triple.version}`" for triple in on_platform
        )
    else:
        combinations = sorted({f"`{triple.platform}-{triple.arch}`" for triple in pinned})
        existing = "Nothing is pinned for that platform; there is a Node.js for:\n" + bulleted(combinations)
    if on_platform or any(triple.platform == platform for triple in pinned):
        advice = (
            f"Use one of these, or add the version to `[node-distributions].versions` and run `{REFRESH_COMMAND}`."
        )
    else:
        advice = (
            f"Node.js is not published for `{platform}`. Use one of these, or supply your own executable: a "
            f"`node_base_binary` target, named by `base_binaries={{\"{request.text}\": \"//path/to:target\"}}`."
        )
    return TripleError(
        f"There is no {wanted} for `{platform}-{arch}`, which the target `{request.text}` asks for.\n{existing}\n{advice}"
    )
