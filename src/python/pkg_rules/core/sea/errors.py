"""What can go wrong when an executable is put together."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from pkg_rules.core.errors import PkgRulesError


class SeaError(PkgRulesError):
    """The executable cannot be made of these parts."""


class NoSpaceError(SeaError):
    """The disk is full."""


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A fresh path to write to, which becomes `target` when all went well and is removed when not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        yield part
        part.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceError(
                f"The disk is full: there is no room for `{target.name}` ({error.strerror}). Nothing half-written is "
                "left. Free some space where Pants keeps its sandboxes (`[GLOBAL].local_execution_root_dir`) and its "
                "store (`[GLOBAL].local_store_dir`), and run the same command again."
            ) from error
        raise
    finally:
        part.unlink(missing_ok=True)
