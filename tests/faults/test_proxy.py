"""The fault proxy does what its faults are named for, or the tests behind it prove nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.faults.proxy import Proxy, between


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that answers with what it was told."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=_answer, args=(line,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def _answer(line: socket.socket) -> None:
    try:
        while data := line.recv(1000):
            line.sendall(data)
    except OSError:
        pass
    finally:
        line.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    """A proxy in front of it."""
    with between(echo) as one:
        yield one


@pytest.fixture
def line(proxy: Proxy) -> Iterator[socket.socket]:
    """A connection through the proxy, known to work."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as one:
        one.sendall(b"hello")
        assert one.recv(100) == b"hello"
        yield one


def is_gone(line: socket.socket) -> bool:
    """True when the other side ended the line, with or without a reset."""
    try:
        return line.recv(100) == b""
    except ConnectionError:
        return True


def is_let_in(proxy: Proxy) -> bool:
    """False when a new line is reset, while it is made or right after."""
    try:
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as one:
            return not is_gone(one)
    except ConnectionError:
        return False


def test_a_frozen_line_says_nothing_and_forgets_nothing(proxy: Proxy, line: socket.socket):
    proxy.freeze()
    line.sendall(b"kept")
    line.settimeout(0.2)
    with pytest.raises(TimeoutError):
        line.recv(100)
    proxy.thaw()
    line.settimeout(20)
    assert line.recv(100) == b"kept"


def test_a_cut_line_is_reset_and_a_new_one_works(proxy: Proxy, line: socket.socket):
    proxy.cut()
    assert is_gone(line)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as again:
        again.sendall(b"back")
        assert again.recv(100) == b"back"


def test_a_refusing_proxy_lets_nobody_through_until_it_accepts_again(proxy: Proxy, line: socket.socket):
    proxy.refuse()
    assert is_gone(line)
    assert is_let_in(proxy) is False
    proxy.accept()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as again:
        again.sendall(b"back")
        assert again.recv(100) == b"back"
