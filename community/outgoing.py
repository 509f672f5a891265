"""One request to an address that somebody named: to a public machine only, in bounded time and size.

The name is looked up once and the line goes to exactly the address that was checked, so that nobody can point
it at a machine inside our own network. Redirects are not followed here. Pure: no Django.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

GIVEN_OUT = ipaddress.ip_network("2000::/3")  # every other IPv6 address is inner, or an IPv4 address in disguise
HEARD_BYTES = 1024
ADDRESSES_TRIED = 2


class NotPublic(ValueError):  # noqa: N818
    """Not an address that we would send something to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `retry_after` is in seconds, 0 where nothing was said."""

    status: int
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """The beginning of a page as it came: header names in lower case, the body still encoded and perhaps cut."""

    status: int
    headers: dict[str, str]
    body: bytes


def check(url: str, *, anywhere: bool = False, plain_too: bool = False) -> SplitResult:
    """The parts of a https address on port 443 without a name in it. Raises `NotPublic` for any other.

    With `plain_too` also http on port 80. `anywhere` is for tests: every port and machine is allowed too.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotPublic from None
    plain = not url.isascii() or any(one <= " " for one in url)
    if plain or not parts.hostname or parts.username is not None or parts.fragment:
        raise NotPublic
    usual = {"https": 443, "http": 80} if plain_too else {"https": 443}
    if not anywhere and (port not in (None, usual.get(parts.scheme)) or _is_inner(parts.hostname)):
        raise NotPublic
    if not anywhere and parts.scheme not in usual:
        raise NotPublic
    return parts


def post(url: str, *, body: bytes, headers: dict[str, str], seconds: float, anywhere: bool = False) -> Answer:
    """Sends `body` and hears how that went. Raises `NotPublic`, or OSError when there was no answer in time."""
    parts = check(url, anywhere=anywhere)
    ends = time.monotonic() + seconds
    line = _line(parts, ends, anywhere)
    try:
        with _ended_at(line.sock, ends):
            line.request("POST", _target(parts), body, headers)
            with line.getresponse() as answer:
                answer.read(HEARD_BYTES)
                _left(ends)  # an answer that was cut off because the time is over is none
                return Answer(answer.status, waiting(answer.getheader("Retry-After", "")))
    except http.client.HTTPException as error:
        raise ConnectionError(type(error).__name__) from None
    finally:
        line.close()


def get(url: str, *, headers: dict[str, str], seconds: float, most_bytes: int, anywhere: bool = False) -> Page:
    """The first `most_bytes` of what is there. Raises `NotPublic`, TimeoutError after `seconds`, or OSError."""
    parts = check(url, anywhere=anywhere, plain_too=True)
    ends = time.monotonic() + seconds
    try:
        page = _got(parts, headers, ends, most_bytes, anywhere)
    except (http.client.HTTPException, OSError) as error:
        if time.monotonic() >= ends:
            raise TimeoutError from None
        if isinstance(error, OSError):
            raise
        raise ConnectionError(type(error).__name__) from None
    _left(ends)
    return page


def waiting(after: str) -> int:
    """The seconds that a Retry-After header names, 0 where it names none."""
    return int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0


def _got(parts: SplitResult, headers: dict[str, str], ends: float, most_bytes: int, anywhere: bool) -> Page:
    line = _line(parts, ends, anywhere)
    try:
        with _ended_at(line.sock, ends):
            line.request("GET", _target(parts), headers=headers)
            with line.getresponse() as answer:
                said = {name.lower(): str(value) for name, value in answer.getheaders()}
                return Page(answer.status, said, answer.read(most_bytes))
    finally:
        line.close()


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def is_public(address: str) -> bool:
    """True for an address of the open internet, and of one machine."""
    one = ipaddress.ip_address(address)
    if isinstance(one, ipaddress.IPv6Address) and (one not in GIVEN_OUT or one.sixtofour or one.teredo):
        return False
    return one.is_global and not one.is_multicast


def _is_inner(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return "." not in host or host.rpartition(".")[2].isdigit()


def _line(parts: SplitResult, ends: float, anywhere: bool) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reached = _reach(host, port, ends, anywhere)
    line: http.client.HTTPConnection = http.client.HTTPConnection(host, port)
    if secure:
        line = http.client.HTTPSConnection(host, port)
        reached = _secured(reached, host, ends)
    line.sock = reached
    return line


def _reach(host: str, port: int, ends: float, anywhere: bool) -> socket.socket:
    found = _found(host, port, ends)
    if not anywhere and not all(is_public(one) and not _is_here(one) for one in found):
        raise NotPublic
    failure = OSError("no address")
    for address in found[:ADDRESSES_TRIED]:
        try:
            return socket.create_connection((address, port), timeout=_left(ends) / ADDRESSES_TRIED)
        except OSError as error:
            failure = error
    raise failure


def _found(host: str, port: int, ends: float) -> list[str]:
    """The addresses of a name. Asked beside, because the resolver of the system cannot be told to hurry."""
    found: list[str] = []
    failures: list[Exception] = []

    def ask() -> None:
        try:
            found.extend(str(target[0]) for *_, target in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            failures.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_left(ends))
    if asking.is_alive():
        raise TimeoutError
    if failures:
        raise failures[0] if isinstance(failures[0], OSError) else OSError("not a name")
    return found


def _is_here(address: str) -> bool:
    """True for an address of this very machine: nobody else can be called from it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _secured(plain: socket.socket, host: str, ends: float) -> socket.socket:
    try:
        secured = ssl.create_default_context().wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except (OSError, ValueError):
        plain.close()
        raise
    try:
        with _ended_at(secured, ends):
            secured.do_handshake()
    except (OSError, ValueError):
        secured.close()
        raise
    return secured


@contextlib.contextmanager
def _ended_at(sock: socket.socket, ends: float) -> Iterator[None]:
    """Cuts the line at that time, however slowly the other side goes on talking."""
    seconds = _left(ends)
    sock.settimeout(seconds)
    timer = threading.Timer(seconds, _cut, (sock,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # of the line itself: a goodbye in TLS could wait again
