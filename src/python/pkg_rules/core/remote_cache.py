"""What remote caches need of the steps, and of the options of Pants, for files of the size of an executable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator

# How long a step waits for the remote cache before it also starts here; a miss that is answered earlier starts it at once.
# Without a wait, quick steps win the race and are run again on every machine. Large outputs take longer to arrive.
WAIT_FOR_HIT_MILLIS = 10_000
WAIT_FOR_LARGE_HIT_MILLIS = 30_000

# With 100 MB at 2 MB/s an upload takes 50 s (measured, see docs/guide/remote-caching.md); these leave room for that.
NEEDED_END_SECONDS = 60
NEEDED_CALL_MILLIS = 120_000
# gRPC's own limit for a message is 4 MiB, which has to hold more than the file.
LARGEST_BATCH_BYTES = 4_190_000


@dataclass(frozen=True)
class RemoteSettings:
    """The effective values of the options of the same names in `[GLOBAL]`; `writes` if anything is stored remotely."""

    writes: bool
    session_end_tasks_timeout: float
    remote_store_rpc_timeout_millis: int
    remote_store_batch_api_size_limit: int


def settings_that_lose_uploads(settings: RemoteSettings) -> Iterator[str]:
    """A sentence for each, with the value to write instead."""
    if not settings.writes:
        return
    if settings.session_end_tasks_timeout < NEEDED_END_SECONDS:
        yield (
            f"`[GLOBAL].session_end_tasks_timeout` is {settings.session_end_tasks_timeout:g}: uploads that take longer than "
            "that after the build are dropped without a word. Write 300."
        )
    if settings.remote_store_rpc_timeout_millis < NEEDED_CALL_MILLIS:
        yield (
            f"`[GLOBAL].remote_store_rpc_timeout_millis` is {settings.remote_store_rpc_timeout_millis}: the upload of an "
            "executable counts as one call, and is given up after that time. Write 300000."
        )
    if settings.remote_store_batch_api_size_limit > LARGEST_BATCH_BYTES:
        yield (
            f"`[GLOBAL].remote_store_batch_api_size_limit` is {settings.remote_store_batch_api_size_limit}: files of nearly "
            "4 MiB do not fit into one message of servers that announce no limit of their own. Write 4000000."
        )
