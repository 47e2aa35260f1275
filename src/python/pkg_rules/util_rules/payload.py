"""The payload of an executable: the program's files and their code cache, in one file that the loader can read."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any, Optional, Sequence

from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, FileContent
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.engine.target import InvalidTargetException
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.compile_units import directory_groups
from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.native.tree_images import ADDON_EXTENSION
from pkg_rules.core.payload.compression import Compression, compression
from pkg_rules.core.payload.errors import CompressionError
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    get_digest_entries,
    implicitly,
    run_fallible_process,
)
from pkg_rules.scripts.write_payload import KEPT_SOURCE, REMARK
from pkg_rules.target_types import ExecutableMode
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.code_cache import CodeCache
from pkg_rules.util_rules.compressed_payload import CompressedPayloadRequest, compressed_payload
from pkg_rules.util_rules.node_distribution import NodeDistribution
from pkg_rules.util_rules.node_facts import NodeFactsFile, NodeFactsRequest, node_facts
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script

logger = logging.getLogger(__name__)

PLAN = "__plan.json"
FIRST_PARTY = "__own"
THIRD_PARTY = "__third_party"
CODE_CACHE = "__code_cache"
NODE_FACTS = "__node_facts"
OUTPUT = f"{OUT}/payload"

FILES_OF_A_GROUP = 200
WRITER_PACKAGES = ("core/payload", "core/native", "core/npm/__init__.py", "core/npm/package_paths.py")


class PayloadError(PkgRulesError):
    """The files do not fit together; the message says which."""


@dataclass(frozen=True)
class PayloadSettings:
    """What the fields of a `node_executable` say about its payload."""

    compression: Optional[Compression] = None
    debug: bool = False

    @classmethod
    def of(
        cls,
        address: Address,
        mode: ExecutableMode,
        compress: str | None,
        level: int | None,
        debug: bool | None,
    ) -> PayloadSettings:
        """`compress` and `debug` may be those of the pkg configuration; None where nobody says anything."""
        try:
            chosen = compression(compress or "none", level)
        except CompressionError as error:
            raise InvalidTargetException(
                f"`compress` and `compress_level` of {address} cannot be used. {error}"
            ) from error
        if mode is ExecutableMode.SIMPLE and (chosen is not None or debug):
            alias = "compress" if chosen is not None else "debug"
            raise InvalidTargetException(
                f'{address} has `{alias}` and `mode="simple"`, whose executables hold one script and no files to '
                f"which it could apply. Leave out `{alias}`, or choose another mode."
            )
        return cls(chosen, bool(debug))


@dataclass(frozen=True)
class HiddenSources:
    """The paths of packages, and "" for the program itself, that have bytecode in the place of their sources.

    `checksum` is what the bytecode must have, `listing` says for each package what it has and why.
    """

    paths: tuple[str, ...]
    checksum: int
    fallback_to_source: bool
    listing: str


@dataclass(frozen=True)
class PayloadRequest:
    """`node` is the Node.js that will read it, which counts only if it is compressed, or has native addons."""

    app_files: AppFiles
    code_cache: CodeCache | None
    ignores_node_options: bool
    node: NodeDistribution
    settings: PayloadSettings = PayloadSettings()
    hidden: HiddenSources | None = None


@dataclass(frozen=True)
class Payload:
    digest: Digest
    path: str


def own_directory(number: int) -> str:
    return f"{FIRST_PARTY}_{number}"


def payload_plan(
    app_files: AppFiles,
    code_cache: CodeCache | None,
    groups: int,
    ignores_node_options: bool = False,
    debug: bool = False,
    hidden: HiddenSources | None = None,
    facts: NodeFactsFile | None = None,
) -> bytes:
    """What scripts/write_payload.py is told, which says what the parts mean; `groups` are those of the first party."""
    plan: dict[str, Any] = {
        "version": 1,
        "entry_point": app_files.entry_point,
        "roots": [
            {"directory": directory, "prefix": ""}
            for directory in (THIRD_PARTY, *map(own_directory, range(groups)))
        ],
        "code_caches": [
            {"file": f"{CODE_CACHE}/{file}", "prefix": prefix}
            for file, prefix in (code_cache.prefixes if code_cache else ())
        ],
        "metadata": {
            "debug": "true" if debug else "false",
            "mode": "standard" if hidden else "sea",
            **({"sources": hidden.listing} if hidden else {}),
            # Read by prelude/src/node_options_variable.cjs.
            **({"node_options": "ignore"} if ignores_node_options else {}),
        },
    }
    if facts:
        plan["node_facts"] = f"{NODE_FACTS}/{facts.path}"
    if hidden:
        plan.update(
            hidden=list(hidden.paths),
            bytecode_checksum=hidden.checksum,
            fallback_to_source=hidden.fallback_to_source,
        )
    return json.dumps(plan, sort_keys=True).encode()


def payload_process(
    script: PythonScript,
    request: PayloadRequest,
    plan: Digest,
    own: Sequence[Digest],
    facts: NodeFactsFile | None = None,
) -> Process:
    cached = {CODE_CACHE: request.code_cache.digest} if request.code_cache else {}
    if facts is not None:
        cached[NODE_FACTS] = facts.digest
    return Process(
        argv=(*script.argv, PLAN, OUTPUT),
        env=script.env,
        input_digest=plan,
        # Immutable inputs are laid out once and then shared by processes: after an edit only the group with the edited
        # file is written to disk again (2,000 files take 0.7 s), and programs share what they have in common.
        immutable_input_digests=FrozenDict(
            {
                **script.immutable_input_digests,
                **cached,
                **{own_directory(number): digest for number, digest in enumerate(own)},
                THIRD_PARTY: request.app_files.third_party,
            }
        ),
        output_files=(OUTPUT,),
        description=f"Write the payload of `{request.app_files.entry_point}`",
        level=LogLevel.DEBUG,
        timeout_seconds=600,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


@rule(desc="Write the payload of an executable", level=LogLevel.DEBUG)
async def _payload(request: PayloadRequest) -> Payload:
    entries, installed = await concurrently(
        get_digest_entries(request.app_files.first_party.digest, **implicitly()),
        get_digest_entries(request.app_files.third_party, **implicitly()),
    )
    by_path = {entry.path: entry for entry in entries}
    has_addons = any(entry.path.endswith(ADDON_EXTENSION) for entry in (*entries, *installed))
    facts = await node_facts(NodeFactsRequest(request.node), **implicitly()) if has_addons else None
    groups = list(directory_groups(by_path, FILES_OF_A_GROUP))
    plan_json = payload_plan(
        request.app_files,
        request.code_cache,
        len(groups),
        request.ignores_node_options,
        request.settings.debug,
        request.hidden,
        facts,
    )
    script, plan = await concurrently(
        python_script(PythonScriptRequest("write_payload.py", WRITER_PACKAGES), **implicitly()),
        create_digest(CreateDigest([FileContent(PLAN, plan_json)]), **implicitly()),
    )
    own = await concurrently(
        create_digest(CreateDigest(by_path[path] for path in group), **implicitly())
        for group in groups
    )
    process = payload_process(script, request, plan, own, facts)
    result = await run_fallible_process(process, **implicitly())
    if result.exit_code:
        raise PayloadError(
            f"The files of `{request.app_files.entry_point}` could not be packed. "
            + result.stderr.decode(errors="replace").strip()
        )
    lines = result.stdout.decode().splitlines()
    for remark in (line[len(REMARK) :] for line in lines if line.startswith(REMARK)):
        logger.warning(f"The executable of `{request.app_files.entry_point}` for {request.node.runs_on}: {remark}.")
    kept = [line[len(KEPT_SOURCE) :] for line in lines if line.startswith(KEPT_SOURCE)]
    if kept:
        logger.warning(
            f"The executable of `{request.app_files.entry_point}` has the source of files that have no bytecode "
            f"(`fallback_to_source`): {', '.join(f'`{path}`' for path in kept)}."
        )
    if request.settings.compression is None:
        return Payload(result.output_digest, OUTPUT)
    smaller = await compressed_payload(
        CompressedPayloadRequest(
            result.output_digest, OUTPUT, request.node.version, request.settings.compression
        ),
        **implicitly(),
    )
    return Payload(smaller.digest, smaller.path)


if CALL_BY_NAME:
    payload = _payload
else:

    def payload(request: PayloadRequest, **_: object) -> Get:
        return Get(Payload, PayloadRequest, request)


def rules() -> Any:
    return collect_rules()
