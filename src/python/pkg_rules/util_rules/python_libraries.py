"""Third-party Python libraries of build steps, from pinned wheels: one folder for each interpreter they are made for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import AddPrefix, Digest, MergeDigests
from pants.engine.platform import Platform
from pants.engine.rules import collect_rules, rule

from pkg_rules.core.node_dist import HOSTS
from pkg_rules.core.node_lock import REFRESH_COMMAND, NodeLockError
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    implicitly,
    merge_digests,
)
from pkg_rules.util_rules.node_lock import node_lock
from pkg_rules.util_rules.pinned_download import PinnedDownloadRequest, pinned_download


@dataclass(frozen=True)
class PythonLibrariesRequest:
    """The library by its name on the package index, e.g. `lief`."""

    name: str


@dataclass(frozen=True)
class PythonLibraries:
    """For `PythonScriptRequest.libraries`: folders named by ABI (`cp311`, `cp312-abi3`) for the running platform."""

    digest: Digest


@rule(desc="Fetch the libraries of build steps")
async def _python_libraries(
    request: PythonLibrariesRequest, platform: Platform
) -> PythonLibraries:
    lock = await node_lock(**implicitly())
    wheels = lock.wheels(request.name, *HOSTS[platform.value])
    if not wheels:
        raise NodeLockError(
            f"`{lock.origin}` pins no wheel of `{request.name}` for `{platform.value}`, which a build step needs.\n"
            f"Add it to `[node-distributions].libraries` and run `{REFRESH_COMMAND}`."
        )
    downloads = await concurrently(
        [pinned_download(PinnedDownloadRequest(wheel), **implicitly()) for wheel in wheels]
    )
    folders = await concurrently(
        [
            add_prefix(AddPrefix(download.digest, download.entry.python), **implicitly())
            for download in downloads
        ]
    )
    return PythonLibraries(await merge_digests(MergeDigests(folders), **implicitly()))


if CALL_BY_NAME:
    python_libraries = _python_libraries
else:

    def python_libraries(request: PythonLibrariesRequest, **_: object) -> Get:
        return Get(PythonLibraries, PythonLibrariesRequest, request)


def rules() -> Any:
    return collect_rules()
