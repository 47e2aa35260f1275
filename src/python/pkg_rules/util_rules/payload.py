"""The payload of an executable: the program's files and their code cache, in one file that the loader can read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pants.engine.fs import AddPrefix, CreateDigest, Digest, FileContent, MergeDigests
from pants.engine.process import Process
from pants.engine.rules import collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from pkg_rules.core.errors import PkgRulesError
from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    implicitly,
    merge_digests,
    run_fallible_process,
)
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.code_cache import CodeCache
from pkg_rules.util_rules.python_tools import PythonScript, PythonScriptRequest, python_script

PLAN = "__plan.json"
FIRST_PARTY = "__first_party"
THIRD_PARTY = "__third_party"
CODE_CACHE = "__code_cache"
OUTPUT = f"{OUT}/payload"


class PayloadError(PkgRulesError):
    """The files do not fit together; the message says which."""


@dataclass(frozen=True)
class PayloadRequest:
    app_files: AppFiles
    code_cache: CodeCache | None


@dataclass(frozen=True)
class Payload:
    digest: Digest
    path: str


def payload_plan(app_files: AppFiles, code_cache: CodeCache | None) -> bytes:
    """What scripts/write_payload.py is told; it says what the parts mean."""
    plan = {
        "version": 1,
        "entry_point": app_files.entry_point,
        "roots": [
            {"directory": FIRST_PARTY, "prefix": ""},
            {"directory": THIRD_PARTY, "prefix": ""},
        ],
        "code_caches": [
            {"file": f"{CODE_CACHE}/{file}", "prefix": prefix}
            for file, prefix in (code_cache.prefixes if code_cache else ())
        ],
        "metadata": {"mode": "sea"},
    }
    return json.dumps(plan, sort_keys=True).encode()


def payload_process(script: PythonScript, request: PayloadRequest, inputs: Digest) -> Process:
    cached = {CODE_CACHE: request.code_cache.digest} if request.code_cache else {}
    return Process(
        argv=(*script.argv, PLAN, OUTPUT),
        env=script.env,
        input_digest=inputs,
        immutable_input_digests=FrozenDict(
            {
                **script.immutable_input_digests,
                **cached,
                # Laid out once for all programs that share it, while an edit changes the first party alone.
                THIRD_PARTY: request.app_files.third_party,
            }
        ),
        output_files=(OUTPUT,),
        description=f"Write the payload of `{request.app_files.entry_point}`",
        level=LogLevel.DEBUG,
        timeout_seconds=600,
    )


@rule(desc="Write the payload of an executable", level=LogLevel.DEBUG)
async def _payload(request: PayloadRequest) -> Payload:
    script, plan, first_party = await concurrently(
        python_script(PythonScriptRequest("write_payload.py", ("core/payload",)), **implicitly()),
        create_digest(
            CreateDigest([FileContent(PLAN, payload_plan(request.app_files, request.code_cache))]),
            **implicitly(),
        ),
        add_prefix(AddPrefix(request.app_files.first_party.digest, FIRST_PARTY), **implicitly()),
    )
    inputs = await merge_digests(MergeDigests([plan, first_party]), **implicitly())
    result = await run_fallible_process(payload_process(script, request, inputs), **implicitly())
    if result.exit_code:
        raise PayloadError(
            f"The files of `{request.app_files.entry_point}` could not be packed. "
            + result.stderr.decode(errors="replace").strip()
        )
    return Payload(result.output_digest, OUTPUT)


if CALL_BY_NAME:
    payload = _payload
else:

    def payload(request: PayloadRequest, **_: object) -> Get:
        return Get(Payload, PayloadRequest, request)


def rules() -> Any:
    return collect_rules()
