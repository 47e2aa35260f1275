"""What a target says of its executables for Windows: icon, version information, manifest, console or not."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any, Callable

from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, FileContent, PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.engine.target import StringField, Target
from pants.util.logging import LogLevel

from pkg_rules.core.binfmt.branding import Branding, check_manifest
from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.ico import icon_resources
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.globs import escape_glob
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    create_digest,
    get_digest_contents,
    implicitly,
    path_globs_to_digest,
)
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph
from pkg_rules.windows_fields import (
    WINDOWS_FIELDS,
    WindowsIconField,
    WindowsManifestField,
    WindowsSubsystemField,
    WindowsVersionInfoField,
)

BRANDING = "branding.json"


class WindowsBrandingError(PkgRulesError):
    """A file that a field names is missing, or is not what it has to be."""


@dataclass(frozen=True)
class WindowsBrandingRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class WindowsBranding:
    """The file `BRANDING` for `core/binfmt/branding.py`, or None, and the aliases of the fields that the target sets."""

    digest: Digest | None
    fields: tuple[str, ...] = ()


@rule(desc="Read the icon and manifest of a Windows executable", level=LogLevel.DEBUG)
async def _windows_branding(request: WindowsBrandingRequest) -> WindowsBranding:
    graph = await dependency_graph(DependencyGraphRequest(request.address), **implicitly())
    target = graph.root
    fields = tuple(field.alias for field in WINDOWS_FIELDS if target[field].value is not None)
    if not fields:
        return WindowsBranding(None)
    icon_path = _path(target, WindowsIconField)
    manifest_path = _path(target, WindowsManifestField)
    digest = await path_globs_to_digest(
        PathGlobs([escape_glob(path) for path in (icon_path, manifest_path) if path]), **implicitly()
    )
    contents = await get_digest_contents(digest, **implicitly())
    files = {file.path: file.content for file in contents}
    info = target[WindowsVersionInfoField].value
    branding = Branding(
        icon=_content(target, WindowsIconField, icon_path, files, icon_resources),
        version_info=None if info is None else tuple(sorted(info.items())),
        manifest=_content(target, WindowsManifestField, manifest_path, files, check_manifest),
        subsystem=target[WindowsSubsystemField].value,
    )
    rendered = await create_digest(
        CreateDigest([FileContent(BRANDING, branding.render())]), **implicitly()
    )
    return WindowsBranding(rendered, fields)


def _path(target: Target, field: type[StringField]) -> str:
    value = target[field].value
    return "" if value is None else os.path.normpath(os.path.join(target.address.spec_path, value))


def _content(
    target: Target,
    field: type[StringField],
    path: str,
    files: dict[str, bytes],
    check: Callable[[bytes], object],
) -> bytes | None:
    if not path:
        return None
    where = f"The `{field.alias}` field of {target.address} names `{target[field].value}`"
    if path not in files:
        raise WindowsBrandingError(
            f"{where}, but there is no file `{path}`. The path counts from the directory of the BUILD file; files that "
            "`[GLOBAL].pants_ignore` names are not seen."
        )
    try:
        check(files[path])
    except ExecutableFormatError as error:
        raise WindowsBrandingError(f"{where}, which cannot be used. {error}") from error
    return files[path]


if CALL_BY_NAME:
    windows_branding = _windows_branding
else:

    def windows_branding(request: WindowsBrandingRequest, **_: object) -> Get:
        return Get(WindowsBranding, WindowsBrandingRequest, request)


def rules() -> Any:
    return collect_rules()
