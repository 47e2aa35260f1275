"""From a source of the lock file to a URL, by asking the registry where the file is."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Callable, Mapping, Sequence
from urllib.parse import quote, urljoin, urlsplit

from pkg_rules.core.fetch.errors import FetchError, NotFoundError, NotPinnedContentError
from pkg_rules.core.fetch.npm_config import NpmConfig, load_npm_config
from pkg_rules.core.fetch.pip_config import PipConfig, load_pip_config, split_credentials
from pkg_rules.core.fetch.transfer import Patience, Transfer, shown_url
from pkg_rules.core.node_lock import Source


@dataclass(frozen=True)
class Location:
    """Where a source is, how to read it, and the hash that the registry itself announces (`sha512:<hex>`)."""

    url: str
    transfer: Transfer
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What the machine and the repository say about registries."""

    env: Mapping[str, str]
    project_npmrc: Path
    dist_url: str
    python_indexes: Sequence[str]
    python_indexes_are_default: bool
    patience: Patience = Patience()
    log: Callable[[str], None] = lambda _: None


class Locator:
    def __init__(self, surroundings: Surroundings) -> None:
        self._at = surroundings
        self._npm: tuple[NpmConfig, Transfer] | None = None
        self._pip: tuple[PipConfig, Transfer] | None = None

    def locate(self, source: Source) -> Location:
        if source.kind == "npm":
            return self._locate_npm(source)
        if source.kind == "pypi":
            return self._locate_pypi(source)
        if source.kind == "dist":
            url = f"{self._at.dist_url.rstrip('/')}/{source.path}"
        else:
            url = source.path
        url, authorization = split_credentials(url)
        return Location(url, self._transfer(), _authorized(authorization))

    def npm_metadata(self, name: str, version: str = "") -> dict[str, object]:
        """What the npm registry says about a package, or about one version of it."""
        config, transfer = self._npm_client()
        url = f"{config.registry}{quote(name, safe='@')}" + (f"/{version}" if version else "")
        answer = transfer.read(
            url, {"Accept": "application/json", **_authorized(config.authorization(url))}
        )
        return _json_object(answer, url)

    def python_files(self, project: str) -> dict[str, tuple[str, str]]:
        """File name to URL and announced hash, from all indexes; the first that has a file wins."""
        config, transfer = self._pip_client()
        files: dict[str, tuple[str, str]] = {}
        failures: list[FetchError] = []
        for index in config.require_indexes():
            url, authorization = split_credentials(f"{index.rstrip('/')}/{project}/")
            try:
                page = transfer.read(url, {"Accept": "text/html", **_authorized(authorization)})
            except FetchError as error:
                failures.append(error)
                continue
            files = {**_links(page.decode("utf-8", "replace"), url), **files}
        if not files and failures:
            raise type(failures[0])("\n".join(str(error) for error in failures))
        return files

    def _locate_npm(self, source: Source) -> Location:
        config, transfer = self._npm_client()
        dist = self.npm_metadata(source.name, source.version).get("dist")
        tarball = dist.get("tarball") if isinstance(dist, dict) else None
        if not isinstance(dist, dict) or not isinstance(tarball, str):
            raise NotPinnedContentError(
                f"The npm registry names no tarball for `{source.name}@{source.version}`."
            )
        return Location(
            tarball,
            transfer,
            _authorized(config.authorization(tarball)),
            _integrity(dist.get("integrity")),
        )

    def _locate_pypi(self, source: Source) -> Location:
        files = self.python_files(source.name)
        if source.path not in files:
            raise NotFoundError(
                f"The Python package index has no file `{source.path}` of `{source.name}`. "
                "A mirror may have to be told to carry it."
            )
        url, announced = files[source.path]
        url, authorization = split_credentials(url)
        return Location(url, self._pip_client()[1], _authorized(authorization), announced)

    def _npm_client(self) -> tuple[NpmConfig, Transfer]:
        if self._npm is None:
            config = load_npm_config(self._at.env, self._at.project_npmrc)
            proxies = {
                "http": config.values.get("proxy") or config.values.get("http-proxy", ""),
                "https": config.values.get("https-proxy") or config.values.get("proxy", ""),
            }
            transfer = self._transfer(
                [config.values.get("cafile", "")],
                config.values.get("ca", "").replace("\\n", "\n"),
                {scheme: proxy for scheme, proxy in proxies.items() if proxy not in ("", "null")},
                verify=config.values.get("strict-ssl", "true").lower() != "false",
            )
            self._npm = config, transfer
        return self._npm

    def _pip_client(self) -> tuple[PipConfig, Transfer]:
        if self._pip is None:
            config = load_pip_config(
                self._at.env,
                self._at.python_indexes,
                pants_indexes_are_default=self._at.python_indexes_are_default,
            )
            proxies = {"http": config.proxy, "https": config.proxy} if config.proxy else {}
            self._pip = config, self._transfer([config.certificates], proxies=proxies)
        return self._pip

    def _transfer(
        self,
        certificates: Sequence[str] = (),
        certificate_text: str = "",
        proxies: Mapping[str, str] | None = None,
        *,
        verify: bool = True,
    ) -> Transfer:
        names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "CURL_CA_BUNDLE")
        files = [*(self._at.env.get(name, "") for name in names), *certificates]
        return Transfer(
            certificates=[os.path.expanduser(file) for file in files if file],
            certificate_text=certificate_text,
            proxies=proxies,
            verify=verify,
            patience=self._at.patience,
            log=self._at.log,
        )


def _authorized(value: str | None) -> dict[str, str]:
    return {"Authorization": value} if value else {}


def _json_object(answer: bytes, url: str) -> dict[str, object]:
    try:
        value = json.loads(answer)
    except ValueError as error:
        raise FetchError(
            f"`{shown_url(url)}` did not answer with JSON, so it is not an npm registry (a log-in page?): {error}."
        ) from error
    if not isinstance(value, dict):
        raise FetchError(f"`{shown_url(url)}` answered with JSON that is not an object.")
    return value


def _integrity(value: object) -> str:
    """`sha512-<base64>`, of which there may be several, as `sha512:<hex>`."""
    for item in str(value or "").split():
        algorithm, _, encoded = item.partition("-")
        if algorithm == "sha512":
            try:
                return f"sha512:{base64.b64decode(encoded, validate=True).hex()}"
            except binascii.Error:
                return ""
    return ""


def _links(page: str, base: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            href = dict(attrs).get("href") if tag == "a" else None
            if href:
                url = urljoin(base, href)
                parts = urlsplit(url)
                digest = re.search(r"sha256=([0-9a-f]{64})", parts.fragment)
                name = parts.path.rpartition("/")[2]
                found[name] = (
                    parts._replace(fragment="").geturl(),
                    f"sha256:{digest.group(1)}" if digest else "",
                )

    Links().feed(page)
    return found
