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

from pkg_rules.core.sandbox_paths import OUT
from pkg_rules.engine import (
    CALL_BY_NAME,
    Get,
    add_prefix,
    concurrently,
    create_digest,
    implicitly,
    merge_digests,
    run_process,
)
from pkg_rules.util_rules.app_files import AppFiles
from pkg_rules.util_rules.code_cache import CodeCache
from pkg_rules.util_rules.python_tools import PythonScriptRequest, python_script

OUTPUT_FILE = f"{OUT}/payload"


@dataclass(frozen=True)
class PayloadRequest:
    app_files: AppFiles
    code_cache: CodeCache | None


@dataclass(frozen=True)
class Payload:
    digest: Digest
    path: str


@rule(desc="Write the payload of an executable", level=LogLevel.DEBUG)
async def _payload(request: PayloadRequest) -> Payload:
    app_files = request.app_files
    cached = request.code_cache
    plan = {
        "version": 1,
        "entry_point": app_files.entry_point,
        "roots": [
            {"directory": "__first_party", "prefix": ""},
            {"directory": "__third_party", "prefix": ""},
        ],
        "code_caches": [
            {"file": f"__code_cache/{file}", "prefix": prefix}
            for file, prefix in (cached.prefixes if cached else ())
        ],
        "metadata": {"mode": "sea"},
    }
    script, plan_digest, first_party = await concurrently(
        python_script(
            PythonScriptRequest("write_payload.py", ("core/payload", "core/errors.py")),
            **implicitly(),
        ),
        create_digest(
            CreateDigest([FileContent("__plan.json", json.dumps(plan, sort_keys=True).encode())])
        ),
        add_prefix(AddPrefix(app_files.first_party.digest, "__first_party")),
    )
    inputs = await merge_digests(MergeDigests([plan_digest, first_party]))
    immutable = {
        **script.immutable_input_digests,
        # Laid out once for all programs that share it, while an edit changes the first party alone.
        "__third_party": app_files.third_party,
    }
    if cached:
        immutable["__code_cache"] = cached.digest
    result = await run_process(
        Process(
            argv=(*script.argv, "__plan.json", OUTPUT_FILE),
            env=script.env,
            input_digest=inputs,
            immutable_input_digests=FrozenDict(immutable),
            output_files=(OUTPUT_FILE,),
            description=f"Write the payload of `{app_files.entry_point}`",
            level=LogLevel.DEBUG,
            timeout_seconds=600,
        ),
        **implicitly(),
    )
    return Payload(result.output_digest, OUTPUT_FILE)


if CALL_BY_NAME:
    payload = _payload
else:

    def payload(request: PayloadRequest, **_: object) -> Get:
        return Get(Payload, PayloadRequest, request)


def rules() -> Any:
    return collect_rules()
