"""Scans each content once, so that an edit of one file does not scan its whole directory again."""

from __future__ import annotations

import hashlib
import posixpath
from collections import OrderedDict
from threading import Lock

from pkg_rules.core.trace.model import ScannedFile
from pkg_rules.core.trace.scanner import scan


class ScanCache:
    """Remembers by content, not by name: a pure function made cheaper. Used by many threads at once."""

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, bytes], ScannedFile] = OrderedDict()

    def scan(self, path: str, content: bytes) -> ScannedFile:
        key = (posixpath.splitext(path)[1], hashlib.sha256(content).digest())
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
            # The parser must not be used by two threads at once, so it is inside of the lock as well.
            found = scan(path, content)
            self._known[key] = found
            if len(self._known) > self._limit:
                self._known.popitem(last=False)
            return found
