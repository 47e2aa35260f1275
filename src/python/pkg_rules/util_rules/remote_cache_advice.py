"""Warns about options of Pants that make a remote cache lose executables silently."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from pants.engine.rules import collect_rules, rule
from pants.option.global_options import GlobalOptions

from pkg_rules.core.remote_cache import RemoteSettings, settings_that_lose_uploads
from pkg_rules.engine import CALL_BY_NAME, Get

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RemoteCacheAdvice:
    """What was warned about."""

    warnings: tuple[str, ...]


@rule(desc="Check the options of the remote cache")
async def _remote_cache_advice(options: GlobalOptions) -> RemoteCacheAdvice:
    settings = RemoteSettings(
        writes=options.remote_cache_write or options.remote_execution,
        session_end_tasks_timeout=options.session_end_tasks_timeout,
        remote_store_rpc_timeout_millis=options.remote_store_rpc_timeout_millis,
        remote_store_batch_api_size_limit=options.remote_store_batch_api_size_limit,
    )
    warnings = tuple(settings_that_lose_uploads(settings))
    for warning in warnings:
        logger.warning(f"The remote cache may not get executables. {warning}")
    return RemoteCacheAdvice(warnings)


if CALL_BY_NAME:
    remote_cache_advice = _remote_cache_advice
else:

    def remote_cache_advice(**_: object) -> Get:
        return Get(RemoteCacheAdvice)


def rules() -> Any:
    return collect_rules()
