"""Limits hold with Redis, without it, and while it hangs (promises B7, F3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from community import throttle


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    """No bucket and no connection of another test."""
    throttle._shared.cache_clear()
    throttle.forget_all()
    yield
    throttle._shared.cache_clear()
    throttle.forget_all()


def takes(count: int) -> list[bool]:
    """Whether each of so many tokens was there, from a bucket of three."""
    return [throttle.spend("planted", capacity=3, per_seconds=3600) == 0 for _ in range(count)]


def test_f3_without_redis_a_process_limits_on_its_own_and_asks_redis_once(
    settings: Any, unused_tcp_port: int, caplog: pytest.LogCaptureFixture
):
    settings.REDIS_URL = f"redis://127.0.0.1:{unused_tcp_port}"
    assert takes(5) == [True, True, True, False, False]
    assert len([line for line in caplog.messages if "Limits are this process's own" in line]) == 1


@pytest.mark.servers
def test_b7_f3_a_bucket_is_shared_through_redis_and_a_process_goes_on_alone_when_it_dies(settings: Any, valkey: Any):
    settings.REDIS_URL = valkey.url
    assert takes(2) == [True, True]
    throttle.forget_all()  # as another process, which remembers nothing of it
    assert takes(2) == [True, False]
    valkey.kill9()
    assert takes(4) == [True, True, True, False]
