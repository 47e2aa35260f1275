"""Asks the registries what to pin and writes a new lock file: `pin REQUEST SCRATCH OUT`.

REQUEST is that of `fetch` and in addition `nodes` (versions), `packages` and `wheels` (`name@version`).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.fetch.errors import FetchError
from pkg_rules.core.fetch.locate import Locator
from pkg_rules.core.fetch.pin import Pinner
from pkg_rules.core.node_lock import NodeLock, PinnedEntry
from pkg_rules.core.node_lock_file import render_node_lock
from pkg_rules.scripts.fetch import log, surroundings


def main(request_file: str, scratch: str, out: str) -> int:
    request = json.loads(Path(request_file).read_text("utf-8"))
    Path(scratch).mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "npm_config_cache": scratch}
    pinner = Pinner(Locator(surroundings(request, env)), Path(scratch), log)
    entries: list[PinnedEntry] = []
    try:
        for item in request["wheels"]:
            entries.extend(pinner.pin_wheels(*item.split("@", 1)))
        for item in request["packages"]:
            entries.append(pinner.pin_package(*item.rsplit("@", 1)))
        if request["nodes"]:
            lief = import_lief(pinner.libraries)
            entries.extend(pinner.pin_nodes(request["nodes"], lief))
    except PkgRulesError as error:
        log(str(error))
        return 1
    target = Path(out)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_node_lock(NodeLock(tuple(entries))), "utf-8")
    return 0


def import_lief(libraries: Path) -> ModuleType:
    """The pinned LIEF that was just downloaded: nothing has to be installed for it, and an old lock may have none."""
    sys.path.insert(0, str(libraries))
    try:
        return importlib.import_module("lief")
    except ImportError as error:
        raise FetchError(
            f"The Node.js executables cannot be checked before they are pinned: there is no LIEF for this interpreter "
            f"(CPython {sys.version_info[0]}.{sys.version_info[1]}: {error}). Add `lief@<version>` to "
            "`[node-distributions].libraries`, or put an interpreter that it has wheels for into "
            "`[python-tools].search_path`."
        ) from error


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
