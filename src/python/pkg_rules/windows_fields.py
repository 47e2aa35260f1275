"""The fields of `node_executable` that only executables for Windows have."""

from __future__ import annotations

from typing import ClassVar, Mapping, Optional

from pants.engine.addresses import Address
from pants.engine.target import DictStringToStringField, InvalidFieldException, StringField
from pants.util.frozendict import FrozenDict
from pants.util.strutil import help_text

from pkg_rules.core.binfmt.branding import SUBSYSTEMS
from pkg_rules.core.binfmt.version_info import NAMES, VersionInfoError, check_version_info

_ONLY_WINDOWS = "It means nothing for executables of other platforms."


class _WindowsFileField(StringField):
    """A file of the repository, relative to the BUILD file, that is not packed into the executable."""

    extension: ClassVar[str]

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        value = super().compute_value(raw_value, address)
        if value is not None and not value.lower().endswith(cls.extension):
            raise InvalidFieldException(
                f"The `{cls.alias}` field of {address} is `{value}`, but it must name a file that ends in "
                f"`{cls.extension}`."
            )
        return value


class WindowsIconField(_WindowsFileField):
    alias = "windows_icon"
    extension = ".ico"
    help = help_text(
        f"""
        The icon of the executable: an `.ico` file, relative to the directory of the BUILD file, with an image for each
        size that Windows shows (16, 32, 48 and 256 pixels are usual).

        If undefined, the icon is that of Node.js. {_ONLY_WINDOWS}
        """
    )


class WindowsManifestField(_WindowsFileField):
    alias = "windows_manifest"
    extension = ".manifest"
    help = help_text(
        f"""
        The application manifest of the executable: an XML file, relative to the directory of the BUILD file, e.g. to ask
        for the rights of an administrator.

        It takes the place of that of Node.js, and like that has to declare Windows 10 as supported: otherwise Windows
        reports an old version of itself, and Node.js does not start. {_ONLY_WINDOWS}
        """
    )


class WindowsVersionInfoField(DictStringToStringField):
    alias = "windows_version_info"
    help = help_text(
        f"""
        What the properties of the executable show, by the names that Windows has for it:
        {', '.join(f'`{name}`' for name in NAMES)}. The two versions are one to four numbers, e.g. `1.2.3.0`.

        If undefined, it is that of Node.js; if defined, nothing of that remains.

        Example: `windows_version_info={{"ProductName": "Hello", "CompanyName": "Example", "FileVersion": "1.2.3"}}`.
        {_ONLY_WINDOWS}
        """
    )

    @classmethod
    def compute_value(
        cls, raw_value: Optional[Mapping[str, str]], address: Address
    ) -> Optional[FrozenDict[str, str]]:
        value = super().compute_value(raw_value, address)
        try:
            check_version_info(value or {})
        except VersionInfoError as error:
            raise InvalidFieldException(
                f"The `{cls.alias}` field of {address} cannot be used. {error}"
            ) from error
        return value


class WindowsSubsystemField(StringField):
    alias = "windows_subsystem"
    valid_choices = tuple(sorted(SUBSYSTEMS))
    help = help_text(
        f"""
        `console`, as Node.js has it: the program writes to the terminal it was started in, or gets a window with one.
        `gui`: no such window opens, and what the program prints goes nowhere unless its output is redirected.

        If undefined, `console`. {_ONLY_WINDOWS}
        """
    )


WINDOWS_FIELDS = (
    WindowsIconField,
    WindowsVersionInfoField,
    WindowsManifestField,
    WindowsSubsystemField,
)
