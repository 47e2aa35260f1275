"""A program that listens on loopback: started, asked, stopped by a signal."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Mapping

from pkg_rules.testutil.masks import masked
from pkg_rules.testutil.oracle import TIMEOUT_SECONDS, Case, Program, environment

# Differs from one request to the next.
VOLATILE_HEADERS = frozenset({"date"})


@dataclass(frozen=True)
class Request:
    path: str
    method: str = "GET"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Service:
    """Use as a context manager: on entry it waits for the line that tells the port, on exit nothing is left running."""

    def __init__(self, program: Program, directory: Path) -> None:
        self._program = program
        self._directory = directory
        self._output: list[str] = []

    def __enter__(self) -> Service:
        self._directory.mkdir(parents=True)
        self._errors = open(self._directory / "stderr", "w+b")
        self._process = subprocess.Popen(
            self._program.command(()),
            cwd=self._directory,
            env=environment(Case("service"), self._directory),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        if not line:
            self._process.wait(TIMEOUT_SECONDS)
            raise AssertionError(f"the service ended before it listened: {self.stderr()}")
        self._port = json.loads(line)["port"]
        return self

    def ask(self, request: Request) -> Response:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            body = request.body.encode() or None
            connection.request(request.method, request.path, body, dict(request.headers))
            response = connection.getresponse()
            headers = (
                (name, value.replace(f":{self._port}", ":<port>"))
                for name, value in response.getheaders()
                if name.lower() not in VOLATILE_HEADERS
            )
            return Response(response.status, tuple(headers), self._masked_bytes(response.read()))
        finally:
            connection.close()

    def stop(self) -> tuple[int, str]:
        """Asks for a graceful end; returns the exit code and what was printed after the first line."""
        self._process.send_signal(signal.SIGTERM)
        rest, _ = self._process.communicate(timeout=TIMEOUT_SECONDS)
        return self._process.returncode, masked(rest.decode(), self._program.root)

    def stderr(self) -> str:
        self._errors.seek(0)
        return masked(self._errors.read().decode(), self._program.root)

    def _masked_bytes(self, body: bytes) -> bytes:
        # Compressed bodies are compared as they are: what is in them has no paths.
        return masked(body.decode("latin-1"), self._program.root).encode("latin-1")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
        self._errors.close()
