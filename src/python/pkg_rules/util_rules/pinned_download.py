"""Downloads what the lock file pins, as a process: portable key, remote-cacheable, checked by size and sha256."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import CreateDigest, Digest, FileContent, MergeDigests, RemovePrefix
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.node_lock import NodeLock, PinnedEntry
from pkg_rules.core.node_lock_file import render_node_lock
from pkg_rules.core.remote_cache import WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    create_digest,
    implicitly,
    merge_digests,
    remove_prefix,
    run_fallible_process,
)
from pkg_rules.util_rules.node_lock import node_lock
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script
from pkg_rules.util_rules.registry_access import (
    DOWNLOAD_CACHE,
    RegistryAccess,
    registry_access,
)

FETCH_PACKAGES = (
    "core/binfmt",
    "core/fetch",
    "core/node_dist.py",
    "core/node_lock.py",
    "core/node_lock_file.py",
)


class PinnedDownloadError(PkgRulesError):
    """A pinned file could not be had; the message is that of the download itself."""


@dataclass(frozen=True)
class PinnedDownloadRequest:
    entry: PinnedEntry


@dataclass(frozen=True)
class PinnedDownload:
    """What the entry pins, unpacked: the files of the package or wheel, or `bin/node[.exe]`, at the top."""

    entry: PinnedEntry
    digest: Digest


@dataclass(frozen=True)
class PinnedPackageRequest:
    """A package manager by its name on the npm registry; of several pinned versions the newest with the prefix."""

    name: str
    version_prefix: str = ""


@dataclass(frozen=True)
class PinnedPackage:
    name: str
    version: str
    digest: Digest


def fetch_process(
    script: PythonScript, access: RegistryAccess, inputs: Digest, what: str
) -> Process:
    (cache,) = DOWNLOAD_CACHE.values()
    return Process(
        argv=(*script.argv, "request.json", "entry.lock.json", cache, OUT),
        env={**script.env, **access.env},
        input_digest=inputs,
        immutable_input_digests=script.immutable_input_digests,
        append_only_caches=DOWNLOAD_CACHE,
        output_directories=(OUT,),
        description=f"Fetch {what}",
        level=LogLevel.INFO,
        timeout_seconds=3600,
        # A cached download is worth waiting for: it costs no traffic to the registry.
        remote_cache_speculation_delay_millis=WAIT_FOR_LARGE_HIT_MILLIS,
    )


@rule(desc="Fetch a pinned file", level=LogLevel.DEBUG)
async def _pinned_download(request: PinnedDownloadRequest) -> PinnedDownload:
    script = await python_script(PythonScriptRequest("fetch.py", FETCH_PACKAGES), **implicitly())
    access = await registry_access(**implicitly())
    lock = render_node_lock(NodeLock((request.entry,))).encode()
    files = await create_digest(
        CreateDigest(
            [
                FileContent("request.json", access.request_json()),
                FileContent("entry.lock.json", lock),
            ]
        ),
        **implicitly(),
    )
    inputs = await merge_digests(MergeDigests([files, access.digest]), **implicitly())
    result = await run_fallible_process(
        fetch_process(script, access, inputs, request.entry.describe()), **implicitly()
    )
    if result.exit_code:
        raise PinnedDownloadError(result.stderr.decode(errors="replace").strip())
    digest = await remove_prefix(RemovePrefix(result.output_digest, OUT), **implicitly())
    return PinnedDownload(request.entry, digest)


if CALL_BY_NAME:
    pinned_download = _pinned_download
else:

    def pinned_download(request: PinnedDownloadRequest, **_: object) -> Get:
        return Get(PinnedDownload, PinnedDownloadRequest, request)


@rule(desc="Fetch a pinned package manager", level=LogLevel.DEBUG)
async def _pinned_package(request: PinnedPackageRequest) -> PinnedPackage:
    lock = await node_lock(**implicitly())
    entry = lock.package(request.name, request.version_prefix)
    download = await pinned_download(PinnedDownloadRequest(entry), **implicitly())
    return PinnedPackage(entry.name, entry.version, download.digest)


if CALL_BY_NAME:
    pinned_package = _pinned_package
else:

    def pinned_package(request: PinnedPackageRequest, **_: object) -> Get:
        return Get(PinnedPackage, PinnedPackageRequest, request)


def rules() -> Any:
    return collect_rules()
