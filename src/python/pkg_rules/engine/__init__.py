"""The one seam to the Pants engine: engine calls under the names of newer Pants, whatever Pants runs.

Rules are written once, in call-by-name style (`await merge_digests(MergeDigests(...))`), and import engine calls from
here only. Up to Pants 2.19 rules cannot be called by name, so there each call is a plain function that returns a
`Get`; the rule parser of those versions follows functions annotated with the bare class `-> Get`. An own rule that
other rules call needs the same two forms, four lines at its definition:

    @rule(desc="...")
    async def _payload(request: PayloadRequest) -> Payload: ...

    if CALL_BY_NAME:
        payload = _payload
    else:
        def payload(request: PayloadRequest, **_: object) -> Get:
            return Get(Payload, PayloadRequest, request)

Callers write `await payload(PayloadRequest(...), **implicitly())`, and `await concurrently(...)` for several.
"""

from __future__ import annotations

from pants.version import PANTS_SEMVER

# Call-by-name exists from 2.20, but `Get` remains until 2.31; names and modules are those of 2.28 and newer.
CALL_BY_NAME = (PANTS_SEMVER.major, PANTS_SEMVER.minor) >= (2, 28)

if CALL_BY_NAME:
    from pkg_rules.engine.by_name import *  # noqa: F401,F403
else:
    from pkg_rules.engine.by_get import *  # type: ignore[assignment]  # noqa: F401,F403
