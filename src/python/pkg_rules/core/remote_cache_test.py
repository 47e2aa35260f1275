from __future__ import annotations

import dataclasses

import pytest

from pkg_rules.core.remote_cache import RemoteSettings, settings_that_lose_uploads

GOOD = RemoteSettings(True, 300, 300_000, 4_000_000)


def test_good_settings_need_no_warning() -> None:
    assert list(settings_that_lose_uploads(GOOD)) == []


@pytest.mark.parametrize(
    ("option", "default"),
    [
        ("session_end_tasks_timeout", 3.0),
        ("remote_store_rpc_timeout_millis", 30_000),
        ("remote_store_batch_api_size_limit", 4_194_304),
    ],
)
def test_each_default_of_pants_is_named_with_what_to_write(option: str, default: float) -> None:
    (warning,) = settings_that_lose_uploads(dataclasses.replace(GOOD, **{option: default}))
    assert warning.startswith(f"`[GLOBAL].{option}` is {default:g}"[:40])
    assert "Write " in warning
    assert not list(
        settings_that_lose_uploads(dataclasses.replace(GOOD, **{option: default, "writes": False}))
    )
