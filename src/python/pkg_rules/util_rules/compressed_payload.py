"""A payload with compressed blocks, made of one without.

The blocks are dealt to processes by their content, so an edit compresses a small part of a program anew, and programs
that have much in common share the rest.
"""

from __future__ import annotations

import os.path
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Iterable

from pants.engine.fs import (
    CreateDigest,
    Digest,
    FileContent,
    FileEntry,
    MergeDigests,
)
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.payload.compression import Compression
from pkg_rules.core.remote_cache import WAIT_FOR_HIT_MILLIS
from pkg_rules.core.sandbox_paths import HOST_NODE, OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    concurrently,
    create_digest,
    get_digest_entries,
    implicitly,
    merge_digests,
    run_process,
)
from pkg_rules.util_rules.node_distribution import HostNodeRequest, NodeDistribution, host_node
from pkg_rules.util_rules.python_tools import (
    PythonScript,
    PythonScriptRequest,
    package_data,
    python_script,
)

PAYLOAD = "__payload"
BLOCKS = f"{OUT}/blocks"
PROGRAM = "__compress/compress_blocks.cjs"
TO_COMPRESS = "__blocks"
COMPRESSED = f"{OUT}/compressed"
OUTPUT = f"{OUT}/payload"


@dataclass(frozen=True)
class CompressedPayloadRequest:
    """`node_version` is that of the Node.js that will read it."""

    payload: Digest
    path: str
    node_version: str
    compression: Compression


@dataclass(frozen=True)
class CompressedPayload:
    digest: Digest
    path: str


def split_process(script: PythonScript, request: CompressedPayloadRequest) -> Process:
    return Process(
        argv=(*script.argv, "split", f"{PAYLOAD}/{request.path}", BLOCKS),
        env=script.env,
        immutable_input_digests=FrozenDict(
            {**script.immutable_input_digests, PAYLOAD: request.payload}
        ),
        output_directories=(BLOCKS,),
        description="Take the blocks out of a payload",
        level=LogLevel.DEBUG,
        timeout_seconds=600,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


def compress_process(
    node: NodeDistribution, program: Digest, blocks: Digest, compression: Compression
) -> Process:
    return Process(
        argv=(
            f"{HOST_NODE}/{node.executable}",
            PROGRAM,
            compression.name,
            str(compression.level),
            TO_COMPRESS,
            COMPRESSED,
        ),
        env={"LANG": "C.UTF-8", "TZ": "UTC"},
        input_digest=program,
        immutable_input_digests=FrozenDict({HOST_NODE: node.digest, TO_COMPRESS: blocks}),
        output_directories=(COMPRESSED,),
        description=f"Compress blocks with {compression.name} {compression.level}",
        level=LogLevel.DEBUG,
        timeout_seconds=1200,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


def join_process(
    script: PythonScript, request: CompressedPayloadRequest, compressed: Digest
) -> Process:
    return Process(
        argv=(
            *script.argv,
            "join",
            f"{PAYLOAD}/{request.path}",
            request.compression.name,
            f"__compressed/{COMPRESSED}",
            OUTPUT,
        ),
        env=script.env,
        immutable_input_digests=FrozenDict(
            {
                **script.immutable_input_digests,
                PAYLOAD: request.payload,
                "__compressed": compressed,
            }
        ),
        output_files=(OUTPUT,),
        description=f"Write a payload compressed with {request.compression.name}",
        level=LogLevel.DEBUG,
        timeout_seconds=600,
        remote_cache_speculation_delay_millis=WAIT_FOR_HIT_MILLIS,
    )


def buckets(entries: Iterable[FileEntry]) -> list[tuple[FileEntry, ...]]:
    """What `split` wrote, one item for each of its folders, with nothing but their names left of the paths."""
    folders = groupby(
        sorted(entries, key=lambda entry: entry.path), lambda entry: os.path.dirname(entry.path)
    )
    return [
        tuple(FileEntry(os.path.basename(entry.path), entry.file_digest) for entry in found)
        for _, found in folders
    ]


@rule(desc="Compress a payload", level=LogLevel.DEBUG)
async def _compressed_payload(request: CompressedPayloadRequest) -> CompressedPayload:
    ((_, source),) = package_data("scripts/compress_blocks.cjs")
    script, node, program = await concurrently(
        python_script(
            PythonScriptRequest("compress_payload.py", ("core/payload",)), **implicitly()
        ),
        host_node(HostNodeRequest(request.node_version), **implicitly()),
        create_digest(CreateDigest([FileContent(PROGRAM, source)]), **implicitly()),
    )
    split = await run_process(split_process(script, request), **implicitly())
    entries = await get_digest_entries(split.output_digest, **implicitly())
    blocks = await concurrently(
        create_digest(CreateDigest(bucket), **implicitly())
        for bucket in buckets(entry for entry in entries if isinstance(entry, FileEntry))
    )
    results = await concurrently(
        run_process(
            compress_process(node.distribution, program, digest, request.compression),
            **implicitly(),
        )
        for digest in blocks
    )
    compressed = await merge_digests(
        MergeDigests([result.output_digest for result in results]), **implicitly()
    )
    joined = await run_process(join_process(script, request, compressed), **implicitly())
    return CompressedPayload(joined.output_digest, OUTPUT)


if CALL_BY_NAME:
    compressed_payload = _compressed_payload
else:

    def compressed_payload(request: CompressedPayloadRequest, **_: object) -> Get:
        return Get(CompressedPayload, CompressedPayloadRequest, request)


def rules() -> Any:
    return collect_rules()
