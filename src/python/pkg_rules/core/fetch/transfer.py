"""HTTP with what the engine's own downloader lacks: a read time-out, resuming, and the reason of a failure in words."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, Mapping, TypeVar
from urllib.parse import urlsplit

from pkg_rules.core.fetch.errors import (
    CertificateError,
    NotFoundError,
    OfflineError,
    TruncatedError,
    WrongHashError,
)
from pkg_rules.core.node_lock import REFRESH_COMMAND

CHUNK = 1 << 20
T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long to wait, and how often to try again without a single new byte before giving up."""

    stall_seconds: float = 30.0
    attempts: int = 5
    first_pause_seconds: float = 0.5


class _Interrupted(Exception):
    """The body ended before its announced length."""


class NeverLessSafe(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, *arguments):  # type: ignore[no-untyped-def]
        *_, new_url = arguments
        if req.type == "https" and not new_url.startswith("https:"):
            raise NotFoundError(
                f"`{shown_url(req.full_url)}` leads on to `{shown_url(new_url)}`, which is not encrypted, and is not "
                "followed. Name an address whose server stays with https."
            )
        return super().redirect_request(req, *arguments)


class Transfer:
    def __init__(
        self,
        *,
        certificates: Iterable[str] = (),
        certificate_text: str = "",
        proxies: Mapping[str, str] | None = None,
        verify: bool = True,
        patience: Patience = Patience(),
        log: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`certificates` (files) and `certificate_text` add to the system's; `proxies` to the environment's."""
        context = ssl.create_default_context()
        for file in certificates:
            if os.path.isfile(file):
                context.load_verify_locations(cafile=file)
        if certificate_text:
            context.load_verify_locations(cadata=certificate_text)
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler(
                {**(proxies or {}), **urllib.request.getproxies_environment()}
            ),
            urllib.request.HTTPSHandler(context=context),
            NeverLessSafe(),
        )
        self._patience = patience
        self._log = log

    def read(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """A small document."""
        if url.startswith("file:"):
            return _local_file(url).read_bytes()

        def attempt() -> bytes:
            with self._open(url, headers or {}) as response:
                return response.read()

        return self._persistently(url, attempt, progress=lambda: 0)

    def download(
        self, url: str, target: Path, *, headers: Mapping[str, str] | None = None, size: int = 0
    ) -> bool:
        """Completes the file `target`, continuing what it already holds. True if that beginning was used."""
        if url.startswith("file:"):
            shutil.copyfile(_local_file(url), target)
            return False
        before = _size(target)
        continued = True

        def attempt() -> None:
            nonlocal continued
            start = _size(target)
            if size and start >= size:
                if start == size:
                    return
                target.unlink()
                start = 0
            asked = dict(headers or {})
            if start:
                asked["Range"] = f"bytes={start}-"
            try:
                response = self._open(url, asked)
            except urllib.error.HTTPError as error:
                if error.code == 416 and start:
                    # Nothing lies beyond what is there, and it is not known to be complete: start over.
                    target.unlink()
                    raise _Interrupted("the server could not continue the transfer") from error
                raise
            with response:
                answer = response.headers.get("Content-Range", "")
                if start and not (response.status == 206 and answer.startswith(f"bytes {start}-")):
                    continued = False
                    start = 0
                length = response.headers.get("Content-Length")
                expected = start + int(length) if length else size
                if size and expected != size:
                    raise _another_file(url, size, f"the server has {expected:,} bytes")
                have = _append(response, target, start, expected, url)
            if have < expected:
                raise _Interrupted(f"the transfer ended after {have:,} of {expected:,} bytes")

        self._persistently(url, attempt, progress=lambda: _size(target))
        return continued and before > 0

    def _open(self, url: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
        for name, value in headers.items():
            if name == "Authorization":
                # Credentials are for this host: they must not follow a redirect to another one.
                request.add_unredirected_header(name, value)
            else:
                request.add_header(name, value)
        response = self._opener.open(request, timeout=self._patience.stall_seconds)
        assert isinstance(response, http.client.HTTPResponse)
        return response

    def _persistently(self, url: str, attempt: Callable[[], T], progress: Callable[[], int]) -> T:
        """Repeats the attempt while the trouble may pass; attempts that brought new bytes are not counted."""
        shown = shown_url(url)
        failures, best = 0, progress()
        while True:
            try:
                return attempt()
            except urllib.error.HTTPError as error:
                error.close()
                if error.code not in (408, 425, 429) and error.code < 500:
                    raise _refused(shown, error) from error
                trouble: Exception = error
                reason = f"the server answered `{error.code} {error.reason}`"
            except (_Interrupted, http.client.HTTPException, OSError) as error:
                cause = getattr(error, "reason", error)
                if isinstance(cause, ssl.SSLCertVerificationError):
                    raise _untrusted(shown, cause) from error
                trouble, reason = error, self._describe(cause)
            if progress() > best:
                failures, best = 0, progress()
            failures += 1
            if failures >= self._patience.attempts:
                raise _given_up(shown, trouble, reason, failures, best) from trouble
            pause = self._patience.first_pause_seconds * 2 ** (failures - 1)
            self._log(f"{shown}: {reason}; trying again in {pause:g} s")
            time.sleep(pause)

    def _describe(self, cause: object) -> str:
        if isinstance(cause, socket.timeout):
            return f"no byte arrived for {self._patience.stall_seconds:g} s"
        if isinstance(cause, socket.gaierror):
            return f"its host name cannot be looked up ({cause.strerror})"
        return str(cause) or type(cause).__name__


def shown_url(url: str) -> str:
    """Without user, password and query, which may be secrets."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _local_file(url: str) -> Path:
    """Indexes on the local disk are folders with an `index.html`."""
    path = Path(urllib.request.url2pathname(urlsplit(url).path))
    if path.is_dir():
        path = path / "index.html"
    if not path.is_file():
        raise NotFoundError(f"`{url}` does not exist on this machine.")
    return path


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _append(
    response: http.client.HTTPResponse, target: Path, start: int, limit: int, url: str
) -> int:
    have = start
    with open(target, "ab" if start else "wb") as out:
        while True:
            # Not `read`, which would lose what it has collected when the transfer stalls.
            chunk = response.read1(CHUNK)
            if not chunk:
                return have
            have += len(chunk)
            if limit and have > limit:
                out.truncate(0)
                raise _another_file(url, limit, "the server sends more")
            out.write(chunk)


def _another_file(url: str, size: int, found: str) -> WrongHashError:
    return WrongHashError(
        f"`{shown_url(url)}` is not the pinned file: {size:,} bytes are pinned, {found}.\n"
        "A published version never changes, so distrust the source first (a proxy that answers with a page of its own, "
        "a mirror); distrust the lock file if it was edited by hand.\n"
        f"Only when you are sure that the new bytes are right, refresh the lock: `{REFRESH_COMMAND}`."
    )


def _refused(url: str, error: urllib.error.HTTPError) -> NotFoundError:
    advice = {
        401: "The credentials are missing or wrong; they are taken from the configuration of the registry's own client.",
        403: "The server does not allow it; a mirror may have to be told to carry this version.",
        407: "The proxy wants credentials; give them in the proxy's URL.",
    }.get(error.code, "The version was removed, was never there, or the mirror that is configured does not carry it.")
    return NotFoundError(f"`{url}` answered `{error.code} {error.reason}`. {advice}")


def _untrusted(url: str, cause: ssl.SSLCertVerificationError) -> CertificateError:
    return CertificateError(
        f"The certificate of `{url}` is not trusted: {cause.verify_message}. Behind a proxy that re-signs traffic, name "
        "its authority: `cafile` in `.npmrc`, `cert` in pip's configuration, or `SSL_CERT_FILE`."
    )


def _given_up(url: str, trouble: Exception, reason: str, attempts: int, have: int) -> Exception:
    if isinstance(trouble, _Interrupted):
        return TruncatedError(
            f"`{url}` could not be read to its end: {reason}, {attempts} times without progress. "
            f"The {have:,} bytes that arrived are kept and continued next time."
        )
    return OfflineError(
        f"`{url}` could not be reached: {reason} ({attempts} attempts). Are you offline, or behind a proxy that is not "
        "configured (`HTTPS_PROXY`, `proxy` in `.npmrc`)? A download that succeeded once is not repeated."
    )
