"""One request to an address that a browser named: over TLS, to a public machine only, in bounded time.

The name is looked up once and the line goes to exactly the address that was checked, so that nobody can point
it at a machine inside our own network. Redirects are not followed. Pure: no Django.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address in disguise, by NAT64
HEARD_BYTES = 1024
ADDRESSES_TRIED = 2


class NotPublic(ValueError):  # noqa: N818
    """Not an address that we would send something to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `retry_after` is in seconds, 0 where nothing was said."""

    status: int
    retry_after: int = 0


def check(url: str, *, anywhere: bool = False) -> SplitResult:
    """The parts of a https address on port 443 without a name in it. Raises `NotPublic` for any other.

    `anywhere` is for tests: plain http and every port are allowed too.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotPublic from None
    plain = not url.isascii() or any(one <= " " for one in url)
    if plain or not parts.hostname or parts.username is not None or parts.fragment:
        raise NotPublic
    if not anywhere and (parts.scheme != "https" or port not in (None, 443) or _is_inner(parts.hostname)):
        raise NotPublic
    return parts


def post(url: str, *, body: bytes, headers: dict[str, str], seconds: float, anywhere: bool = False) -> Answer:
    """Sends `body` and hears how that went. Raises `NotPublic`, or OSError when there was no answer in time."""
    parts = check(url, anywhere=anywhere)
    line = _line(parts, seconds, anywhere)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _ended_after(line, seconds):
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            answer.read(HEARD_BYTES)
            after = answer.getheader("Retry-After", "")
            return Answer(answer.status, int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0)
    except http.client.HTTPException as error:
        raise ConnectionError(type(error).__name__) from None
    finally:
        line.close()


def is_public(address: str) -> bool:
    """True for an address of the open internet, and of one machine."""
    one = ipaddress.ip_address(address)
    if isinstance(one, ipaddress.IPv6Address) and (one.ipv4_mapped or one.sixtofour or one in TRANSLATED):
        return False
    return one.is_global and not one.is_multicast


def _is_inner(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return "." not in host or host.rpartition(".")[2].isdigit()


def _line(parts: SplitResult, seconds: float, anywhere: bool) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reached = _reach(host, port, seconds, anywhere)
    line: http.client.HTTPConnection = http.client.HTTPConnection(host, port, timeout=seconds)
    if secure:
        line = http.client.HTTPSConnection(host, port, timeout=seconds)
        reached = _secured(reached, host)
    reached.settimeout(seconds)
    line.sock = reached
    return line


def _reach(host: str, port: int, seconds: float, anywhere: bool) -> socket.socket:
    found = [str(target[0]) for *_, target in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not anywhere and not all(map(is_public, found)):
        raise NotPublic
    failure = OSError("no address")
    for address in found[:ADDRESSES_TRIED]:
        try:
            return socket.create_connection((address, port), timeout=seconds / ADDRESSES_TRIED)
        except OSError as error:
            failure = error
    raise failure


def _secured(plain: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


@contextlib.contextmanager
def _ended_after(line: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Cuts the line after this long, however slowly the other side goes on talking."""
    sock = line.sock
    timer = threading.Timer(seconds, lambda: _cut(sock))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
