"""A small TCP proxy to stand between the web processes and Redis or the database, and misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

CHUNK = 16 * 1024


class Proxy:
    """Passes bytes on to a port of the loopback address, in a thread of its own. Faults begin and end at once."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._flowing: asyncio.Event
        self._bytes_per_second = 0
        self._refusing = False
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fault proxy", daemon=True)

    def start(self) -> Proxy:
        """Begins to listen; `port` is known afterwards."""
        self._thread.start()
        self._ready.wait()
        return self

    def stop(self) -> None:
        """Ends everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    # --- faults ---------------------------------------------------------------------------

    def freeze(self) -> None:
        """Lines stay open but nothing passes any more: a half-open connection."""
        self._do(lambda: self._flowing.clear())

    def thaw(self) -> None:
        """What was held back passes on."""
        self._do(lambda: self._flowing.set())

    def cut(self) -> None:
        """Resets every line; new ones work."""
        self._do(self._cut)

    def refuse(self) -> None:
        """Resets every line and every new one, as if nobody were there."""
        self._do(lambda: (setattr(self, "_refusing", True), self._cut()))

    def accept(self) -> None:
        """Takes new lines again."""
        self._do(lambda: setattr(self, "_refusing", False))

    def slow(self, bytes_per_second: int) -> None:
        """At most so many bytes a second each way and line; 0 is no limit."""
        self._do(lambda: setattr(self, "_bytes_per_second", bytes_per_second))

    # --- inside ---------------------------------------------------------------------------

    def _do(self, change) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (change(), done.set()))
        done.wait()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._flowing = asyncio.Event()
        self._flowing.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._welcome, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._cut()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.close()

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._meet(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            _reset(writer)
            return
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
            self._lines |= {writer, far_writer}
            try:
                await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
            finally:
                self._lines -= {writer, far_writer}
                far_writer.close()
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(self._bytes_per_second or CHUNK):
                await self._flowing.wait()
                if self._bytes_per_second:
                    await asyncio.sleep(len(data) / self._bytes_per_second)
                writer.write(data)
                await writer.drain()
        await self._flowing.wait()
        if not writer.is_closing() and writer.can_write_eof():
            with contextlib.suppress(OSError):
                writer.write_eof()

    def _cut(self) -> None:
        for writer in list(self._lines):
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    if found is not None:
        with contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    writer.transport.abort()


@contextlib.contextmanager
def between(target_port: int) -> Iterator[Proxy]:
    """A running proxy in front of `target_port`."""
    proxy = Proxy(target_port).start()
    try:
        yield proxy
    finally:
        proxy.stop()
