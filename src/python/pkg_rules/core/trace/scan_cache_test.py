from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pkg_rules.core.trace import scan_cache
from pkg_rules.core.trace.model import ScannedFile
from pkg_rules.core.trace.scan_cache import ScanCache
from pkg_rules.core.trace.scanner import scan


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were really scanned."""
    paths: list[str] = []

    def recorded(path: str, content: bytes) -> ScannedFile:
        paths.append(path)
        return scan(path, content)

    monkeypatch.setattr(scan_cache, "scan", recorded)
    return paths


def test_equal_contents_are_scanned_once(scanned: list[str]) -> None:
    cache = ScanCache()
    for path in ("a.js", "b/a.js", "a.js"):
        assert [found.specifier for found in cache.scan(path, b"require('x')").imports] == ["x"]
    assert scanned == ["a.js"]
    cache.scan("a.js", b"require('y')")
    # Another extension may be another language.
    cache.scan("a.ts", b"require('x')")
    assert scanned == ["a.js", "a.js", "a.ts"]


def test_what_was_not_used_for_long_is_forgotten(scanned: list[str]) -> None:
    cache = ScanCache(limit=2)
    for content in (b"import 'a'", b"import 'b'", b"import 'a'", b"import 'c'", b"import 'a'", b"import 'b'"):
        cache.scan("x.js", content)
    assert len(scanned) == 4


def test_many_threads() -> None:
    cache = ScanCache()
    contents = [f"require('m{i % 50}')".encode() for i in range(500)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda content: cache.scan("x.js", content), contents))
    assert [scan("x.js", content) for content in contents] == found
