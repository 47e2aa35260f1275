"""What a target says of the signature of its executables for macOS."""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from typing import Any

from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, FileContent, PathGlobs
from pants.engine.rules import collect_rules, rule
from pants.engine.target import Target
from pants.util.logging import LogLevel

from pkg_rules.core.binfmt.errors import ExecutableFormatError
from pkg_rules.core.binfmt.macho_signature import Signing, check_entitlements, render_signing
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
from pkg_rules.macos_fields import (
    MacosCodesignField,
    MacosEntitlementsField,
    MacosIdentifierField,
    MacosSignatureField,
)
from pkg_rules.util_rules.dependency_graph import DependencyGraphRequest, dependency_graph

SIGNING = "signing.json"


class MacosSigningError(PkgRulesError):
    """Fields that do not go together, or a file of entitlements that is missing or wrong."""


@dataclass(frozen=True)
class MacosSigningRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class MacosSigning:
    """`digest` is the file `SIGNING` for `core/binfmt/macho_signature.py`, or None for a signature as it is by default. In
    the end the executable is signed, by us or by a tool, if `is_signed`."""

    digest: Digest | None
    is_signed: bool


@rule(desc="Read the entitlements of a macOS executable", level=LogLevel.DEBUG)
async def _macos_signing(request: MacosSigningRequest) -> MacosSigning:
    graph = await dependency_graph(DependencyGraphRequest(request.address), **implicitly())
    target = graph.root
    identifier = target[MacosIdentifierField].value
    path = _entitlements_path(target)
    is_signed = target[MacosSignatureField].value or bool(target[MacosCodesignField].value)
    if not target[MacosSignatureField].value:
        if identifier is not None or path:
            raise MacosSigningError(
                f"The target {target.address} has `{MacosSignatureField.alias}=False`, so nothing can be written into a "
                f"signature. Remove `{MacosIdentifierField.alias}` and `{MacosEntitlementsField.alias}`, or that field."
            )
        content = render_signing(None)
    elif identifier is None and not path:
        return MacosSigning(None, is_signed)
    else:
        digest = await path_globs_to_digest(PathGlobs([escape_glob(path)] if path else []), **implicitly())
        files = await get_digest_contents(digest, **implicitly())
        contents = {file.path: file.content for file in files}
        content = render_signing(Signing(identifier, _entitlements(target, path, contents)))
    rendered = await create_digest(
        CreateDigest([FileContent(SIGNING, content.encode())]), **implicitly()
    )
    return MacosSigning(rendered, is_signed)


def _entitlements_path(target: Target) -> str:
    value = target[MacosEntitlementsField].value
    return "" if value is None else os.path.normpath(os.path.join(target.address.spec_path, value))


def _entitlements(target: Target, path: str, contents: dict[str, bytes]) -> bytes | None:
    if not path:
        return None
    where = (
        f"The `{MacosEntitlementsField.alias}` field of {target.address} names "
        f"`{target[MacosEntitlementsField].value}`"
    )
    if path not in contents:
        raise MacosSigningError(
            f"{where}, but there is no file `{path}`. The path counts from the directory of the BUILD file; files that "
            "`[GLOBAL].pants_ignore` names are not seen."
        )
    try:
        return check_entitlements(contents[path])
    except ExecutableFormatError as error:
        raise MacosSigningError(f"{where}, which cannot be used. {error}") from error


if CALL_BY_NAME:
    macos_signing = _macos_signing
else:

    def macos_signing(request: MacosSigningRequest, **_: object) -> Get:
        return Get(MacosSigning, MacosSigningRequest, request)


def rules() -> Any:
    return collect_rules()
