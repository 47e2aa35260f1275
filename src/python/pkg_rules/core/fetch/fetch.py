"""Fetches one entry of the lock file: tries its sources in order, checks the bytes, unpacks what is wanted."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Callable, Iterator

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.identify import check_node_executable
from pkg_rules.core.fetch.errors import FetchError, NotPinnedContentError, WrongHashError
from pkg_rules.core.fetch.locate import Location, Locator
from pkg_rules.core.fetch.transfer import shown_url
from pkg_rules.core.fetch.unpack import (
    extract_executable,
    extract_libraries,
    extract_package,
    extract_wheel,
    sha256_of,
)
from pkg_rules.core.node_dist import LIBRARIES, executable_path
from pkg_rules.core.node_lock import REFRESH_COMMAND, PinnedEntry, Source


@dataclass(frozen=True)
class Fetcher:
    locator: Locator
    cache: Path  # where partial downloads survive a failure
    log: Callable[[str], None]

    def fetch(self, entry: PinnedEntry, target: Path) -> None:
        """Writes the entry below the folder `target`, or raises one FetchError that tells about every source."""
        failures: list[FetchError] = []
        for source in entry.sources:
            try:
                self._fetch_from(source, entry, target)
            except FetchError as error:
                failures.append(error)
                continue
            for failure in failures:
                # Another source had the pinned bytes, so the lock is right and that source is to be looked at.
                self.log(f"warning: one source of {entry.describe()} was passed over: {failure}")
            return
        raise _all_failed(entry, failures)

    def _fetch_from(self, source: Source, entry: PinnedEntry, target: Path) -> None:
        location = self.locator.locate(source)
        key = source.sha256 or hashlib.sha256(location.url.encode()).hexdigest()
        with _partial_file(self.cache, key) as archive:
            if not (source.sha256 or location.announced):
                # Nothing could tell whether what is there is the beginning of the same file.
                archive.unlink(missing_ok=True)
            resumed = location.transfer.download(
                location.url, archive, headers=location.headers, size=source.size
            )
            if not self._intact(archive, source, location) and resumed:
                # What was there may have been the beginning of something else.
                self.log(f"{shown_url(location.url)}: the continued file is wrong; reading it anew")
                archive.unlink()
                location.transfer.download(
                    location.url, archive, headers=location.headers, size=source.size
                )
            try:
                self._check_download(archive, source, location, entry)
                self._unpack(archive, source, location, entry, target)
            finally:
                # It is either unpacked or worthless; only an interrupted transfer is continued.
                archive.unlink()

    @staticmethod
    def _intact(archive: Path, source: Source, location: Location) -> bool:
        if source.sha256:
            return sha256_of(archive) == source.sha256
        return matches(archive, location.announced)

    @staticmethod
    def _check_download(archive: Path, source: Source, location: Location, entry: PinnedEntry) -> None:
        if source.sha256:
            found = sha256_of(archive)
            if found != source.sha256:
                raise _wrong_hash(archive, source.sha256, found, location, entry)

    @staticmethod
    def _unpack(
        archive: Path, source: Source, location: Location, entry: PinnedEntry, target: Path
    ) -> None:
        origin = f"`{shown_url(location.url)}`"
        if entry.layout == "package":
            extract_package(archive, target, origin)
        elif entry.layout == "wheel":
            extract_wheel(archive, target, origin)
        elif entry.layout == "base":
            extract_executable(archive, source.member, target / executable_path(entry.platform), origin)
            extract_libraries(archive, target / LIBRARIES, origin)
        else:
            pinned = entry.executable
            assert pinned is not None
            executable = target / pinned.path
            extract_executable(archive, source.member, executable, origin)
            extract_libraries(archive, target / LIBRARIES, origin)
            found = sha256_of(executable)
            if found != pinned.sha256:
                executable.unlink()
                raise _wrong_hash(archive, pinned.sha256, found, location, entry)
            try:
                check_node_executable(
                    executable, version=entry.version, platform=entry.platform, arch=entry.arch
                )
            except ExecutableFormatError as error:
                executable.unlink()
                raise NotPinnedContentError(
                    f"{origin} has the pinned hash, but what is pinned there as {entry.describe()} is something else: "
                    f"{error} The lock file is wrong; mend it with `{REFRESH_COMMAND}`."
                ) from error


@contextmanager
def _partial_file(cache: Path, key: str) -> Iterator[Path]:
    """The path of the file to download to; one process at a time works on it."""
    cache.mkdir(parents=True, exist_ok=True)
    file = cache / f"{key}.part"
    with _locked(cache / f"{key}.lock"):
        yield file


@contextmanager
def _locked(file: Path) -> Iterator[IO[bytes]]:
    with open(file, "ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


def matches(file: Path, announced: str) -> bool:
    """Whether the file has the hash that a registry announces; without an announcement there is nothing to compare."""
    algorithm, _, expected = announced.partition(":")
    if not expected:
        return True
    digest = hashlib.new(algorithm)
    with open(file, "rb") as stream:
        for chunk in iter(lambda: stream.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest() == expected


def _wrong_hash(
    archive: Path, pinned: str, found: str, location: Location, entry: PinnedEntry
) -> WrongHashError:
    if not location.announced:
        verdict = (
            "The source announces no hash of its own, so it cannot be told from here which of the two is wrong. "
            "Distrust the source first: a published version never changes. Compare with another network or mirror."
        )
    elif matches(archive, location.announced):
        verdict = (
            "The transfer is sound: the bytes are those that the registry itself announces. So the registry carries "
            "another file than when the lock was written. Published versions never change: if the lock file was "
            "edited by hand, distrust the lock; if not, distrust the registry or mirror, which may have been tampered "
            "with."
        )
    else:
        verdict = (
            "The bytes are not even those that the registry itself announces. Distrust the source: a proxy or mirror "
            "on the way replaces or damages files. The lock file is probably right; do not refresh it now."
        )
    return WrongHashError(
        f"`{shown_url(location.url)}` is not the pinned file.\n"
        f"  pinned: sha256 {pinned}\n  found:  sha256 {found} ({os.path.getsize(archive):,} bytes downloaded)\n"
        f"{verdict}\nOnly when you are sure that the new bytes are right, refresh the lock: `{REFRESH_COMMAND}`."
    )


def _all_failed(entry: PinnedEntry, failures: list[FetchError]) -> FetchError:
    kind = type(failures[0]) if len({type(error) for error in failures}) == 1 else FetchError
    # A wrong hash is the news that must not be missed, whatever happened to the other sources.
    failures.sort(key=lambda error: not isinstance(error, WrongHashError))
    reasons = "\n\n".join(str(error) for error in failures)
    return kind(f"Could not fetch {entry.describe()}.\n\n{reasons}")
