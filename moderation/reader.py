"""The reader: a process beside a web process that reads messages for it, on a core of its own.

It is given texts and phrases over a socket, and answers what it found. It knows no database, no key and no network,
writes nothing down, forgets words within minutes, and ends when whoever started it is gone. What runs wild in it can be
killed, which a thread can't. `python -m moderation.reader N M` serves the sockets that were handed down by these
numbers: over one it is asked, over the other it hears of messages that are coming.
"""

from __future__ import annotations

import contextlib
import gc
import select
import signal
import socket
import struct
import sys
import time

import msgspec

from moderation import in_time
from moderation.beforehand import Beforehand, Coming
from moderation.detector import Detector, shipped, with_phrases
from moderation.in_time import Answer, Wanted

LONGEST_FRAME, LONGEST_HINT = 1 << 24, 1 << 16  # bytes
FORGET_SECONDS = 120.0
_LENGTH = struct.Struct("!I")


class Phrases(msgspec.Struct, tag=True, array_like=True):
    """Look for these from now on, beside the release's own; as compiled, empty for none."""

    compiled: bytes


class Batch(msgspec.Struct, tag=True, array_like=True):
    """Read these within so many seconds of work."""

    seconds: float
    wanted: list[Wanted]


Request = Phrases | Batch
_encode = msgspec.msgpack.Encoder().encode
_request = msgspec.msgpack.Decoder(Request).decode
_answers = msgspec.msgpack.Decoder(list[Answer]).decode
_hint = msgspec.msgpack.Decoder(list[Coming]).decode


def ask(line: socket.socket, request: Request) -> list[Answer]:
    """What the reader at the other end answers; blocks as long as the socket's timeout allows for each step.

    Raises TimeoutError when it is silent, OSError or EOFError when it is gone, ValueError when it does not speak this
    language or a text is no text.
    """
    _send(line, _encode(request))
    return hear(line)


def hear(line: socket.socket) -> list[Answer]:
    """The next thing that the reader at the other end says; the first, when it is ready, is an empty answer."""
    return _answers(_frame(line))


def hint(line: socket.socket, coming: list[Coming]) -> None:
    """Tells the reader at the other end of these; does not wait. What is too much at once, or no text, is left out."""
    with contextlib.suppress(OSError, UnicodeError):
        content = _encode(coming)
        if len(content) <= LONGEST_HINT:
            line.send(content, socket.MSG_DONTWAIT)


def _send(line: socket.socket, content: bytes) -> None:
    if len(content) > LONGEST_FRAME:
        raise ValueError("too much at once")
    line.sendall(_LENGTH.pack(len(content)) + content)


def _frame(line: socket.socket) -> bytearray:
    (length,) = _LENGTH.unpack(_bytes(line, _LENGTH.size))
    if length > LONGEST_FRAME:
        raise ValueError("too much at once")
    return _bytes(line, length)


def _bytes(line: socket.socket, count: int) -> bytearray:
    content, at = bytearray(count), 0
    view = memoryview(content)
    while at < count:
        got = line.recv_into(view[at:])
        if not got:
            raise EOFError
        at += got
    return content


class _Reader:
    """Answers requests until nobody asks any more, and reads beforehand meanwhile."""

    def __init__(self, line: socket.socket, hints: socket.socket) -> None:
        self._line, self._hints, self._poll = line, hints, select.poll()
        for one in (line, hints):
            self._poll.register(one, select.POLLIN)
        self._use(shipped())
        self._forget_at = time.monotonic() + FORGET_SECONDS

    def _use(self, detector: Detector) -> None:
        self._detector, self._beforehand = detector, Beforehand(detector.screen)

    def serve(self) -> None:
        """Returns when the other end is closed."""
        self._say([])  # ready
        while True:
            self._wait()
            try:
                content = _frame(self._line)
            except (EOFError, OSError):
                return
            self._say(self._do(_request(content)))

    def _wait(self) -> None:
        """Waits for a request; reads meanwhile what is coming, and forgets in time what nobody speaks of any more."""
        while True:
            rest = self._forget_at - time.monotonic()
            if rest <= 0:
                self._forget()
            heard = self._heard(0 if self._beforehand else max(rest, 0))
            if self._line.fileno() in heard:
                return
            if self._hints.fileno() in heard:
                self._beforehand.hear(_hint(self._hints.recv(LONGEST_HINT)))
            elif self._beforehand:
                self._beforehand.read_one()

    def _heard(self, seconds: float) -> set[int]:
        return {number for number, _ in self._poll.poll(1000 * seconds)}

    def _forget(self) -> None:
        self._detector.forget()
        self._beforehand.forget()
        self._forget_at = time.monotonic() + FORGET_SECONDS

    def _do(self, request: Request) -> list[Answer]:
        if isinstance(request, Batch):
            return in_time.read(self._beforehand.screen, request.wanted, request.seconds)
        self._use(with_phrases(request.compiled) if request.compiled else shipped())
        return []

    def _say(self, answers: list[Answer]) -> None:
        _send(self._line, _encode(answers))


def main() -> None:
    """Serves the sockets whose numbers are the arguments. Only the first one's other end, closed, or a kill ends it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are meant for the web process, which still has messages to store
    line, hints = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    with line, hints:
        reader = _Reader(line, hints)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)  # as in the web process: what is kept of messages is looked through less often
        reader.serve()


if __name__ == "__main__":
    main()
