"""Other programs with a time limit: one that hangs fails with what ran and what it had printed, and is ended.

A process group of its own for each: what it started, and left behind, ends with it.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from typing import Any, Sequence

# For a test with what is made for it: the longest takes five minutes on two idle cores.
TEST_LIMIT_SECONDS = int(os.environ.get("PKG_RULES_TEST_LIMIT_SECONDS", 20 * 60))
# For the one program that does most of a test, so that it is named when it hangs.
LARGE_LIMIT_SECONDS = TEST_LIMIT_SECONDS * 0.9
# Time to put away sandboxes after being asked to end.
_GRACE_SECONDS = 10


class TookTooLong(Exception):
    """`stdout` and `stderr` are what came before the limit; empty where they were not captured."""

    def __init__(self, command: Sequence[str], seconds: float, stdout: bytes, stderr: bytes) -> None:
        self.stdout = stdout
        self.stderr = stderr
        shown = b"\n".join(part for part in (stdout, stderr) if part).decode(errors="backslashreplace")
        super().__init__(
            f"`{shlex.join(command)}` had not ended after {seconds:g} s and was ended. It had printed:\n{shown}"
        )


def run_bounded(
    command: Sequence[str], *, seconds: float, input: bytes | None = None, **settings: Any
) -> subprocess.CompletedProcess[bytes]:
    """`subprocess.run` with pipes for both outputs, unless the settings say something else.

    :raises TookTooLong: after `seconds`
    """
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    streams["stdin"] = subprocess.DEVNULL if input is None else subprocess.PIPE
    with subprocess.Popen(command, start_new_session=True, **{**streams, **settings}) as process:
        try:
            stdout, stderr = process.communicate(input, timeout=seconds)
        except subprocess.TimeoutExpired:
            stdout, stderr = _end(process)
            raise TookTooLong(command, seconds, stdout or b"", stderr or b"") from None
        except BaseException:
            # The user, or the time limit of a whole test.
            _end(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def _end(process: subprocess.Popen[bytes]) -> tuple[bytes | None, bytes | None]:
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.killpg(process.pid, number)
        try:
            return process.communicate(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired as expired:
            # In the end something with a group of its own still has the pipes.
            outputs = (expired.stdout, expired.stderr)
    return outputs
