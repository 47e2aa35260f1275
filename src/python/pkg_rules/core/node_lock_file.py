"""Reads and writes the lock file: JSON, sorted, one field per line, so that a refresh shows as a readable diff."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, NoReturn

from pkg_rules.core.node_dist import ARCHITECTURES, PLATFORMS, NodeVersion
from pkg_rules.core.node_lock import (
    REFRESH_COMMAND,
    NodeLock,
    NodeLockError,
    PinnedEntry,
    PinnedFile,
    Source,
    version_key,
)

SCHEMA = 1

_SECTIONS = {"node": "executable", "packages": "package", "wheels": "wheel", "bases": "base"}
# Only there if it holds something: targets pin these, and the file is how a build step gets to know them.
_OPTIONAL = "bases"
_ENTRY_FIELDS = {
    "executable": ("version", "platform", "arch", "executable", "sources"),
    "package": ("name", "version", "sources"),
    "wheel": ("name", "version", "platform", "arch", "python", "sources"),
    "base": ("name", "version", "platform", "arch", "sources"),
}
_SOURCE_FIELDS = {
    "npm": ("name", "version"),
    "pypi": ("name", "version", "path"),
    "dist": ("path",),
    "url": ("path",),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def parse_node_lock(text: bytes | str, origin: str) -> NodeLock:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise NodeLockError(
            f"The lock file `{origin}` is not valid JSON: {error}. Without it no download can be checked. "
            f"Restore it from version control, or make a new one with `{REFRESH_COMMAND}`."
        ) from error
    reader = _Reader(origin)
    reader.expect(isinstance(document, dict), "the file", "must be one JSON object")
    if document.get("schema") != SCHEMA:
        reader.fail("schema", f"is `{document.get('schema')}`, this version reads `{SCHEMA}`")
    reader.only_known(document, "the file", ("schema", *_SECTIONS))
    entries: list[PinnedEntry] = []
    for section, layout in _SECTIONS.items():
        items = document.get(section, [])
        reader.expect(isinstance(items, list), section, "must be a list")
        entries.extend(
            reader.entry(item, f"{section}[{index}]", layout) for index, item in enumerate(items)
        )
    seen: set[tuple[str, ...]] = set()
    for entry in entries:
        key = _sort_key(entry)[:1] + (entry.name, entry.version, entry.platform, entry.arch, entry.python)
        reader.expect(key not in seen, entry.describe(), "is pinned twice")
        seen.add(key)
    return NodeLock(tuple(sorted(entries, key=_sort_key)), origin)


def render_node_lock(lock: NodeLock) -> str:
    document: dict[str, Any] = {"schema": SCHEMA}
    for section, layout in _SECTIONS.items():
        entries = [
            _entry_to_json(entry)
            for entry in sorted(lock.entries, key=_sort_key)
            if entry.layout == layout
        ]
        if entries or section != _OPTIONAL:
            document[section] = entries
    return json.dumps(document, indent=2) + "\n"


def _sort_key(entry: PinnedEntry) -> tuple[Any, ...]:
    return (
        entry.layout,
        entry.name,
        version_key(entry.version),
        PLATFORMS.index(entry.platform) if entry.platform else -1,
        entry.arch,
        version_key(entry.python.replace("cp3", "3.")),
    )


def _entry_to_json(entry: PinnedEntry) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in _ENTRY_FIELDS[entry.layout]:
        if name == "sources":
            values[name] = [
                {key: value for key, value in vars(source).items() if value}
                for source in entry.sources
            ]
        elif name == "executable":
            assert entry.executable is not None
            values[name] = dict(vars(entry.executable))
        else:
            values[name] = getattr(entry, name)
    return values


@dataclass(frozen=True)
class _Reader:
    origin: str

    def fail(self, where: str, what: str) -> NoReturn:
        raise NodeLockError(
            f"The lock file `{self.origin}` is wrong at `{where}`: it {what}. A pin that cannot be read protects "
            f"nothing, so the file is refused as a whole. Mend that place, or run `{REFRESH_COMMAND}`."
        )

    def expect(self, condition: bool, where: str, what: str) -> None:
        if not condition:
            self.fail(where, what)

    def only_known(self, value: Mapping[str, Any], where: str, known: Iterable[str]) -> None:
        for name in value:
            self.expect(name in known, f"{where}.{name}", "is not a known field")

    def text(self, value: Mapping[str, Any], name: str, where: str) -> str:
        found = value.get(name)
        if not isinstance(found, str) or not found:
            self.fail(f"{where}.{name}", "must be a non-empty string")
        return found

    def sha256(self, value: Mapping[str, Any], where: str) -> str:
        found = self.text(value, "sha256", where)
        self.expect(
            _SHA256.fullmatch(found) is not None, f"{where}.sha256", "must be 64 lower-case hex digits"
        )
        return found

    def size(self, value: Mapping[str, Any], where: str) -> int:
        found = value.get("size")
        if not isinstance(found, int) or isinstance(found, bool) or found <= 0:
            self.fail(f"{where}.size", "must be a positive number of bytes")
        return found

    def entry(self, value: Any, where: str, layout: str) -> PinnedEntry:
        self.expect(isinstance(value, dict), where, "must be an object")
        fields = _ENTRY_FIELDS[layout]
        self.only_known(value, where, fields)
        texts = {
            name: self.text(value, name, where)
            for name in fields
            if name not in ("executable", "sources")
        }
        if "platform" in texts:
            self.expect(
                texts["platform"] in PLATFORMS, f"{where}.platform", f"must be one of {', '.join(PLATFORMS)}"
            )
            self.expect(
                texts["arch"] in ARCHITECTURES, f"{where}.arch", f"must be one of {', '.join(ARCHITECTURES)}"
            )
        executable = None
        if layout == "executable":
            texts["name"] = "node"
            try:
                NodeVersion.parse(texts["version"])
            except ValueError as error:
                self.fail(f"{where}.version", f"is wrong: {error}")
            pinned = value.get("executable")
            self.expect(isinstance(pinned, dict), f"{where}.executable", "must be an object")
            self.only_known(pinned, f"{where}.executable", ("path", "sha256", "size"))
            executable = PinnedFile(
                self.text(pinned, "path", f"{where}.executable"),
                self.sha256(pinned, f"{where}.executable"),
                self.size(pinned, f"{where}.executable"),
            )
        sources = value.get("sources")
        self.expect(isinstance(sources, list) and bool(sources), f"{where}.sources", "must be a non-empty list")
        return PinnedEntry(
            layout=layout,
            executable=executable,
            sources=tuple(
                self.source(source, f"{where}.sources[{index}]", layout)
                for index, source in enumerate(sources)
            ),
            **texts,
        )

    def source(self, value: Any, where: str, layout: str) -> Source:
        self.expect(isinstance(value, dict), where, "must be an object")
        kind = value.get("kind")
        if kind not in _SOURCE_FIELDS:
            self.fail(f"{where}.kind", f"is `{kind}`, known are {', '.join(_SOURCE_FIELDS)}")
        fields = _SOURCE_FIELDS[kind]
        self.only_known(value, where, ("kind", *fields, "member", "sha256", "size"))
        texts = {name: self.text(value, name, where) for name in fields}
        if "member" in value:
            texts["member"] = self.text(value, "member", where)
        # Only an executable has a second hash by which the download is checked in the end.
        if layout != "executable" or "sha256" in value or "size" in value:
            sha256 = self.sha256(value, where)
            # Who knows no more than the hash has that.
            size = self.size(value, where) if layout != "base" or "size" in value else 0
        else:
            sha256, size = "", 0
        return Source(
            kind,
            name=texts.get("name", ""),
            version=texts.get("version", ""),
            path=texts.get("path", ""),
            member=texts.get("member", ""),
            sha256=sha256,
            size=size,
        )
