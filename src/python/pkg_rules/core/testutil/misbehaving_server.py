"""An HTTP server on loopback that does, request by request, what a test tells it to do wrong."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable, Iterator, Mapping

Misdeed = Callable[["Request"], None]


@dataclass
class Served:
    """What is served, what goes wrong with each request of a path in turn (then all is well), and what was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    misdeeds: dict[str, list[Misdeed]] = field(default_factory=dict)
    requests: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""


class Request(BaseHTTPRequestHandler):
    served: Served
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        served = self.served
        served.requests.append((self.path, dict(self.headers)))
        self.close_connection = True
        misdeeds = served.misdeeds.get(self.path, [])
        if misdeeds:
            misdeeds.pop(0)(self)
        elif self.path in served.files:
            self.answer(served.files[self.path])
        else:
            self.status(404)

    def answer(self, content: bytes, *, ranges: bool = True, send: int | None = None) -> None:
        """`send`: how many bytes to send of those that the headers announce."""
        wanted = self.headers.get("Range", "")
        start = int(wanted[len("bytes=") :].rstrip("-")) if wanted and ranges else 0
        if wanted and ranges and start >= len(content):
            self.status(416)
            return
        self.send_response(206 if wanted and ranges else 200)
        if wanted and ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        body = content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if send is None else body[:send])
        self.wfile.flush()

    def status(self, code: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return None


def fails(code: int) -> Misdeed:
    return lambda request: request.status(code)


def redirects(url: str) -> Misdeed:
    def redirect(request: Request) -> None:
        request.send_response(302)
        request.send_header("Location", url)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return redirect


def breaks_off(content: bytes, after: int) -> Misdeed:
    return lambda request: request.answer(content, send=after)


def ignores_ranges(content: bytes) -> Misdeed:
    return lambda request: request.answer(content, ranges=False)


def stalls(content: bytes, after: int) -> Misdeed:
    def stall(request: Request) -> None:
        request.answer(content, send=after)
        request.served.released.wait(30)

    return stall


def resets(request: Request) -> None:
    """Closes with data unread and no lingering, which the other side sees as a reset."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()


@contextmanager
def misbehaving_server() -> Iterator[Served]:
    served = Served()
    handler = type("Handler", (Request,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    # A client that breaks off, as it should in some tests, is no news.
    server.handle_error = lambda *_: None  # type: ignore[assignment]
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
