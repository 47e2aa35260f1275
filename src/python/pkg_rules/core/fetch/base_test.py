"""Bases: executables that targets pin, out of archives of several kinds."""

from __future__ import annotations

import hashlib
import os
import urllib.request
import zipfile
from pathlib import Path

import pytest

from pkg_rules.core.fetch.errors import NotFoundError, NotPinnedContentError
from pkg_rules.core.fetch.fetch import Fetcher
from pkg_rules.core.fetch.locate import Locator, Surroundings
from pkg_rules.core.fetch.transfer import NeverLessSafe
from pkg_rules.core.node_lock import NodeLock, PinnedEntry, Source
from pkg_rules.core.node_lock_file import parse_node_lock, render_node_lock


def wheel(folder: Path) -> Path:
    archive = folder / "some.whl"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("pkg/bin/node", b"node")
        out.writestr("pkg.libs/libx-01234567.so.6.0", b"library")
        out.writestr("pkg.libs/readme.txt", b"text")
        out.writestr("other/libx.so", b"not one of those")
    return archive


def base_entry(archive: Path, member: str = "pkg/bin/node") -> PinnedEntry:
    content = archive.read_bytes()
    source = Source(
        "url", path=archive.as_uri(), member=member, sha256=hashlib.sha256(content).hexdigest()
    )
    return PinnedEntry("base", "node", "24.21.0", (source,), platform="alpine", arch="x64")


def test_a_base_comes_with_the_libraries_of_its_wheel(tmp_path: Path) -> None:
    fetcher_for_files(tmp_path).fetch(base_entry(wheel(tmp_path)), tmp_path / "out")
    files = {str(path.relative_to(tmp_path / "out")): path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == {"bin/node": b"node", "lib/libx-01234567.so.6.0": b"library"}
    assert os.access(tmp_path / "out/bin/node", os.X_OK)


def test_a_base_that_is_not_in_its_archive(tmp_path: Path) -> None:
    with pytest.raises(NotPinnedContentError, match="has no file `bin/node`.* Correct `member`"):
        fetcher_for_files(tmp_path).fetch(base_entry(wheel(tmp_path), "bin/node"), tmp_path / "out")


def test_a_base_survives_the_way_into_a_build_step(tmp_path: Path) -> None:
    entry = base_entry(wheel(tmp_path))
    assert parse_node_lock(render_node_lock(NodeLock((entry,))), "lock").entries == (entry,)


def test_nothing_leads_away_from_https() -> None:
    handler = NeverLessSafe()
    request = urllib.request.Request("https://example.com/a?token=1")
    with pytest.raises(NotFoundError) as error:
        handler.redirect_request(request, None, 302, "Found", {}, "http://example.com/b")
    assert str(error.value) == (
        "`https://example.com/a` leads on to `http://example.com/b`, which is not encrypted, and is not followed. Name an "
        "address whose server stays with https."
    )
    followed = handler.redirect_request(request, None, 302, "Found", {}, "https://other.example.com/b")
    assert followed is not None and followed.full_url == "https://other.example.com/b"


def fetcher_for_files(folder: Path) -> Fetcher:
    surroundings = Surroundings(
        env={},
        project_npmrc=folder / ".npmrc",
        dist_url="",
        python_indexes=[],
        python_indexes_are_default=True,
    )
    return Fetcher(Locator(surroundings), folder / "cache", lambda _: None)
