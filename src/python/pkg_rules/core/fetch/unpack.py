"""Takes exactly the wanted files out of a download; modes are reduced to the executable bit, times are not kept."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from pkg_rules.core.fetch.errors import NotPinnedContentError

CHUNK = 1 << 20
_LIBRARY = re.compile(r"[^/]+\.libs/([^/]+\.so(?:\.[^/]+)?)")


def sha256_of(file: Path) -> str:
    digest = hashlib.sha256()
    with open(file, "rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()


def extract_executable(archive: Path, member: str, target: Path, origin: str) -> None:
    """One file out of a tar, a zip or a wheel; without a member the download is the file itself."""
    if not member:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(archive, target)
        target.chmod(0o755)
        return
    if zipfile.is_zipfile(archive):
        with _readable(origin), zipfile.ZipFile(archive) as wheel:
            if member in wheel.namelist():
                with wheel.open(member) as stream:
                    _write(stream, target, executable=True)
                return
    else:
        with _readable(origin), tarfile.open(archive, "r:*") as tar:
            for item in tar:
                if item.name == member and item.isfile():
                    _write(tar.extractfile(item), target, executable=True)
                    return
    raise NotPinnedContentError(
        f"{origin} has no file `{member}`, so it is not the archive that the lock file means. "
        "Correct `member` of that source."
    )


def extract_libraries(archive: Path, target: Path, origin: str) -> None:
    """The shared libraries that a wheel brings for its executables, under their own names; of other archives nothing."""
    if not zipfile.is_zipfile(archive):
        return
    with _readable(origin), zipfile.ZipFile(archive) as wheel:
        for name in wheel.namelist():
            library = _LIBRARY.fullmatch(name)
            if library:
                with wheel.open(name) as stream:
                    _write(stream, target / library[1], executable=False)


def extract_package(archive: Path, target: Path, origin: str) -> None:
    """An npm package: all regular files, without the folder that they are all in."""
    with _readable(origin), tarfile.open(archive, "r:*") as tar:
        for item in tar:
            path = PurePosixPath(item.name)
            if item.isfile() and len(path.parts) > 1:
                place = _inside(target, PurePosixPath(*path.parts[1:]), origin)
                _write(tar.extractfile(item), place, executable=bool(item.mode & 0o111))


def extract_wheel(archive: Path, target: Path, origin: str) -> None:
    with _readable(origin), zipfile.ZipFile(archive) as wheel:
        for item in wheel.infolist():
            if not item.is_dir():
                place = _inside(target, PurePosixPath(item.filename), origin)
                with wheel.open(item) as stream:
                    _write(stream, place, executable=False)


class _readable:
    """Turns the many errors of a damaged archive into one that names it."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError)):
            raise NotPinnedContentError(
                f"{self._origin} cannot be unpacked: {error or 'it ends too early'}."
            ) from error


def _inside(target: Path, path: PurePosixPath, origin: str) -> Path:
    if path.is_absolute() or ".." in path.parts:
        raise NotPinnedContentError(
            f"{origin} holds the path `{path}`, which leads out of the folder it is unpacked to; it is refused."
        )
    return target.joinpath(*path.parts)


def _write(stream: IO[bytes] | None, place: Path, *, executable: bool) -> None:
    assert stream is not None, "only regular files are extracted"
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place, "wb") as out:
        shutil.copyfileobj(stream, out, CHUNK)
    os.chmod(place, 0o755 if executable else 0o644)
