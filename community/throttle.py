"""Named token buckets. In one process they live in memory; with `REDIS_URL` all processes share them.

A bucket holds `capacity` tokens and fills by one every `per_seconds`. Without Redis answering, the
process falls back to its own buckets: a limit may be looser for a while, but nobody is locked out.
"""

from __future__ import annotations

import logging
import threading
import time
from functools import cache
from typing import Any

from django.conf import settings

log = logging.getLogger(__name__)
_BUCKETS_KEPT = 100_000
PAUSE_SECONDS = 5.0  # a Redis that hangs is asked again only so often, or every message would wait for it
_away_until = 0.0
_SCRIPT = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1e6
local capacity, per, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(capacity, (tonumber(state[1]) or capacity) + (now - (tonumber(state[2]) or now)) / per)
local wait = 0
if tokens >= cost then tokens = tokens - cost else wait = (cost - tokens) * per end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(capacity * per) + 1)
return tostring(wait)
"""


class _Buckets:
    """Buckets of this process, bounded in number: the oldest full ones go first."""

    def __init__(self) -> None:
        self._state: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def spend(self, key: str, capacity: float, per_seconds: float, cost: float) -> float:
        now = time.monotonic()
        with self._lock:
            tokens, at = self._state.pop(key, (capacity, now))
            tokens = min(capacity, tokens + (now - at) / per_seconds)
            wait = 0.0 if tokens >= cost else (cost - tokens) * per_seconds
            self._state[key] = (tokens if wait else tokens - cost, now)
            if len(self._state) > _BUCKETS_KEPT:
                del self._state[next(iter(self._state))]
        return wait

    def clear(self) -> None:
        with self._lock:
            self._state.clear()


_local = _Buckets()


@cache
def _shared() -> Any:
    import redis

    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.25, socket_connect_timeout=0.25)
    return client.register_script(_SCRIPT)


def spend(key: str, *, capacity: float, per_seconds: float, cost: float = 1) -> float:
    """Takes `cost` tokens from the bucket `key`. Seconds to wait before there are enough; 0 means taken."""
    capacity, per_seconds = capacity * settings.LIMITS_SCALE, per_seconds / settings.LIMITS_SCALE
    if settings.REDIS_URL and time.monotonic() >= _away_until:
        wait = _spend_shared(f"limit:{key}", capacity, per_seconds, cost)
        if wait is not None:
            return wait
    return _local.spend(key, capacity, per_seconds, cost)


def _spend_shared(key: str, *numbers: float) -> float | None:
    global _away_until  # noqa: PLW0603
    import redis

    try:
        return float(_shared()(keys=[key], args=numbers))
    except redis.RedisError as error:
        _away_until = time.monotonic() + PAUSE_SECONDS
        log.warning("Limits are this process's own for now: %s", type(error).__name__)
        return None


def forget_all() -> None:
    """Empties the buckets of this process. For tests."""
    global _away_until  # noqa: PLW0603
    _away_until = 0.0
    _local.clear()


def post(member_id: int, *, new_account: bool) -> float:
    """Messages of one account over all its sockets: burst 10, then 2 a second; new accounts 5, then 0.5 (B7)."""
    if new_account:
        return spend(f"post:{member_id}", capacity=5, per_seconds=2)
    return spend(f"post:{member_id}", capacity=10, per_seconds=0.5)


def change(member_id: int) -> float:
    """Edits, withdrawals and reactions of one account: burst 20, then 2 a second."""
    return spend(f"change:{member_id}", capacity=20, per_seconds=0.5)


def enter(member_id: int) -> float:
    """Rooms entered or asked for by one account: burst 60, then 2 a second. Counted before the check."""
    return spend(f"enter:{member_id}", capacity=60, per_seconds=0.5)


def report(member_id: int) -> float:
    """Reports by one account: 20 a day (B7)."""
    return spend(f"report:{member_id}", capacity=20, per_seconds=24 * 3600 / 20)


def worry(member_id: int) -> float:
    """Worries about others told by one account: 6 a day, so that they cannot become a weapon."""
    return spend(f"worry:{member_id}", capacity=6, per_seconds=24 * 3600 / 6)


def ask(member_id: int, *, new_account: bool) -> float:
    """Requests to talk by one account: 10 a day; new accounts 5 (B7)."""
    most = 5 if new_account else 10
    return spend(f"ask:{member_id}", capacity=most, per_seconds=24 * 3600 / most)


def search(member_id: int) -> float:
    """Searches of one account through its conversations: burst 10, then one every 5 seconds."""
    return spend(f"search:{member_id}", capacity=10, per_seconds=5)


def look_up(who: str) -> float:
    """Searches of the site by one account, or from one address without one: burst 30, then one a second."""
    return spend(f"look-up:{who}", capacity=30, per_seconds=1)


def wrong(who: str) -> float:
    """Words to curators about entries by one member or address: burst 6, then one every 10 minutes."""
    return spend(f"wrong:{who}", capacity=6, per_seconds=600)


def save(member_id: int) -> float:
    """Entries saved, noted or taken out by one account: burst 60, then one a second."""
    return spend(f"save:{member_id}", capacity=60, per_seconds=1)


def write(member_id: int) -> float:
    """Texts of stories kept by one account, also by the script that keeps them: burst 40, then one every 4 seconds."""
    return spend(f"write:{member_id}", capacity=40, per_seconds=4)


def picture(member_id: int) -> float:
    """Pictures sent by one account: burst 12, then one every 5 minutes. Each costs a second of work."""
    return spend(f"picture:{member_id}", capacity=12, per_seconds=300)


def look_at(member_id: int) -> float:
    """Previews of one account's own text: burst 40, then one a second."""
    return spend(f"look-at:{member_id}", capacity=40, per_seconds=1)


def beforehand(member_id: int) -> float:
    """Questions to hosts by one account: burst 6, then one every 10 minutes."""
    return spend(f"beforehand:{member_id}", capacity=6, per_seconds=600)


def wish(member_id: int) -> float:
    """Live chats asked for by one account: burst 6, then one an hour."""
    return spend(f"wish:{member_id}", capacity=6, per_seconds=3600)


def feed(member_id: int) -> float:
    """Looks into one member's calendar: burst 30, then one a minute. Calendars ask every few hours."""
    return spend(f"feed:{member_id}", capacity=30, per_seconds=60)


def no_feed(address: str) -> float:
    """Calendar addresses that are none, asked for from one network address: burst 30, then one every 20 seconds."""
    return spend(f"no-feed:{address}", capacity=30, per_seconds=20)


def name_check(address: str) -> float:
    """Names asked about on the join page from one address: burst 30, then one every 2 seconds."""
    return spend(f"name:{address}", capacity=30, per_seconds=2)


def join(address: str) -> float:
    """Attempts to join from one address: burst 10, then one every 5 minutes."""
    return spend(f"join:{address}", capacity=10, per_seconds=300)


def known_device(name: str) -> float:
    """Wrong passwords under one name from a device that signed in under it before: 10, then one every 90 seconds."""
    return spend(f"known:{name}", capacity=10, per_seconds=90)
