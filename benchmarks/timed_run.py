"""Runs one program and prints its time to readiness and its peak memory: `timed_run.py REQUEST` (both JSON).

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


def main(request: str) -> int:
    asked = json.loads(request)
    with open(asked["errors"], "w+b") as errors:
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
        # Returns with the first bytes, or with none at the end of the program.
        first = os.read(process.stdout.fileno(), 65536)
        ready = time.perf_counter()
        if asked["service"] and first:
            process.send_signal(signal.SIGTERM)
        while os.read(process.stdout.fileno(), 65536):
            pass
        _, status, usage = os.wait4(process.pid, 0)
        ended = time.perf_counter()
    json.dump(
        {
            "exit_code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status),
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
