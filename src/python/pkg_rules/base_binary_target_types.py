"""A Node.js of one's own to make executables of."""

from __future__ import annotations

import re
from typing import Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    COMMON_TARGET_FIELDS,
    IntField,
    InvalidFieldException,
    OptionalSingleSourceField,
    StringField,
    Target,
)
from pants.util.strutil import help_text

from pkg_rules.core.node_dist import ARCHITECTURES, PLATFORMS, NodeVersion

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BaseBinarySourceField(OptionalSingleSourceField):
    uses_source_roots = False
    help = help_text(
        """
        The executable, as a file in the repository, relative to the directory of the BUILD file. Either this or `url`.
        """
    )


class BaseBinaryUrlField(StringField):
    alias = "url"
    help = help_text(
        """
        Where the executable, or an archive with it, is downloaded from: an `https://` address. Needs `sha256`; an archive
        (tar, zip or wheel) also needs `member`. Proxies and certificates are those of other downloads.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        value = super().compute_value(raw_value, address)
        if value is not None and not value.startswith("https://"):
            raise InvalidFieldException(
                f"The `{cls.alias}` field of {address} is `{value}`, but it must begin with `https://`. A file of the "
                f"repository is named in `{BaseBinarySourceField.alias}`."
            )
        return value


class BaseBinaryMemberField(StringField):
    alias = "member"
    help = help_text(
        """
        The path of the executable in the archive that `url` names, e.g. `node-v24.21.0-linux-x64-musl/bin/node`. If undefined,
        the download is the executable itself.
        """
    )


class BaseBinarySha256Field(StringField):
    alias = "sha256"
    help = "The sha256 of what `url` names, as 64 lower-case hexadecimal digits."

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        value = super().compute_value(raw_value, address)
        if value is not None and not _SHA256.fullmatch(value):
            raise InvalidFieldException(
                f"The `{cls.alias}` field of {address} is `{value}`, but it must be 64 lower-case hexadecimal digits, as "
                "`sha256sum` prints them."
            )
        return value


class BaseBinarySizeField(IntField):
    alias = "size"
    help = "The number of bytes of what `url` names. A download that has another length is broken off at once."


class BaseBinaryVersionField(StringField):
    alias = "version"
    required = True
    value: str
    help = help_text(
        """
        The exact version, e.g. `24.21.0`, which the executable must have. Except for a base of the very platform that
        builds, the lock file must pin the same version for that platform: it prepares the application.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> str:
        value = super().compute_value(raw_value, address)
        try:
            return str(NodeVersion.parse(value or ""))
        except ValueError as error:
            raise InvalidFieldException(f"The `{cls.alias}` field of {address} is wrong: {error}.") from error


class BaseBinaryPlatformField(StringField):
    alias = "platform"
    required = True
    value: str
    valid_choices = PLATFORMS
    help = "The platform as in `targets`, e.g. `alpine`, which the executable must be for."


class BaseBinaryArchField(StringField):
    alias = "arch"
    required = True
    value: str
    valid_choices = ARCHITECTURES
    help = "The architecture as in `targets`, e.g. `x64`, which the executable must be for."


class BaseBinaryAbiField(IntField):
    alias = "abi"
    help = help_text(
        """
        The NODE_MODULE_VERSION (`process.versions.modules`) that the executable must have. If undefined, it is that of the
        official Node.js of the same major version.
        """
    )


class BaseBinaryV8VersionField(StringField):
    alias = "v8_version"
    help = "The version of V8 (`process.versions.v8`) that the executable must have. If undefined, any will do."


class NodeBaseBinaryTarget(Target):
    alias = "node_base_binary"
    core_fields = (
        *COMMON_TARGET_FIELDS,
        BaseBinarySourceField,
        BaseBinaryUrlField,
        BaseBinaryMemberField,
        BaseBinarySha256Field,
        BaseBinarySizeField,
        BaseBinaryVersionField,
        BaseBinaryPlatformField,
        BaseBinaryArchField,
        BaseBinaryAbiField,
        BaseBinaryV8VersionField,
    )
    help = help_text(
        """
        A Node.js that executables are made of instead of a pinned one, see `base_binaries` of `node_executable`: for a
        platform that no registry has one for (`alpine`, `linuxstatic`, `armv7`), or a build of your own.

        What the file is gets read from it, without running it, and compared with what the fields say.

        Example:

            node_base_binary(
                name="musl",
                url="https://example.com/node-v24.21.0-linux-x64-musl.tar.gz",
                member="node-v24.21.0-linux-x64-musl/bin/node",
                sha256="…",
                version="24.21.0",
                platform="alpine",
                arch="x64",
            )
        """
    )
