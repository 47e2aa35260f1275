"""Writes files of a payload to a folder, and nowhere else, whatever the payload says."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Optional

from pkg_rules.core.inspection.errors import ExtractionError
from pkg_rules.core.payload.format import Kind
from pkg_rules.core.payload.reader import PayloadEntry, PayloadReader

_ROOT = "/snapshot"


def extract(payload: PayloadReader, destination: Path, path: Optional[str] = None) -> int:
    """Writes everything, or only what is at and below `path`, with executable bits and links; how many files it was.

    The folder must be new or empty. Links are made last, so that nothing is written through one.
    """
    if destination.exists() and (not destination.is_dir() or any(destination.iterdir())):
        raise ExtractionError(
            f"`{destination}` exists and is not an empty folder. Name a new one, so that nothing is overwritten."
        )
    entries = list(_wanted(payload, path))
    for entry in entries:
        if entry.kind is Kind.SYMLINK:
            _check_link(entry)
    destination.mkdir(parents=True, exist_ok=True)
    links = []
    files = 0
    for entry in entries:
        target = destination / entry.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if entry.kind is Kind.DIRECTORY:
                target.mkdir(exist_ok=True)
            elif entry.kind is Kind.SYMLINK:
                links.append((entry, target))
            else:
                _write(payload, entry, target)
                files += 1
        except (FileExistsError, NotADirectoryError) as error:
            raise ExtractionError(f"`{entry.path}` is there twice, and was not written: {error}.") from error
    for entry, target in links:
        if os.path.lexists(target):
            raise ExtractionError(f"`{entry.path}` is there twice, and its link was not written.")
        target.symlink_to(entry.target)
    return files


def _wanted(payload: PayloadReader, path: Optional[str]) -> list[PayloadEntry]:
    entries = list(payload.entries())
    if path is None:
        return entries
    wanted = path[len(_ROOT) :].strip("/") if path.startswith(_ROOT) else path.strip("/")
    found = [
        entry for entry in entries if entry.path == wanted or entry.path.startswith(f"{wanted}/")
    ]
    if not found:
        raise ExtractionError(f"`{path}` is not in the payload. `list` shows what is.")
    return found


def _write(payload: PayloadReader, entry: PayloadEntry, target: Path) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(target, flags, 0o755 if entry.executable else 0o644), "wb") as file:
        for piece in payload.pieces(entry):
            file.write(piece)


def _check_link(entry: PayloadEntry) -> None:
    depth = entry.path.count("/")
    target = PurePosixPath(entry.target)
    if target.is_absolute() or "\\" in entry.target or ":" in entry.target[:2]:
        depth = -1
    for part in target.parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            raise ExtractionError(
                f"The link `{entry.path}` points to `{entry.target}`, out of the folder. Nothing was written."
            )
