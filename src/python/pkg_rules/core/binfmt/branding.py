"""What a Windows executable shows of the program in it: icon, version information, manifest, console or not."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from pkg_rules.core.binfmt.edit import Edit
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.ico import icon_resources
from pkg_rules.core.binfmt.pe import plan_resources
from pkg_rules.core.binfmt.pe_resources import (
    ENGLISH,
    RT_GROUP_ICON,
    RT_ICON,
    RT_MANIFEST,
    RT_RCDATA,
    RT_VERSION,
    Name,
    Resource,
    ResourceKey,
)
from pkg_rules.core.binfmt.version_info import version_resource

SUBSYSTEMS: Mapping[str, int] = {"gui": 2, "console": 3}
_MANIFEST_ROOT = "{urn:schemas-microsoft-com:asm.v1}assembly"
_SUPPORTED_SYSTEM = "{urn:schemas-microsoft-com:compatibility.v1}supportedOS"
_WINDOWS_10 = "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"


@dataclass(frozen=True)
class Branding:
    """What is None stays as it is in Node.js."""

    icon: bytes | None = None
    version_info: tuple[tuple[str, str], ...] | None = None
    manifest: bytes | None = None
    subsystem: str | None = None

    def render(self) -> bytes:
        """For `read`: equal brandings have equal bytes."""
        fields = {
            **vars(self),
            "icon": _encoded(self.icon),
            "manifest": _encoded(self.manifest),
        }
        return json.dumps(fields, sort_keys=True).encode()

    @classmethod
    def read(cls, path: Path) -> Branding:
        fields = json.loads(path.read_bytes())
        info = fields["version_info"]
        return cls(
            icon=_decoded(fields["icon"]),
            version_info=None if info is None else tuple((name, text) for name, text in info),
            manifest=_decoded(fields["manifest"]),
            subsystem=fields["subsystem"],
        )


def plan_branding(
    path: Path, branding: Branding, application_name: str, application: bytes | None = None
) -> Edit:
    """Without an `application` it is for an executable that has one of that name."""
    key: ResourceKey = (RT_RCDATA, application_name, ENGLISH)

    def change(resources: dict[ResourceKey, Resource]) -> dict[ResourceKey, Resource]:
        replaced: dict[ResourceKey, Resource] = {}
        if application is not None:
            replaced[key] = Resource(application)
        kinds: set[Name] = set()
        if branding.icon is not None:
            kinds |= {RT_ICON, RT_GROUP_ICON}
            replaced.update(icon_resources(branding.icon))
        if branding.version_info is not None:
            kinds.add(RT_VERSION)
            content = version_resource(dict(branding.version_info))
            replaced[RT_VERSION, 1, ENGLISH] = Resource(content)
        if branding.manifest is not None:
            check_manifest(branding.manifest)
            kinds.add(RT_MANIFEST)
            replaced[RT_MANIFEST, 1, ENGLISH] = Resource(branding.manifest)
        kept = {key: resource for key, resource in resources.items() if key[0] not in kinds}
        return {**kept, **replaced}

    subsystem = None if branding.subsystem is None else SUBSYSTEMS[branding.subsystem]
    return plan_resources(path, change, key, subsystem)


def check_manifest(content: bytes) -> None:
    try:
        root = xml.fromstring(content)
    except xml.ParseError as error:
        raise ExecutableFormatError(
            f"It is not well-formed XML ({error}), and Windows does not start an executable with such a manifest."
        ) from error
    if root.tag != _MANIFEST_ROOT:
        raise ExecutableFormatError(
            f"Its outermost element is `{root.tag}` instead of `{_MANIFEST_ROOT}`, so it is no manifest, and Windows does "
            "not start an executable with it."
        )
    systems = [element.get("Id", "").lower() for element in root.iter(_SUPPORTED_SYSTEM)]
    if _WINDOWS_10 not in systems:
        raise ExecutableFormatError(
            f'It does not declare Windows 10 (and newer) as supported, by `<supportedOS Id="{_WINDOWS_10}"/>`. Windows then '
            "reports an old version of itself, on which Node.js does not start."
        )


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
