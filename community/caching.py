"""Django's Redis cache, without the fall: while Redis is away, this process remembers on its own (promise F3).

Limits on signing in live in the cache. They may be looser for a while, but nobody meets an error.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
PAUSE_SECONDS = 5.0  # a Redis that hangs is asked again only so often, or every request would wait for it
_away_until = 0.0  # for the whole process: Django makes one cache object per thread


def _either(name: str) -> Any:
    """The method `name`: of Redis while it answers, of this process's memory while it does not."""

    def method(self: ForgivingCache, *args: Any, **kwargs: Any) -> Any:
        global _away_until  # noqa: PLW0603
        if time.monotonic() >= _away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except RedisError as error:
                _away_until = time.monotonic() + PAUSE_SECONDS
                log.warning("The cache is away: %s", type(error).__name__)
        return getattr(self._own, name)(*args, **kwargs)

    return method


class ForgivingCache(RedisCache):
    """A cache in Redis that raises nothing when Redis is away."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._own = LocMemCache("while-redis-is-away", params)

    get = _either("get")
    get_many = _either("get_many")
    has_key = _either("has_key")
    add = _either("add")
    set = _either("set")
    set_many = _either("set_many")
    touch = _either("touch")
    incr = _either("incr")
    delete = _either("delete")
    delete_many = _either("delete_many")
    clear = _either("clear")
