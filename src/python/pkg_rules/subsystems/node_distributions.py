"""Options for what is downloaded: Node.js, package managers, libraries of build steps."""

from __future__ import annotations

from pants.option.option_types import FloatOption, StrListOption, StrOption
from pants.option.subsystem import Subsystem
from pants.util.strutil import help_text


class NodeDistributions(Subsystem):
    options_scope = "node-distributions"
    help = help_text(
        """
        Which Node.js versions executables are made with, and where they come from.

        Everything that is downloaded is pinned by size and sha256 in one lock file. The lock names packages of the npm
        registry and of the Python package index, not hosts: the registry, its credentials, proxy and certificates come
        from the npm client's and pip's own configuration, so mirrors work without a word here.
        """
    )

    lock_file = StrOption(
        default="3rdparty/node/node.lock.json",
        help=help_text(
            """
            The lock file, relative to the build root. `refresh-node-lock` writes it.

            A Node.js that no registry carries (`alpine`, `linuxstatic`, an own build) is added by hand as an entry of
            `node` with a source of kind `url`; a refresh keeps such entries.
            """
        ),
    )
    versions = StrListOption(
        default=["22.23.2", "24.21.0", "26.10.0"],
        help=help_text(
            """
            The versions that `refresh-node-lock` pins. Where a platform has no such version, the newest older one of the
            same major version is pinned for it.
            """
        ),
    )
    packages = StrListOption(
        default=["npm@11.21.2", "pnpm@8.15.9", "pnpm@9.15.9", "yarn@1.22.22"],
        help="The package managers that `refresh-node-lock` pins, each as `name@version`.",
        advanced=True,
    )
    libraries = StrListOption(
        default=["lief@1.0.0"],
        help="The Python libraries of build steps that `refresh-node-lock` pins, each as `name@version`.",
        advanced=True,
    )
    dist_url = StrOption(
        default="https://nodejs.org/dist",
        help="The distribution site of Node.js, or a mirror of it: used when the npm registry lacks a version.",
        advanced=True,
    )
    env_vars = StrListOption(
        default=[
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "REQUESTS_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "NPM_CONFIG_REGISTRY",
            "NPM_CONFIG_USERCONFIG",
            "NPM_CONFIG_GLOBALCONFIG",
            "NPM_CONFIG_CAFILE",
            "npm_config_registry",
            "npm_config_userconfig",
            "npm_config_globalconfig",
            "npm_config_cafile",
            "PIP_INDEX_URL",
            "PIP_EXTRA_INDEX_URL",
            "PIP_CONFIG_FILE",
            "PIP_CERT",
            "PIP_PROXY",
        ],
        help=help_text(
            """
            Environment variables that downloads see, if they are set. Those that are set are part of the key of the
            download. Keep secrets out of them: put tokens into `~/.npmrc`, which is read without being recorded.
            """
        ),
        advanced=True,
    )
    stall_seconds = FloatOption(
        default=30.0,
        help="A transfer that brings no byte for so long is broken off and continued with a new connection.",
        advanced=True,
    )
