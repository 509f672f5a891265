"""The listening socket, taken by us before any server is loaded."""

from __future__ import annotations

import socket

# Twisted's own 50 makes the kernel drop handshakes when everybody comes back at once (promise R9).
BACKLOG = 4096


class CannotListen(Exception):  # noqa: N818  (said to a person as it is)
    """The address is not ours to take; the text is one sentence for whoever started the server."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on `host` and `port` (0 = any free one). Raises `CannotListen`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host.strip("[]"), port))
        taken.listen(BACKLOG)
    except OSError as error:
        taken.close()
        raise CannotListen(_sentence(host, port, error)) from error
    taken.setblocking(False)
    return taken


def inherited(descriptor: int) -> socket.socket:
    """The listening socket that the parent process opened and handed down."""
    taken = socket.socket(fileno=descriptor)
    taken.setblocking(False)
    return taken


def _sentence(host: str, port: int, error: OSError) -> str:
    import errno

    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program: stop that one, or choose another with PORT=…"
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}: choose one above 1023 with PORT=…"
    return f"Cannot listen on {host} port {port}: {error.strerror or error}."
