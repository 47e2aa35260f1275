"""One executable, from its target and triple: brings the files, the Node.js and the payload together."""

from __future__ import annotations

import logging
import os.path
from dataclasses import dataclass
from typing import Any

from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.rules import collect_rules, rule
from pants.util.logging import LogLevel

from pkg_rules.core.baked_options import can_have_options, check_can_have_options
from pkg_rules.core.disclosure import SourceRules, check_all_public, disclosures, listing
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.node_dist import NARROW_ARCHITECTURES
from pkg_rules.core.npm.platforms import InstallPlatform
from pkg_rules.core.payload.code_cache import LOADER_OPTIONS
from pkg_rules.core.payload.compression import check_node_decompresses
from pkg_rules.core.payload.errors import CompressionError
from pkg_rules.core.sea.finished import Expected
from pkg_rules.core.simple_mode import check_is_self_contained
from pkg_rules.core.triples import Triple
from pkg_rules.engine import CALL_BY_NAME, Get, concurrently, create_digest, implicitly
from pkg_rules.target_types import (
    ExecutableMode,
    NodeExecutableNodeOptionsEnvVarField,
    NodeOptionsEnvVar,
)
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.assemble import (
    AssembledExecutable,
    AssembleRequest,
    SimpleExecutableRequest,
    assemble,
    simple_executable,
)
from pkg_rules.util_rules.baked_options import (
    BakedOptions,
    BakedOptionsRequest,
    baked_options,
)
from pkg_rules.util_rules.base_binary import NodeOfTripleRequest, node_of_triple
from pkg_rules.util_rules.code_cache import CodeCacheRequest, code_cache
from pkg_rules.util_rules.first_party import FirstParty, first_party
from pkg_rules.util_rules.macos_codesign import CodesignRequest, codesigned
from pkg_rules.util_rules.macos_signing import MacosSigningRequest, macos_signing
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.payload import (
    HiddenSources,
    PayloadRequest,
    PayloadSettings,
    payload,
)
from pkg_rules.util_rules.prepared_base import PreparedBaseRequest, prepared_base
from pkg_rules.util_rules.program_files import ProgramFilesRequest, program_files
from pkg_rules.util_rules.python_tools import package_data
from pkg_rules.util_rules.snapshot_checksum import SnapshotChecksumRequest, snapshot_checksum
from pkg_rules.util_rules.start_up import StartUpRuns
from pkg_rules.util_rules.windows_branding import WindowsBrandingRequest, windows_branding

logger = logging.getLogger(__name__)


class UnsupportedTargetError(PkgRulesError):
    """Executables for that platform cannot be made."""


@dataclass(frozen=True)
class ExecutableRequest:
    """`file_name` is where the executable is in the result's digest; it may be a path. `options_origin` names the
    setting of `options` at the start of a message."""

    address: Address
    mode: ExecutableMode
    triple: Triple
    file_name: str
    options: tuple[str, ...] = ()
    options_origin: str = ""
    ignores_node_options: bool = False
    settings: PayloadSettings = PayloadSettings()
    sources: SourceRules = SourceRules()
    strip_base: bool = False
    start_up_runs: tuple[str, ...] = ()

    def expected(self, is_signed: bool) -> Expected:
        """What the finished executable is checked for."""
        kind = f"{self.triple.platform}-{self.triple.arch}"
        return Expected(kind, self.mode != ExecutableMode.SIMPLE, is_signed)


@dataclass(frozen=True)
class SeaExecutableRequest:
    app_files: AppFiles
    node: NodeDistribution
    file_name: str
    options: BakedOptions = BakedOptions()
    ignores_node_options: bool = False
    settings: PayloadSettings = PayloadSettings()
    branding: Digest | None = None
    signing: Digest | None = None
    hidden: HiddenSources | None = None
    strip_base: bool = False
    start_up: StartUpRuns | None = None


@rule(desc="Build a Node.js executable with a virtual file system", level=LogLevel.DEBUG)
async def _sea_executable(request: SeaExecutableRequest) -> AssembledExecutable:
    ((_, loader),) = package_data("prelude/loader.cjs")
    hidden = request.hidden
    # Older ones take no options, and then compile ES modules from their sources.
    own_options = LOADER_OPTIONS if can_have_options(request.node.version) else ()
    loader_digest, cached = await concurrently(
        create_digest(CreateDigest([FileContent("loader.cjs", loader)]), **implicitly()),
        code_cache(
            CodeCacheRequest(
                request.app_files,
                request.node,
                request.options.compile,
                hidden.paths if hidden else (),
                hidden.fallback_to_source if hidden else False,
                request.start_up,
            ),
            **implicitly(),
        ),
    )
    base, written = await concurrently(
        prepared_base(
            PreparedBaseRequest(
                request.node,
                loader_digest,
                exec_argv=(*own_options, *request.options.exec_argv),
                exec_argv_extension=exec_argv_extension(request.ignores_node_options),
                strip=request.strip_base,
            ),
            **implicitly(),
        ),
        payload(
            PayloadRequest(
                request.app_files,
                cached,
                request.ignores_node_options,
                request.node,
                request.settings,
                hidden,
            ),
            **implicitly(),
        ),
    )
    return await assemble(
        AssembleRequest(
            base,
            written.digest,
            written.path,
            request.file_name,
            request.branding,
            request.signing,
        ),
        **implicitly(),
    )


