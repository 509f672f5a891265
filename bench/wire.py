"""A light WebSocket client: just enough of RFC 6455, so that the generator costs less than the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TEXT, CLOSE, PING = 1, 8, 9


class Wire(asyncio.Protocol):
    """One connection. Calls `opened()`, `heard(payload)` for each text frame, and `gone(code)`."""

    def __init__(
        self, request: bytes, opened: Callable[[], None], heard: Callable[[bytes], None], gone: Callable[[int], None]
    ) -> None:
        self._request, self._opened, self._heard, self._gone = request, opened, heard, gone
        self._rest = b""
        self._is_open = False
        self.code = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the upgrade."""
        self.transport = transport  # type: ignore[assignment]
        self.transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        """Says so."""
        self._gone(self.code)

    def data_received(self, data: bytes) -> None:
        """Takes the answer to the handshake, then frames."""
        if self._rest:
            data = self._rest + data
        if not self._is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            if b" 101 " not in data[:16]:
                raise ConnectionError(data[:end].decode("latin-1"))
            self._is_open, data, self._rest = True, data[end + 4 :], b""
            self._opened()
        self._take(data)

    def _take(self, data: bytes) -> None:
        at, size = 0, len(data)
        while size - at >= 2:
            length, head = data[at + 1], at + 2
            if length >= 126:
                head += 2 if length == 126 else 8
                length = int.from_bytes(data[at + 2 : head], "big") if head <= size else size
            end = head + length
            if end > size:
                break
            self._frame(data[at] & 15, data[head:end])
            at = end
        self._rest = data[at:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self._heard(payload)
        elif opcode == CLOSE:
            self.code = int.from_bytes(payload[:2], "big")
            self._write(CLOSE, payload)
        elif opcode == PING:
            self._write(10, payload)

    def send(self, text: bytes) -> None:
        """Sends a text frame."""
        self._write(TEXT, text)

    def _write(self, opcode: int, payload: bytes) -> None:
        # Masked with zeros: the server unmasks all the same, and the generator saves the work.
        size = len(payload)
        length = bytes([128 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        if self.transport is not None:
            self.transport.write(bytes([128 | opcode]) + length + b"\0\0\0\0" + payload)

    def drop(self) -> None:
        """Ends the connection without a word, as a network that goes away would."""
        if self.transport is not None:
            self.transport.abort()


def upgrade(host: str, path: str, headers: dict[str, str]) -> bytes:
    """The request that opens a socket."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
