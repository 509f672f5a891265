"""One web process under Daphne. Import this before anything else of Twisted: it installs the reactor."""

# Order matters: daphne.server installs the asyncio reactor.
from daphne import server as daphne_server  # isort: skip

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from twisted.internet import reactor as installed_reactor
from twisted.logger import globalLogBeginner

from community.serving.asgi import COME_BACK, Asgi
from community.serving.limits import (
    FRAME_LIMIT,
    HANDSHAKE_SECONDS,
    READ_ON,
    REQUEST_SECONDS,
    TOO_LARGE,
    TOO_LARGE_HEAD,
    body_limit,
)  # fmt: skip
from community.serving.stopping import FINISH_SECONDS, Ending

reactor: Any = installed_reactor
_TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\n%s\r\n%s" % (
    b"".join(b"%s: %s\r\n" % line for line in TOO_LARGE_HEAD), TOO_LARGE,
)  # fmt: skip


class Request(WebRequest):
    """A page request with an end: at most so many bytes, at most so many seconds on the monotonic clock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._since = time.monotonic()
        self._arrived = 0
        self._is_refused = False
        super().__init__(*args, **kwargs)

    def gotLength(self, length: int | None) -> None:  # noqa: N802  (Twisted's name)
        """Refuses a body that says it is too long."""
        super().gotLength(length)
        if length and length > self._body_limit():
            self._too_large()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        """Refuses a body that grows too long without having said so."""
        self._arrived += len(data)
        if self._arrived > self._body_limit():
            self._too_large()
        elif not self._is_refused and not self.content.closed:
            super().handleContentChunk(data)

    def process(self) -> None:
        """Answers the request once all of it is there, unless it was refused."""
        if not self._is_refused:
            super().process()
        elif self.channel is not None:
            self.channel.loseConnection()

    def check_timeouts(self) -> None:
        """Called every two seconds. Lets go of requests that never finish arriving or being answered."""
        if not self.finished and time.monotonic() - self._since > REQUEST_SECONDS and self.channel is not None:
            self.channel.loseConnection()

    def _body_limit(self) -> int:
        # The address is not the request's own before all of its body has come; its line has it.
        path = getattr(self.channel, "_path", None) or b""
        return body_limit(path.decode("latin-1"))

    def _too_large(self) -> None:
        # A line that is cut while a browser is still sending shows its reader a fault of the network, and no reason.
        if self.channel is None:
            return
        if not self._is_refused:
            self._is_refused = True
            self.channel.transport.write(_TOO_LARGE)
        if self._arrived > READ_ON * self._body_limit():
            self.channel.loseConnection()


class Socket(WebSocketProtocol):
    """A socket whose only time limit is the handshake's: the heartbeat is ours, on the monotonic clock."""

    def onConnect(self, request: Any) -> Any:  # noqa: N802
        """Starts the clock of the handshake."""
        self._since = time.monotonic()
        return super().onConnect(request)

    def check_timeouts(self) -> None:
        """Called every two seconds. Refuses handshakes that the application leaves without an answer."""
        waited = time.monotonic() - self._since
        if self.state == self.STATE_CONNECTING and waited > HANDSHAKE_SECONDS and hasattr(self, "handshake_deferred"):
            self.serverReject()

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        """Closes with `code`. Autobahn's own way refuses the codes 1001 to 1015, and we need 1012 and 1009."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code or 1000, isReply=False)


class Pages(HTTPFactory):
    """Makes our kind of request, and lets go of connections that never begin one."""

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.timeOut = REQUEST_SECONDS

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802
        """A connection that makes `Request`s."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class Sockets(WebSocketFactory):
    """Makes our kind of socket."""

    protocol = Socket


class Server(daphne_server.Server):
    """Daphne on a socket that is already open, with our limits and without its own signal handling."""

    def __init__(self, application: Asgi, listening: socket.socket, ready: Callable[[], None]) -> None:
        super().__init__(application, endpoints=["inherited"], signal_handlers=False, server_name="")
        self._socket = listening
        self._ready = ready
        self._port: Any = None

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT, then ends politely."""
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = Pages(self)
        self.ws_factory = Sockets(self, server="")
        self.ws_factory.setProtocolOptions(
            allowNullOrigin=True,  # the application compares origins itself (promise S2)
            autoPingInterval=0,
            openHandshakeTimeout=HANDSHAKE_SECONDS,
            maxFramePayloadSize=FRAME_LIMIT,
            maxMessagePayloadSize=FRAME_LIMIT,
            failByDrop=False,  # say 1009 before closing
        )
        globalLogBeginner.beginLoggingTo([lambda _: None], redirectStandardIO=False, discardBuffer=True)
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        self._port = reactor.adoptStreamPort(self._socket.fileno(), self._socket.family, self.http_factory)
        self._socket.close()  # the reactor keeps its own copy
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        Ending(self._finish).listen_on(loop)
        reactor.callWhenRunning(self._ready)
        reactor.run(installSignalHandlers=False)

    def kill_all_applications(self) -> Any:
        """Cancels what is left; connections that carry no request count for nothing."""
        self.connections = {key: one for key, one in self.connections.items() if "application_instance" in one}
        return super().kill_all_applications()

    async def _finish(self) -> None:
        try:
            self._port.stopListening()
            for one in [one for one in self.connections if isinstance(one, Socket)]:
                one.serverClose(COME_BACK)  # whoever the application forgot
            until = time.monotonic() + FINISH_SECONDS
            while self._busy() and time.monotonic() < until:
                await asyncio.sleep(0.05)
        finally:
            reactor.stop()

    def _busy(self) -> bool:
        return any("application_instance" in one and "disconnected" not in one for one in self.connections.values())


def run(application: Asgi, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serves `application` on an open socket under Daphne; `ready` is called once it listens."""
    Server(application, listening, ready).run()
