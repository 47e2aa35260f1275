"""The assertions find what they are for, and let through what is right."""

from __future__ import annotations

from typing import Any

import pytest
from pants.engine.process import Process, ProcessCacheScope

from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS, WAIT_FOR_LARGE_HIT_MILLIS
from pkg_rules.testutil.process_assertions import assert_portable

GOOD: dict[str, Any] = {
    "argv": ("__tools/python", "--url=https://example.org/a", "a:b", "out/x"),
    "env": {"PATH": "/usr/bin:/bin", "LANG": "C"},
    "output_files": ("out/x",),
    "timeout_seconds": 5,
    "description": "a step",
    "remote_cache_speculation_delay_millis": WAIT_FOR_HIT_MILLIS,
}


def test_a_portable_process_passes() -> None:
    assert_portable(Process(**GOOD))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"argv": ("/usr/bin/node", "x")}, "argument 0 has an absolute path: `/usr/bin/node`"),
        ({"argv": ("node", "--cache=/tmp/x")}, "argument 1 has an absolute path: `--cache=/tmp/x`"),
        ({"argv": ("node", "C:\\x")}, "argument 1 has an absolute path: `C:\\x`"),
        ({"argv": ("node", "{chroot}/x")}, "argument 1 has `{chroot}`"),
        ({"env": {"HOME": "/root"}}, "variable HOME has an absolute path: `/root`"),
        ({"output_files": ("dist/x",)}, "the output `dist/x` is not below `out/`"),
        ({"output_files": ()}, "it has no outputs"),
        ({"timeout_seconds": None}, "it has no time-out"),
        ({"remote_cache_speculation_delay_millis": 0}, f"it does not wait {WAIT_FOR_HIT_MILLIS} ms for a remote hit"),
    ],
)
def test_each_breach_is_named(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(AssertionError) as failure:
        assert_portable(Process(**{**GOOD, **change}))
    assert problem in str(failure.value)


def test_a_large_output_must_wait_longer_for_the_remote_cache() -> None:
    with pytest.raises(AssertionError, match=f"does not wait {WAIT_FOR_LARGE_HIT_MILLIS} ms for"):
        assert_portable(Process(**GOOD), large_output=True)
    patient = Process(**{**GOOD, "remote_cache_speculation_delay_millis": WAIT_FOR_LARGE_HIT_MILLIS})
    assert_portable(patient, large_output=True)


def test_what_is_not_shared_need_not_wait() -> None:
    unshared = {"remote_cache_speculation_delay_millis": 0, "cache_scope": ProcessCacheScope.PER_SESSION}
    assert_portable(Process(**{**GOOD, **unshared}))
