"""The imports of the sources of one directory: scanned together, because a rule for each file would cost more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pants.engine.fs import PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.globs import escape_glob
from pkg_rules.core.trace.model import ScannedFile
from pkg_rules.core.trace.scan_cache import ScanCache
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    get_digest_contents,
    implicitly,
    path_globs_to_digest,
)

# Lives as long as the daemon: after an edit only that file is parsed again, not its whole directory.
SCANS = ScanCache()


@dataclass(frozen=True)
class ImportScanRequest:
    """The paths of sources, relative to the build root, mostly those of one directory."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class ImportScan:
    files: FrozenDict[str, ScannedFile]


@rule(desc="Scan sources for imports", level=LogLevel.DEBUG)
async def _import_scan(request: ImportScanRequest) -> ImportScan:
    digest = await path_globs_to_digest(PathGlobs(map(escape_glob, request.paths)), **implicitly())
    contents = await get_digest_contents(digest)
    return ImportScan(
        FrozenDict((file.path, SCANS.scan(file.path, file.content)) for file in contents)
    )


if CALL_BY_NAME:
    import_scan = _import_scan
else:

    def import_scan(request: ImportScanRequest, **_: object) -> Get:
        return Get(ImportScan, ImportScanRequest, request)


def rules() -> Any:
    return collect_rules()
