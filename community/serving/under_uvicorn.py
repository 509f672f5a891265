"""One web process under Uvicorn: the same application and the same limits, less work per delivery."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from community.serving.asgi import Asgi
from community.serving.limits import FRAME_LIMIT, HEAD_LIMIT, REQUEST_SECONDS
from community.serving.listening import BACKLOG
from community.serving.stopping import FINISH_SECONDS, Ending


class Pages(HttpToolsProtocol):
    """Lets go of connections that never say what they want, or never stop saying it."""

    _head: float = 0  # bytes since the last request was complete up to its body

    def connection_made(self, transport: Any) -> None:
        """Starts the clock of the first request."""
        super().connection_made(transport)
        self.loop.call_later(REQUEST_SECONDS, self._begun_or_gone)

    def data_received(self, data: bytes) -> None:
        """Cuts off a request whose head does not end."""
        self._head += len(data)
        super().data_received(data)
        if self._head > HEAD_LIMIT and not self.transport.is_closing():
            self.transport.close()

    def on_headers_complete(self) -> None:
        """The head ended; what follows is the body, counted elsewhere."""
        super().on_headers_complete()
        self._head = -math.inf

    def on_message_complete(self) -> None:
        """The next head begins."""
        super().on_message_complete()
        self._head = 0

    def _begun_or_gone(self) -> None:
        if self.cycle is None and not self.transport.is_closing() and self.transport.get_protocol() is self:
            self.transport.close()


class Socket(WebSocketsSansIOProtocol):
    """Offers the application to write whole frames, and to be called with each text instead of waiting for it.

    What goes to many sockets is framed once; what comes in wakes no task and never stops the reading.
    """

    _heard: Callable[[str], None] | None = None

    def handle_connect(self, event: Any) -> None:
        """Says so in the scope, where servers announce what they can do beyond ASGI."""
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"]["commonlight.frame"] = self.write_frame
            self.scope["extensions"]["commonlight.hear"] = self.hear_with

    def hear_with(self, heard: Callable[[str], None]) -> None:
        """From now on texts go to `heard`, which must not wait. All else still comes through `receive`."""
        self._heard = heard

    def handle_text(self, event: Any) -> None:
        """Passes a whole text on at once, unless an earlier one still waits to be received."""
        text = None
        if self._heard is not None and event.fin and self.queue.empty() and not self.close_sent:
            with contextlib.suppress(UnicodeDecodeError):  # what is no text ends the connection, below
                text = event.data.decode()
        if self._heard is None or text is None:
            super().handle_text(event)
        else:
            self._heard(text)

    def write_frame(self, frame: bytes) -> bool:
        """Writes a text frame as it is. False when the peer is slow or leaving: `send` knows what to do then."""
        is_open = self.handshake_complete and not (self.close_sent or self.disconnected or self.transport.is_closing())
        if not (is_open and self.writable.is_set()):
            return False
        self.transport.write(frame)
        return True


class Server(uvicorn.Server):
    """Uvicorn with our way of ending instead of its own."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: `Ending` listens to the signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, and then listens for the signal to end."""
        await super().startup(sockets)
        Ending(self._finish).listen_on(asyncio.get_running_loop())
        self._ready()

    async def _finish(self) -> None:
        # The main loop sees this within a tenth of a second, closes what is left and waits for pages in hand.
        self.should_exit = True


def run(application: Asgi, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serves `application` on an open socket under Uvicorn; `ready` is called once it listens."""
    Server(_config(application), ready).run(sockets=[listening])


def _config(application: Any) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        interface="asgi3",
        lifespan="off",
        http=Pages,
        ws=Socket,
        ws_max_size=FRAME_LIMIT,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        server_header=False,
        access_log=False,
        proxy_headers=False,
        log_config=None,
        backlog=BACKLOG,
        timeout_keep_alive=REQUEST_SECONDS,
        timeout_graceful_shutdown=int(FINISH_SECONDS),
    )
