"""Whether this process can take work, and what it does before it ends. Apps register; `serve` asks.

Knows nobody: a part that needs a check or an ending names it here (`chat.hub` closes its sockets so).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable

Probe = Callable[[], bool]
Drain = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)
_probes: dict[str, Probe] = {}
_drains: list[Drain] = []
_draining = threading.Event()


def probe(name: str) -> Callable[[Probe], Probe]:
    """Registers a check under `name`; the process is ready only while every check answers True."""

    def register(function: Probe) -> Probe:
        _probes[name] = function
        return function

    return register


def on_drain(function: Drain) -> Drain:
    """Registers what to do between SIGTERM and the end: close sockets politely, finish what is in hand."""
    if function not in _drains:
        _drains.append(function)
    return function


def begin_draining() -> None:
    """From now on the process is not ready, and new sockets are sent elsewhere."""
    _draining.set()


def stop_draining() -> None:
    """Takes `begin_draining` back. For tests."""
    _draining.clear()


def is_draining() -> bool:
    """True once the process has been asked to end."""
    return _draining.is_set()


def troubles() -> list[str]:
    """Names of what keeps this process from being ready. Empty means ready."""
    if is_draining():
        return ["draining"]
    return [name for name, check in list(_probes.items()) if not _holds(name, check)]


async def drain(within_seconds: float) -> None:
    """Runs everything registered by `on_drain`, together, for at most so long."""
    work = [asyncio.ensure_future(function()) for function in list(_drains)]
    if not work:
        return
    _done, late = await asyncio.wait(work, timeout=within_seconds)
    for task in late:
        task.cancel()
    for task, ended in zip(work, await asyncio.gather(*work, return_exceptions=True), strict=True):
        if isinstance(ended, BaseException):
            log.warning("Ending %s did not finish: %r", task.get_name(), ended)


def _holds(name: str, check: Probe) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001  (whatever it is, the answer is no)
        # A broken check is an answer, not a reason to break the page that reports it.
        log.warning("Readiness check %s failed: %s", name, type(error).__name__)
        return False
