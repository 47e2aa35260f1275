"""Files that the sources of a program name by literal paths, and that exist, but are not part of the program."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Collection, Container, Iterable, Mapping, Sequence

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.trace.model import ScannedFile
from pkg_rules.core.trace.scanner import is_source

_SHOWN = 5


@dataclass(frozen=True, order=True)
class NamedAsset:
    """`path` is relative to the build root; it may be that of a directory.

    `generated`: a build script wrote the file that names it, so nothing is inferred from it.
    """

    importer: str
    line: int
    path: str
    generated: bool = False


@dataclass(frozen=True)
class UnpackedAssets:
    """What `target` will look for and not find, each with what to do about it."""

    target: str
    found: tuple[tuple[NamedAsset, str], ...]

    def message(self) -> str:
        listed = "\n".join(
            f"  * `{asset.importer}` line {asset.line} names `{asset.path}`: {advice}."
            for asset, advice in self.found
        )
        return (
            f"Sources of `{self.target}` name files that exist but are not part of the program, which will not find them:"
            f"\n\n{listed}\n\n"
            "A path that is not read when the program runs is left alone with the comment `// pants: no-infer-dep` in its "
            "line, and so is one in `try`/`catch`."
        )


class UnpackedAssetsError(PkgRulesError):
    def __init__(self, assets: UnpackedAssets) -> None:
        super().__init__(assets.message())


def unpacked_candidates(
    scans: Mapping[str, ScannedFile], generated: Container[str], program: Iterable[str]
) -> tuple[NamedAsset, ...]:
    """What is named, and is neither a file of the program nor a directory with at least one; it may not exist at all.

    `scans` are the program's own sources, `generated` those of them that build scripts wrote. What lies in `node_modules` is not looked at: the lock file decides what will be there.
    """
    named = {
        NamedAsset(importer, asset.line, path, importer in generated)
        for importer, scanned in scans.items()
        for asset in scanned.assets
        if not asset.optional
        for path in [posixpath.normpath(posixpath.join(posixpath.dirname(importer), asset.path))]
        if path.split("/")[0] != ".." and "node_modules" not in path.split("/")
    }
    if not named:
        return ()
    wanted = {asset.path for asset in named}
    present = {"."}
    for path in program:
        while path and path not in present:
            if path in wanted:
                present.add(path)
            path = posixpath.dirname(path)
    return tuple(sorted(asset for asset in named if asset.path not in present))


def unpacked_assets(
    target: str,
    directory: str,
    candidates: Iterable[NamedAsset],
    on_disk: Collection[str],
    owners: Mapping[str, Sequence[str]],
) -> UnpackedAssets:
    """Those that exist. `directory` is that of the target's BUILD file.

    `on_disk` are the candidates that are there, and for directories also what is in them; `owners` are the addresses of
    the targets that own or write candidates, or files below them.
    """
    found = []
    for asset in candidates:
        inside = f"{asset.path}/"
        is_directory = any(path.startswith(inside) for path in on_disk)
        if asset.path not in on_disk and asset.path not in owners and not is_directory:
            continue
        found.append((asset, _advice(asset, is_directory, target, directory, owners)))
    return UnpackedAssets(target, tuple(found))


def _advice(
    asset: NamedAsset,
    is_directory: bool,
    target: str,
    directory: str,
    owners: Mapping[str, Sequence[str]],
) -> str:
    path = asset.path
    add = f"to the `dependencies` of `{target}`"
    if path in owners:
        return f"add `{owners[path][0]}`, which owns it, {add}"
    if is_directory:
        inside = sorted({own[0] for file, own in owners.items() if file.startswith(f"{path}/")})
        if inside:
            return f"add {_either(inside)} {add}"
    build = directory if path.startswith(f"{directory}/") or not directory else posixpath.dirname(path)
    name = posixpath.relpath(path, build or ".")
    where = posixpath.join(build, "BUILD")
    kind = "javascript_sources" if is_source(path) and not is_directory else "files"
    sources = f"{name}/**" if is_directory else name
    write = f'Write `{kind}(name="assets", sources=["{sources}"])` into `{where}`'
    if is_directory or asset.generated:
        contents = "anything in it" if is_directory else "it"
        return f"no target owns {contents}. {write} and add `//{build}:assets` {add}"
    return f"no target owns it. {write}; the dependency is then inferred"


def _either(addresses: Sequence[str]) -> str:
    if len(addresses) == 1:
        return f"`{addresses[0]}`"
    return f"what it needs of {', '.join(f'`{address}`' for address in addresses[:_SHOWN])}"