if CALL_BY_NAME:
    sea_executable = _sea_executable
else:

    def sea_executable(request: SeaExecutableRequest, **_: object) -> Get:
        return Get(AssembledExecutable, SeaExecutableRequest, request)


@rule(desc="Build a Node.js executable", level=LogLevel.DEBUG)
async def _executable(request: ExecutableRequest) -> AssembledExecutable:
    triple = request.triple
    # Before anything is downloaded for it.
    if triple.arch in NARROW_ARCHITECTURES:
        raise UnsupportedTargetError(
            f"The `targets` field of {request.address} asks for `{triple.text}`, but a Node.js of 32 bits takes an application "
            "only from one of 32 bits, and Pants runs on none of their machines. Build for `arm64` or `x64` instead."
        )
    if request.ignores_node_options:
        check_can_have_options(
            f"The `{NodeExecutableNodeOptionsEnvVarField.alias}` field of {request.address} says "
            f"`{NodeOptionsEnvVar.IGNORE.value}`, which",
            triple.version,
        )
    if request.mode == ExecutableMode.STANDARD and request.sources.bytecode:
        check_can_have_options(
            f"`mode=\"standard\"` of {request.address}, whose bytecode needs options,", triple.version
        )
    if request.settings.compression is not None:
        try:
            check_node_decompresses(request.settings.compression, triple.version)
        except CompressionError as error:
            raise UnsupportedTargetError(
                f"The `compress` field of {request.address} cannot be used for `{triple.text}`. {error}"
            ) from error
    branding = signing = None
    if triple.platform == "win":
        windows = await windows_branding(WindowsBrandingRequest(request.address), **implicitly())
        branding = windows.digest
    if triple.platform == "macos":
        macos = await macos_signing(MacosSigningRequest(request.address), **implicitly())
        signing = macos.digest
    # All may bring errors that the user can mend at once, so none waits for the others.
    program, of_triple, options = await concurrently(
        program_files(
            ProgramFilesRequest(request.address, InstallPlatform.of(triple.platform, triple.arch)),
            **implicitly(),
        ),
        node_of_triple(NodeOfTripleRequest(triple), **implicitly()),
        baked_options(
            BakedOptionsRequest(
                request.options_origin,
                request.options,
                triple.version,
            ),
            **implicitly(),
        ),
    )
    node, files = of_triple.node, program.app_files
    if request.mode == ExecutableMode.SIMPLE:
        own = await first_party(**implicitly())
        check_is_self_contained(
            str(request.address),
            files.entry_point,
            _is_module(files.entry_point, own),
            [one.specifier for one in files.resolutions if one.importer == files.entry_point],
        )
        built = await simple_executable(
            SimpleExecutableRequest(
                distribution=node,
                script=files.first_party.digest,
                script_path=files.entry_point,
                file_name=request.file_name,
                exec_argv=options.exec_argv,
                exec_argv_extension=exec_argv_extension(request.ignores_node_options),
                branding=branding,
                signing=signing,
                strip_base=request.strip_base,
            ),
            **implicitly(),
        )
    else:
        hidden = None
        if request.mode == ExecutableMode.STANDARD:
            found = disclosures(files.packages, request.sources)
            logger.info(f"{request.address} for {node.runs_on} has {listing(found)}.")
            if request.sources.bytecode:
                checksum = await snapshot_checksum(SnapshotChecksumRequest(node), **implicitly())
                hidden = HiddenSources(
                    tuple(one.path for one in found if not one.with_source),
                    checksum.value,
                    request.sources.fallback_to_source,
                    listing(found),
                )
            else:
                check_all_public(str(request.address), found)
        built = await sea_executable(
            SeaExecutableRequest(
                files,
                node,
                request.file_name,
                options,
                request.ignores_node_options,
                request.settings,
                branding,
                signing,
                hidden,
                request.strip_base,
                StartUpRuns(
                    str(request.address),
                    request.address.spec_path,
                    request.start_up_runs,
                    options.exec_argv,
                )
                if request.start_up_runs
                else None,
            ),
            **implicitly(),
        )
    if triple.platform == "macos":
        return await codesigned(
            CodesignRequest(request.address, built, request.expected(is_signed=True)), **implicitly()
        )
    return built


def exec_argv_extension(ignores_node_options: bool) -> str:
    """What Node.js calls the way in which options are added at run time."""
    return "none" if ignores_node_options else "env"


def _is_module(path: str, own: FirstParty) -> bool:
    scope = own.resolver.scope(os.path.dirname(path))
    return path.endswith(".mjs") or (path.endswith(".js") and scope is not None and scope.is_module)


if CALL_BY_NAME:
    executable = _executable
else:

    def executable(request: ExecutableRequest, **_: object) -> Get:
        return Get(AssembledExecutable, ExecutableRequest, request)


def rules() -> Any:
    return collect_rules()
