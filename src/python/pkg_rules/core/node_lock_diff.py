"""What a refresh changes in the lock file, in words."""

from __future__ import annotations

from typing import Tuple

from pkg_rules.core.node_lock import NodeLock, PinnedEntry

_Key = Tuple[str, str, str, str, str, str]


def _key(entry: PinnedEntry) -> _Key:
    return (
        entry.layout,
        entry.name,
        entry.version,
        entry.platform,
        entry.arch,
        entry.python,
    )


def keep_own_entries(old: NodeLock, new: NodeLock) -> NodeLock:
    """Adds what users pinned by hand (a source of kind `url`), which no registry can be asked about."""
    own = [
        entry for entry in old.entries if any(source.kind == "url" for source in entry.sources)
    ]
    kept = {_key(entry) for entry in own}
    return NodeLock(
        (*own, *(entry for entry in new.entries if _key(entry) not in kept)), new.origin
    )


def describe_changes(old: NodeLock, new: NodeLock) -> tuple[list[str], list[str]]:
    """Lines for what was added and removed, and lines for what must never happen: other bytes for the same version."""
    before = {_key(entry): entry for entry in old.entries}
    after = {_key(entry): entry for entry in new.entries}
    lines = [f"removed {before[key].describe()}" for key in sorted(before.keys() - after.keys())]
    lines += [f"added {after[key].describe()}" for key in sorted(after.keys() - before.keys())]
    alarms = []
    for key in sorted(before.keys() & after.keys()):
        if before[key] == after[key]:
            continue
        if _contents(before[key]) == _contents(after[key]):
            lines.append(f"changed the sources of {after[key].describe()}")
        else:
            alarms.append(
                f"{after[key].describe()} has another content than was pinned: published versions never change, so make "
                "sure why before you check this in"
            )
    return lines, alarms


def _contents(entry: PinnedEntry) -> str:
    """The hash that counts: of the executable, else of the archive (which registries may repack for executables)."""
    return entry.executable.sha256 if entry.executable else entry.sources[0].sha256
