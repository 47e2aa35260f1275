"""Fetches what a lock file with one entry pins, inside a build step: `fetch REQUEST LOCK CACHE OUT`.

REQUEST is JSON: `dist_url`, `python_indexes`, `python_indexes_are_default`, `stall_seconds`. A file
`__project/.npmrc` is the project's configuration of npm, if there is one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.fetch.fetch import Fetcher
from pkg_rules.core.fetch.locate import Locator, Surroundings
from pkg_rules.core.fetch.transfer import Patience
from pkg_rules.core.node_lock_file import parse_node_lock

PROJECT_NPMRC = "__project/.npmrc"


def log(line: str) -> None:
    print(line, file=sys.stderr)


def surroundings(request: dict[str, object], env: dict[str, str]) -> Surroundings:
    indexes = request["python_indexes"]
    assert isinstance(indexes, list)
    return Surroundings(
        env=env,
        project_npmrc=Path(PROJECT_NPMRC),
        dist_url=str(request["dist_url"]),
        python_indexes=[str(index) for index in indexes],
        python_indexes_are_default=bool(request["python_indexes_are_default"]),
        patience=Patience(stall_seconds=float(str(request["stall_seconds"]))),
        log=log,
    )


def main(request_file: str, lock_file: str, cache: str, out: str) -> int:
    request = json.loads(Path(request_file).read_text("utf-8"))
    lock = parse_node_lock(Path(lock_file).read_bytes(), lock_file)
    # npm must not write its own cache and logs into the home directory of the user.
    with tempfile.TemporaryDirectory(dir=".") as scratch:
        env = {**os.environ, "npm_config_cache": scratch}
        fetcher = Fetcher(Locator(surroundings(request, env)), Path(cache), log)
        try:
            for entry in lock.entries:
                fetcher.fetch(entry, Path(out))
        except PkgRulesError as error:
            log(str(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
