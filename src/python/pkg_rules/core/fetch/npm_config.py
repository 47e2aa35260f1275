"""The npm client's own configuration: registry, credentials, proxy and certificate authorities.

Order as in npm: environment, project `.npmrc`, user `.npmrc`, global `npmrc`, npm's built-in values. Only npm knows the
last two, so it is asked; without an npm client they are left out.
"""

from __future__ import annotations

import base64
import json
import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping
from urllib.parse import urlsplit

from pkg_rules.core.fetch.errors import NoRegistryError

# What npm prints of its merged configuration; credentials are never printed and are read from the files.
_PUBLIC_KEYS = ("registry", "proxy", "https-proxy", "noproxy", "cafile", "ca", "strict-ssl")


@dataclass(frozen=True)
class NpmConfig:
    values: Mapping[str, str]

    @property
    def registry(self) -> str:
        registry = self.values.get("registry", "")
        if not registry:
            raise NoRegistryError(
                "No npm registry is configured: neither the environment nor an `.npmrc` names one, and there is no "
                "`npm` client on the search path that could be asked for its default.\n"
                "The lock file names packages, not hosts, so the registry has to come from there.\n"
                "Install npm, or set `registry=` in `~/.npmrc`, or set `NPM_CONFIG_REGISTRY`."
            )
        return registry.rstrip("/") + "/"

    def authorization(self, url: str) -> str | None:
        """The value of the Authorization header for a URL, by the longest configured path that it lies below."""
        parts = urlsplit(url)
        path = parts.path
        while True:
            path = path[: path.rindex("/") + 1] if "/" in path else "/"
            header = self._credentials(f"//{parts.netloc}{path}:")
            if header or path == "/":
                break
            path = path.rstrip("/")
        # Credentials without a host are those of the default registry, as old configurations have them.
        if not header and url.startswith(self.values.get("registry", "\0").rstrip("/") + "/"):
            header = self._credentials("")
        return header

    def _credentials(self, prefix: str) -> str | None:
        token = self.values.get(f"{prefix}_authToken")
        if token:
            return f"Bearer {token}"
        basic = self.values.get(f"{prefix}_auth")
        if basic:
            return f"Basic {basic}"
        user, password = self.values.get(f"{prefix}username"), self.values.get(f"{prefix}_password")
        if user and password:
            plain = base64.b64decode(password).decode()
            return "Basic " + base64.b64encode(f"{user}:{plain}".encode()).decode()
        return None


def load_npm_config(env: Mapping[str, str], project_file: Path) -> NpmConfig:
    from_env = _environment(env)
    asked = _ask_npm(env)
    values = {key: str(asked[key]) for key in _PUBLIC_KEYS if asked.get(key) not in (None, "", [])}
    authorities = asked.get("ca")
    if isinstance(authorities, list):
        values["ca"] = "\n".join(authorities)
    user_file = from_env.get("userconfig") or str(home_directory() / ".npmrc")
    global_file = from_env.get("globalconfig") or str(asked.get("globalconfig") or "")
    for file in (global_file, user_file, str(project_file)):
        values.update(_read(Path(file), env) if file else {})
    values.update(from_env)
    return NpmConfig(values)


def home_directory() -> Path:
    """Build steps run without HOME, so that it is not part of their key; the password database knows it as well."""
    return Path(pwd.getpwuid(os.getuid()).pw_dir)


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for name, value in env.items():
        if name.lower().startswith("npm_config_") and value:
            key = name[len("npm_config_") :]
            # Keys of a host keep their case, options are written with underscores and in any case.
            values[key if key.startswith("//") else key.lower().replace("_", "-")] = value
    return values


def _ask_npm(env: Mapping[str, str]) -> dict[str, object]:
    quiet = {"npm_config_logs_max": "0", "npm_config_update_notifier": "false", "npm_config_long": "true"}
    try:
        answer = subprocess.run(
            ["npm", "config", "list", "--json"],
            env={**env, **quiet},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=True,
        ).stdout
        values = json.loads(answer)
    except (OSError, subprocess.SubprocessError, ValueError):
        # No client, or one that does not work here: what the files and the environment say must do, and if they
        # name no registry the error says so.
        return {}
    return values if isinstance(values, dict) else {}


def _read(file: Path, env: Mapping[str, str]) -> dict[str, str]:
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return {}
    values: dict[str, str] = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in ";#[":
            continue
        key, _, value = line.partition("=")
        key, value = key.strip(), _expand(_unquote(value.strip()), env)
        if key.endswith("[]"):
            key = key[:-2]
            value = f"{values[key]}\n{value}" if key in values else value
        values[_expand(key, env)] = value
    return values


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return str(json.loads(value))
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    return value


def _expand(value: str, env: Mapping[str, str]) -> str:
    """`${NAME}` stays as it is when the variable is not set, `${NAME?}` becomes empty: as npm does it."""

    def replacement(match: re.Match[str]) -> str:
        name, optional = match.group(1), match.group(2)
        return env.get(name, "" if optional else match.group(0))

    return re.sub(r"\$\{([^}?]+)(\?)?\}", replacement, value)
