"""What every request and socket passes before the application: bounds, and a polite no while draining."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from community import readiness
from community.serving.limits import READ_ON, REQUEST_SECONDS, TOO_LARGE, TOO_LARGE_HEAD, body_limit

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Asgi = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
COME_BACK = 1012


class _Refused(Exception):  # noqa: N818  (an answer, not an error)
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def guarded(application: Asgi) -> Asgi:
    """`application` behind bounds on bodies (promise B2, B6), and closed to new sockets while draining (F2)."""

    async def outer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await (_turn_away if readiness.is_draining() else application)(scope, receive, send)
        elif scope["type"] == "http":
            await _with_bounds(application, scope, receive, send)
        else:
            await application(scope, receive, send)

    return outer


async def _turn_away(_scope: dict[str, Any], receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": COME_BACK})


async def _with_bounds(application: Asgi, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    try:
        await application(scope, _bounded(receive, body_limit(scope.get("path", ""))), send)
    except _Refused as no:
        is_large = no.status == 413
        if is_large:
            await _read_on(receive, (READ_ON - 1) * body_limit(scope.get("path", "")))
        headers = list(TOO_LARGE_HEAD) if is_large else [(b"content-length", b"0"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": no.status, "headers": headers})
        await send({"type": "http.response.body", "body": TOO_LARGE if is_large else b""})


async def _read_on(receive: Receive, most: int) -> None:
    """Throws away what still comes, within bounds: a line that is cut while a browser is sending shows no reason."""
    arrived = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(REQUEST_SECONDS):
            while arrived < most:
                event = await receive()
                arrived += len(event.get("body", b""))
                if not event.get("more_body", False):
                    return


def _bounded(receive: Receive, limit: int) -> Receive:
    arrived, more = 0, True

    async def inner() -> Any:
        nonlocal arrived, more
        if not more:
            return await receive()  # waiting for the browser to go away, as long as it likes
        try:
            event = await asyncio.wait_for(receive(), REQUEST_SECONDS)
        except TimeoutError:
            raise _Refused(408) from None
        arrived += len(event.get("body", b""))
        more = event.get("more_body", False)
        if arrived > limit:
            raise _Refused(413)
        return event

    return inner
