"""pip's own configuration: package indexes, credentials, proxy and certificate authorities."""

from __future__ import annotations

import base64
import configparser
import netrc
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence
from urllib.parse import unquote, urlsplit, urlunsplit

from pkg_rules.core.fetch.errors import NoRegistryError
from pkg_rules.core.fetch.npm_config import home_directory


@dataclass(frozen=True)
class PipConfig:
    indexes: tuple[str, ...]
    certificates: str
    proxy: str

    def require_indexes(self) -> tuple[str, ...]:
        if not self.indexes:
            raise NoRegistryError(
                "No Python package index is configured: `[python-repos].indexes` is empty and pip's configuration "
                "names none. The lock file names packages, not hosts, so the index has to come from there.\n"
                "Set `[python-repos].indexes`, or `index-url` in pip's configuration, or `PIP_INDEX_URL`."
            )
        return self.indexes


def load_pip_config(
    env: Mapping[str, str], pants_indexes: Sequence[str], *, pants_indexes_are_default: bool
) -> PipConfig:
    """Indexes that the repository names for Pants win; the one that Pants merely defaults to gives way to pip's."""
    values = _read_files(env)
    for name, value in env.items():
        if name.startswith("PIP_") and value:
            values[name[4:].lower().replace("_", "-")] = value
    indexes = list(pants_indexes)
    if pants_indexes_are_default:
        own = values.get("index-url", "")
        indexes = [*([own] if own else indexes), *values.get("extra-index-url", "").split()]
    return PipConfig(tuple(indexes), values.get("cert", ""), values.get("proxy", ""))


def split_credentials(url: str) -> tuple[str, str | None]:
    """The URL without user and password, and the Authorization header made of them, or of the user's netrc file."""
    parts = urlsplit(url)
    user, password = parts.username, parts.password
    if user is None:
        user, password = _netrc(parts.hostname or "")
    if user is None:
        return url, None
    location = parts.netloc.rpartition("@")[2]
    token = base64.b64encode(f"{unquote(user)}:{unquote(password or '')}".encode()).decode()
    return urlunsplit(parts._replace(netloc=location)), f"Basic {token}"


def _netrc(host: str) -> tuple[str | None, str | None]:
    try:
        found = netrc.netrc(str(home_directory() / ".netrc")).authenticators(host)
    except (FileNotFoundError, netrc.NetrcParseError):
        # pip ignores such a file as well.
        return None, None
    return (found[0], found[2]) if found else (None, None)


def _read_files(env: Mapping[str, str]) -> dict[str, str]:
    home = home_directory()
    files = [Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf")]
    if sys.platform == "darwin":
        files = [Path("/Library/Application Support/pip/pip.conf")]
        files.append(home / "Library/Application Support/pip/pip.conf")
    files += [home / ".pip/pip.conf", home / ".config/pip/pip.conf"]
    if env.get("PIP_CONFIG_FILE"):
        files.append(Path(env["PIP_CONFIG_FILE"]))
    parser = configparser.RawConfigParser()
    parser.read([str(file) for file in files], encoding="utf-8")
    values: dict[str, str] = {}
    for section in ("global", "download", "install"):
        if parser.has_section(section):
            values.update({key.replace("_", "-"): value for key, value in parser.items(section)})
    return values
