"""Runs one program and prints its time to readiness and its peak memory: `timed_run.py REQUEST` (both JSON).

One that has not ended after the `limit` (seconds) of the request is killed, and its exit code is none.

A process of its own, with few imports: a child starts as a copy of its parent, and the kernel counts the memory of
that copy as the child's, so a large parent would hide the peak of a small program.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from types import FrameType


class TooLong(Exception):
    pass


def give_up(number: int, frame: FrameType | None) -> None:
    raise TooLong


def main(request: str) -> int:
    asked = json.loads(request)
    with open(asked["errors"], "w+b") as errors:
        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(asked["limit"])
        started = time.perf_counter()
        process = subprocess.Popen(
            asked["argv"],
            cwd=asked["folder"],
            env=asked["environment"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert process.stdout is not None
        output = b""
        try:
            # Returns with the first bytes, or with none at the end of the program.
            first = output = os.read(process.stdout.fileno(), 65536)
            ready = time.perf_counter()
            if asked["service"] and first:
                process.send_signal(signal.SIGTERM)
            while more := os.read(process.stdout.fileno(), 65536):
                output += more
            _, status, usage = os.wait4(process.pid, 0)
        except TooLong:
            process.kill()
            process.wait()
            json.dump({"exit_code": None, "output": output.decode(errors="backslashreplace")}, sys.stdout)
            return 0
        signal.alarm(0)
        ended = time.perf_counter()
    json.dump(
        {
            "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status),
            "output": output.decode(errors="backslashreplace"),
            "seconds": (ready if first else ended) - started,
            "peak_memory_kb": usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1),
        },
        sys.stdout,
    )
    # `process` was waited for above, which subprocess does not know.
    process.returncode = 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
