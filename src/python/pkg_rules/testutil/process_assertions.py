"""What every build step must keep to so that it can run remotely and be found in a cache that others filled."""

from __future__ import annotations

import re
from typing import Iterator

from pants.engine.process import Process, ProcessCacheScope

from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS, WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT

# An absolute path: at the beginning, or after what separates values in options and lists. Not the `//` of a URL.
_ABSOLUTE = re.compile(r"(?:^|[=:,;\s])(?:/[^/]|[A-Za-z]:[\\/](?!/))")
# The only variables that may name folders of the machine, because they name the same ones on each.
_FIXED_SEARCH_PATHS = frozenset({"PATH"})


# Results of the other scopes are not shared.
_REMOTE_SCOPES = frozenset(
    {ProcessCacheScope.ALWAYS.value, ProcessCacheScope.SUCCESSFUL.value}
)


def assert_portable(process: Process, *, large_output: bool = False) -> None:
    """`large_output` is for steps that write an executable: those must wait longer for a remote hit."""
    problems = list(_problems(process, large_output))
    assert not problems, f"{process.description}:\n" + "\n".join(f"  * {p}" for p in problems)


def _problems(process: Process, large_output: bool) -> Iterator[str]:
    words = [(f"argument {index}", word) for index, word in enumerate(process.argv)]
    words += [
        (f"variable {name}", value)
        for name, value in process.env.items()
        if name not in _FIXED_SEARCH_PATHS
    ]
    for where, word in words:
        if "{chroot}" in word:
            yield f"{where} has `{{chroot}}`, which stays literal on remote workers: `{word}`"
        if _ABSOLUTE.search(word):
            yield f"{where} has an absolute path: `{word}`"
    outputs = (*process.output_files, *process.output_directories)
    if not outputs:
        yield "it has no outputs"
    for output in outputs:
        if output != OUT and not output.startswith(f"{OUT}/"):
            yield f"the output `{output}` is not below `{OUT}/`"
    if not process.timeout_seconds or process.timeout_seconds < 0:
        yield "it has no time-out"
    wait = WAIT_FOR_LARGE_HIT_MILLIS if large_output else WAIT_FOR_HIT_MILLIS
    if process.cache_scope.value in _REMOTE_SCOPES and (
        process.remote_cache_speculation_delay_millis < wait
    ):
        yield f"it does not wait {wait} ms for a remote hit before it is run anew"
