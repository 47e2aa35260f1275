"""The fields of `node_executable` that only executables for macOS have."""

from __future__ import annotations

import re
from typing import Iterable, Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    BoolField,
    InvalidFieldException,
    SpecialCasedDependencies,
    StringField,
    StringSequenceField,
)
from pants.util.strutil import help_text

_ONLY_MACOS = "It means nothing for executables of other platforms."
_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")
# What stands for the executable in `macos_codesign`.
EXECUTABLE = "{executable}"


class MacosSignatureField(BoolField):
    alias = "macos_signature"
    default = True
    help = help_text(
        f"""
        Whether the executable gets an ad-hoc signature: hashes of all its bytes, without a certificate.

        With `False` it has none, for a tool of your own to sign; macOS does not start unsigned programs on arm64.
        {_ONLY_MACOS}
        """
    )


class MacosIdentifierField(StringField):
    alias = "macos_identifier"
    help = help_text(
        f"""
        The identifier in the signature, e.g. `com.example.hello`. It tells macOS which program this is when it asks for
        permissions.

        If undefined, it is `node`, as in the official Node.js: the name of the target is not written into the file, so
        that equal content makes equal executables. {_ONLY_MACOS}
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        value = super().compute_value(raw_value, address)
        if value is not None and not _IDENTIFIER.fullmatch(value):
            raise InvalidFieldException(
                f"The `{cls.alias}` field of {address} is `{value}`, but it must consist of letters, digits, `.`, `-` and "
                "`_`, e.g. `com.example.hello`."
            )
        return value


class MacosEntitlementsField(StringField):
    alias = "macos_entitlements"
    help = help_text(
        f"""
        What the signature allows the program: a property list (`.plist`, XML), relative to the directory of the BUILD
        file. It is not packed into the executable.

        If undefined, it is what the official Node.js has, with `com.apple.security.cs.allow-jit` among it. {_ONLY_MACOS}
        """
    )


class MacosCodesignField(StringSequenceField):
    alias = "macos_codesign"
    help = help_text(
        f"""
        A command that signs the executable in place, in a sandbox, e.g. with a certificate of yours. `{EXECUTABLE}` in its
        arguments stands for the executable. The first item is a file among `macos_codesign_dependencies`, by its path
        from the build root. What it leaves is checked as if it had been written here.

        Example: `macos_codesign=["tools/rcodesign", "sign", "--p12-file", "tools/team.p12", "{EXECUTABLE}"]`.

        If undefined, the ad-hoc signature stays. {_ONLY_MACOS}
        """
    )

    @classmethod
    def compute_value(
        cls, raw_value: Optional[Iterable[str]], address: Address
    ) -> Optional[tuple[str, ...]]:
        value = super().compute_value(raw_value, address)
        if value is None:
            return None
        if not any(EXECUTABLE in argument for argument in value[1:]) or value[0].startswith("/"):
            raise InvalidFieldException(
                f"The `{cls.alias}` field of {address} is {list(value)}, but it must begin with the path of a file from the "
                f"build root, and have `{EXECUTABLE}` among its arguments, e.g. "
                f'`["tools/rcodesign", "sign", "{EXECUTABLE}"]`.'
            )
        return value


class MacosCodesignDependenciesField(SpecialCasedDependencies):
    alias = "macos_codesign_dependencies"
    help = help_text(
        f"""
        Addresses of the files that `{MacosCodesignField.alias}` needs: the tool itself, certificates. They are not packed
        into the executable.
        """
    )


class MacosCodesignEnvVarsField(StringSequenceField):
    alias = "macos_codesign_extra_env_vars"
    help = help_text(
        f"""
        Environment variables for `{MacosCodesignField.alias}`: `NAME=value`, or `NAME` for the value that Pants was
        started with, e.g. of a password.
        """
    )


MACOS_FIELDS = (
    MacosSignatureField,
    MacosIdentifierField,
    MacosEntitlementsField,
    MacosCodesignField,
    MacosCodesignDependenciesField,
    MacosCodesignEnvVarsField,
)
