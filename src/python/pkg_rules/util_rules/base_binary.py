"""A Node.js of the user's own: what it is said to be, and the file, once it is seen to be that."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import Any, Tuple

from pants.engine.addresses import Address, UnparsedAddressInputs
from pants.engine.fs import CreateDigest, Digest, FileEntry
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.engine.target import HydrateSourcesRequest, InvalidTargetException, Target
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.base_binary_fields import NodeExecutableBaseBinariesField
from pkg_rules.base_binary_target_types import (
    BaseBinaryAbiField,
    BaseBinaryArchField,
    BaseBinaryMemberField,
    BaseBinaryPlatformField,
    BaseBinarySha256Field,
    BaseBinarySizeField,
    BaseBinarySourceField,
    BaseBinaryUrlField,
    BaseBinaryV8VersionField,
    BaseBinaryVersionField,
    NodeBaseBinaryTarget,
)
from pkg_rules.core.binfmt.node_facts import NodeClaim, NodeFacts
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.node_dist import executable_path
from pkg_rules.core.node_lock import PinnedEntry, Source
from pkg_rules.core.triples import Triple
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    get_digest_entries,
    hydrate_sources,
    implicitly,
    resolve_unparsed_addresses,
    run_fallible_process,
    wrapped_target,
)
from pkg_rules.util_rules.node_distribution import (
    NodeDistribution,
    NodeDistributionRequest,
    node_distribution,
)
from pkg_rules.util_rules.pinned_download import PinnedDownloadRequest, pinned_download
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script

logger = logging.getLogger(__name__)

BASE = "__base"


class BaseBinaryError(PkgRulesError):
    """The file is not what the target says."""


@dataclass(frozen=True)
class BaseBinariesRequest:
    """The address of a `node_executable`."""

    address: Address


@dataclass(frozen=True)
class BaseBinaries:
    """Pairs of a key of the `base_binaries` field and what the target there says that it is, nothing being downloaded."""

    triples: Tuple[Tuple[str, Triple], ...]


def claim_of(target: Target) -> NodeClaim:
    return NodeClaim(
        target[BaseBinaryVersionField].value,
        target[BaseBinaryPlatformField].value,
        target[BaseBinaryArchField].value,
        target[BaseBinaryAbiField].value,
        target[BaseBinaryV8VersionField].value,
    )


@rule(desc="Find the base binaries of an executable", level=LogLevel.DEBUG)
async def _base_binaries(request: BaseBinariesRequest) -> BaseBinaries:
    wrapped = await wrapped_target(request.address, "the `node_executable` that is packaged")
    field = wrapped.target[NodeExecutableBaseBinariesField]
    # One by one, so that each address is known to be that of its key.
    found = await concurrently(
        resolve_unparsed_addresses(field.address_inputs(text), **implicitly())
        for text in field.value.values()
    )
    targets = await concurrently(
        wrapped_target(address, f"the `{field.alias}` field of {request.address}")
        for (address,) in found
    )
    triples = []
    for key, one in zip(field.value, targets):
        if not one.target.has_field(BaseBinaryVersionField):
            raise InvalidTargetException(
                f"The `{field.alias}` field of {request.address} has {one.target.address} for `{key}`, which is a "
                f"`{one.target.alias}` and not a `{NodeBaseBinaryTarget.alias}`."
            )
        claim = claim_of(one.target)
        base = one.target.address.spec
        triples.append((key, Triple(claim.version, claim.platform, claim.arch, base=base)))
    return BaseBinaries(tuple(triples))


if CALL_BY_NAME:
    base_binaries = _base_binaries
else:

    def base_binaries(request: BaseBinariesRequest, **_: object) -> Get:
        return Get(BaseBinaries, BaseBinariesRequest, request)


@dataclass(frozen=True)
class BaseDistributionRequest:
    """The address of a `node_base_binary`."""

    address: Address


@dataclass(frozen=True)
class BaseDistribution:
    node: NodeDistribution


def check_process(script: PythonScript, digest: Digest, executable: str, claim: NodeClaim) -> Process:
    return Process(
        argv=(*script.argv, f"{BASE}/{executable}", json.dumps(asdict(claim), sort_keys=True)),
        env=script.env,
        immutable_input_digests=FrozenDict({**script.immutable_input_digests, BASE: digest}),
        description=f"Check a Node.js {claim.version} for {claim.platform}-{claim.arch}",
        level=LogLevel.DEBUG,
        timeout_seconds=300,
    )


@rule(desc="Get a base binary", level=LogLevel.DEBUG)
async def _base_distribution(request: BaseDistributionRequest) -> BaseDistribution:
    address = request.address
    wrapped = await wrapped_target(address, "the base binary of a `node_executable`")
    target = wrapped.target
    claim = claim_of(target)
    executable = executable_path(claim.platform)
    entry = _download(target, claim)
    if entry is None:
        sources = await hydrate_sources(
            HydrateSourcesRequest(target[BaseBinarySourceField]), **implicitly()
        )
        digest = sources.snapshot.digest
    else:
        download = await pinned_download(PinnedDownloadRequest(entry), **implicitly())
        digest = download.digest
    entries = [
        one for one in await get_digest_entries(digest, **implicitly()) if isinstance(one, FileEntry)
    ]
    if entry is None:
        (file,) = entries
        entries = [FileEntry(executable, file.file_digest, is_executable=True)]
        digest = await create_digest(CreateDigest(entries), **implicitly())
    script = await python_script(
        PythonScriptRequest("check_base.py", ("core/binfmt",)), **implicitly()
    )
    checked = await run_fallible_process(
        check_process(script, digest, executable, claim), **implicitly()
    )
    if checked.exit_code:
        raise BaseBinaryError(
            f"The base binary {address} is not what its target says:\n"
            f"{checked.stderr.decode(errors='replace').rstrip()}\n"
            "Correct the fields of the target, or let it name another file."
        )
    facts = NodeFacts.parse(checked.stdout.decode())
    logger.info(
        f"{address} is Node.js {claim.version} for {claim.platform}-{claim.arch}: ABI {facts.abi}, V8 {facts.v8_version}."
    )
    (sha256,) = (one.file_digest.fingerprint for one in entries if one.path == executable)
    return BaseDistribution(
        NodeDistribution(claim.version, claim.platform, claim.arch, digest, executable, sha256)
    )


def _download(target: Target, claim: NodeClaim) -> PinnedEntry | None:
    """None if the executable is a file of the repository. Raises InvalidTargetException if the fields contradict."""
    url, sha256 = target[BaseBinaryUrlField].value, target[BaseBinarySha256Field].value
    of_url = (BaseBinarySha256Field, BaseBinarySizeField, BaseBinaryMemberField)
    if (url is None) == (target[BaseBinarySourceField].value is None):
        raise InvalidTargetException(
            f"The target {target.address} must say where the executable is: either `{BaseBinarySourceField.alias}`, a file "
            f"of the repository, or `{BaseBinaryUrlField.alias}`, and not both."
        )
    if url is None:
        idle = [f"`{field.alias}`" for field in of_url if target[field].value is not None]
        if idle:
            raise InvalidTargetException(
                f"The target {target.address} has {' and '.join(idle)}, which is about a download, but "
                f"`{BaseBinarySourceField.alias}` names a file of the repository. Remove it."
            )
        return None
    if sha256 is None:
        raise InvalidTargetException(
            f"The target {target.address} has a `{BaseBinaryUrlField.alias}` without a `{BaseBinarySha256Field.alias}`, and "
            "nothing is downloaded that is not pinned. Download it once, look at it, and write what `sha256sum` prints."
        )
    source = Source(
        "url",
        path=url,
        member=target[BaseBinaryMemberField].value or "",
        sha256=sha256,
        size=target[BaseBinarySizeField].value or 0,
    )
    return PinnedEntry(
        "base", "node", claim.version, (source,), platform=claim.platform, arch=claim.arch
    )


if CALL_BY_NAME:
    base_distribution = _base_distribution
else:

    def base_distribution(request: BaseDistributionRequest, **_: object) -> Get:
        return Get(BaseDistribution, BaseDistributionRequest, request)


@dataclass(frozen=True)
class NodeOfTripleRequest:
    triple: Triple


@dataclass(frozen=True)
class NodeOfTriple:
    node: NodeDistribution


@rule(desc="Get the Node.js of an executable", level=LogLevel.DEBUG)
async def _node_of_triple(request: NodeOfTripleRequest) -> NodeOfTriple:
    triple = request.triple
    if triple.base:
        inputs = UnparsedAddressInputs(
            (triple.base,), owning_address=None, description_of_origin=f"the target `{triple.text}`"
        )
        (address,) = await resolve_unparsed_addresses(inputs, **implicitly())
        base = await base_distribution(BaseDistributionRequest(address), **implicitly())
        return NodeOfTriple(base.node)
    node = await node_distribution(
        NodeDistributionRequest(triple.version, triple.platform, triple.arch), **implicitly()
    )
    return NodeOfTriple(node)


if CALL_BY_NAME:
    node_of_triple = _node_of_triple
else:

    def node_of_triple(request: NodeOfTripleRequest, **_: object) -> Get:
        return Get(NodeOfTriple, NodeOfTripleRequest, request)


def rules() -> Any:
    return collect_rules()
