"""A program that hangs is ended with all it started, and told of."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pkg_rules.testutil.bounded import TookTooLong, run_bounded


def test_what_ends_in_time_is_as_with_subprocess() -> None:
    finished = run_bounded(["sh", "-c", "cat; echo said >&2; exit 3"], seconds=60, input=b"given")
    assert (finished.returncode, finished.stdout, finished.stderr) == (3, b"given", b"said\n")


def test_streams_can_be_one(tmp_path: Path) -> None:
    finished = run_bounded(["sh", "-c", "pwd; echo said >&2"], seconds=60, cwd=tmp_path, stderr=subprocess.STDOUT)
    assert (finished.stdout.decode(), finished.stderr) == (f"{tmp_path}\nsaid\n", None)


def test_what_hangs_is_named_with_its_output_and_leaves_nothing_behind() -> None:
    command = ["sh", "-c", "echo early; echo wrong >&2; sleep 600 & echo $!; wait"]
    started = time.monotonic()
    with pytest.raises(TookTooLong) as caught:
        run_bounded(command, seconds=3)
    assert time.monotonic() - started < 60
    early, child = caught.value.stdout.decode().split()
    assert (early, caught.value.stderr) == ("early", b"wrong\n")
    for part in ("echo early", "3 s", "wrong"):
        assert part in str(caught.value)
    # It was told to end, and has closed its pipes; the system may still be putting it away.
    while is_running(int(child)) and time.monotonic() - started < 60:
        time.sleep(0.01)
    assert not is_running(int(child))


@pytest.mark.slow
def test_what_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pkg_rules.testutil.bounded._GRACE_SECONDS", 0.5)
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    with pytest.raises(TookTooLong, match="1\n"):
        run_bounded([sys.executable, "-c", program], seconds=5)


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # Nobody may have waited for it yet.
    return Path(f"/proc/{process}/stat").exists() and " Z " not in Path(f"/proc/{process}/stat").read_text()
