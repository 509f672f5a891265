"""One socket's way out: bounded, in order, and without a task per frame.

The server's `send` usually finishes at once. It is stepped by hand, so that a broadcast to many sockets
makes no tasks; only when a peer is slow does the rest wait in a bounded queue (promise B8).
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from functools import lru_cache
from typing import Any

FRAMES_WAITING = 256
BYTES_WAITING = 512 * 1024
SEND_SECONDS = 30.0

FRAMES_KEPT = 16  # the same text goes to many sockets in a row

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
# An extension of our own server: writes the bytes of a whole frame at once. False when it cannot, for any reason.
Write = Callable[[bytes], bool]


class Outlet:
    """Sends frames through an ASGI `send`. `overflowed` is called once when the peer is too slow."""

    __slots__ = ("_bytes", "_gone", "_overflowed", "_pump", "_send", "_waiting", "_write", "closed")

    def __init__(
        self, send: Send, overflowed: Callable[[], None], gone: Callable[[], None], write: Write | None = None
    ) -> None:
        self._send = send
        self._write = write
        self._overflowed = overflowed
        self._gone = gone
        self._waiting: list[dict[str, Any]] = []
        self._bytes = 0
        self._pump: asyncio.Task[None] | None = None
        self.closed = False

    def text(self, frame: str) -> None:
        """Sends one frame, now or after those that wait."""
        if self.closed:
            return
        if self._pump is None and self._write is not None and self._write(as_bytes(frame)):
            return
        message = {"type": "websocket.send", "text": frame}
        if self._pump is not None:
            self._wait(message, len(frame))
            return
        rest = _first_step(self._send(message))
        if rest is not None:
            self._pump = asyncio.get_running_loop().create_task(self._pump_after(rest))

    def close(self, code: int) -> None:
        """Closes the socket with `code`, after what is on its way. Nothing can be sent afterwards."""
        if self.closed:
            return
        self.closed = True
        self._waiting.clear()
        closing = self._finish({"type": "websocket.close", "code": int(code)})  # autobahn takes a plain int only
        self._pump = asyncio.get_running_loop().create_task(closing)

    def _wait(self, message: dict[str, Any], size: int) -> None:
        self._waiting.append(message)
        self._bytes += size
        if len(self._waiting) > FRAMES_WAITING or self._bytes > BYTES_WAITING:
            self._overflowed()

    async def _pump_after(self, rest: Coroutine[Any, Any, None]) -> None:
        try:
            await asyncio.wait_for(rest, SEND_SECONDS)
            while self._waiting:
                message = self._waiting.pop(0)
                self._bytes -= len(message["text"])
                await asyncio.wait_for(self._send(message), SEND_SECONDS)
        except Exception:  # noqa: BLE001  (servers raise what they like when the peer is gone)
            self.closed = True
            self._gone()
        finally:
            self._pump = None

    async def _finish(self, message: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(self._send(message), SEND_SECONDS)
        except Exception:  # noqa: BLE001
            self._gone()


@lru_cache(FRAMES_KEPT)
def as_bytes(text: str) -> bytes:
    """`text` as one unfragmented, uncompressed text frame from a server (RFC 6455, section 5.2)."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    head = (0x81, 126, *size.to_bytes(2, "big")) if size < 1 << 16 else (0x81, 127, *size.to_bytes(8, "big"))
    return bytes(head) + payload


def _first_step(sending: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None] | None:
    """Runs `sending` until it would wait. None when it finished, else the rest as a coroutine."""
    try:
        waits_for = sending.send(None)
    except StopIteration:
        return None
    except Exception:  # noqa: BLE001
        return _failed()
    return _rest(sending, waits_for)


async def _failed() -> None:
    raise ConnectionError("the peer is gone")


async def _rest(sending: Coroutine[Any, Any, None], waits_for: Any) -> None:
    await _resume(sending, waits_for)


@types.coroutine
def _resume(sending: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    while True:
        try:
            value = yield waits_for
        except BaseException as error:  # noqa: BLE001  (cancellation has to reach the inner coroutine)
            step = lambda error=error: sending.throw(error)  # noqa: E731
        else:
            step = lambda value=value: sending.send(value)  # noqa: E731
        try:
            waits_for = step()
        except StopIteration:
            return
