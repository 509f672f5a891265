"""The handshake: exact origin, room for one more, a session that holds, consent (promises S1, S2, B6)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from django.conf import settings
from django.http import parse_cookie

from chat import hub, protocol, work
from chat.protocol import Close
from chat.services.arrivals import Arrival
from community import readiness
from community.addresses import client_address
from community.refusals import Refusal
from community.services import sessions

SOCKETS_PER_MEMBER = 10
TURN_AWAY_SECONDS = 10.0


class NotAdmitted(Exception):  # noqa: N818
    """No socket for this handshake. `code` is None when it must be refused before accepting."""

    def __init__(self, code: Close | None) -> None:
        super().__init__(code)
        self.code = code


async def admit(scope: dict[str, Any]) -> Arrival:
    """The member who may open this socket. Raises `NotAdmitted`.

    A wrong origin is refused before accepting (HTTP 403). Everything a browser must be able to tell
    apart is accepted first and closed with a code: browsers hide why a handshake was refused.
    """
    if not is_our_origin(scope):
        raise NotAdmitted(None)
    of = hub.current()
    if readiness.is_draining() or len(of.sockets) >= settings.SOCKETS_PER_PROCESS:
        raise NotAdmitted(Close.COME_BACK)
    if of.by_address[address_of(scope)] >= settings.SOCKETS_PER_ADDRESS:
        raise NotAdmitted(Close.TOO_MANY_SOCKETS)
    arrival = await _arrival(scope)
    if of.by_member[arrival.member_id] >= SOCKETS_PER_MEMBER:
        raise NotAdmitted(Close.TOO_MANY_SOCKETS)
    return arrival


def is_our_origin(scope: dict[str, Any]) -> bool:
    """True when exactly one Origin header names one of our origins: scheme, host and port."""
    origins = _headers(scope, b"origin")
    return len(origins) == 1 and origins[0] in settings.ALLOWED_ORIGINS


def address_of(scope: dict[str, Any]) -> str:
    """The address that limits are counted by."""
    peer = scope.get("client") or ("unknown", 0)
    return client_address(str(peer[0]), _headers(scope, b"x-forwarded-for"))


def _headers(scope: dict[str, Any], wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


async def _arrival(scope: dict[str, Any]) -> Arrival:
    cookies = _headers(scope, b"cookie")
    said = parse_cookie(cookies[0]) if len(cookies) == 1 else {}
    key = said.get(settings.SESSION_COOKIE_NAME, "")
    if not key or len(key) > 40 or sessions.LEFT_COOKIE in said:
        raise NotAdmitted(Close.SIGN_IN_AGAIN)
    try:
        arrival = await work.arrivals.submit(key)
    except (Refusal, OSError, TimeoutError):
        raise NotAdmitted(Close.COME_BACK) from None
    if arrival is None:
        raise NotAdmitted(Close.SIGN_IN_AGAIN)
    return arrival


async def turn_away(code: Close | None, receive: Any, send: Any) -> None:
    """Refuses the handshake, or accepts it only to say with a code why it is closed."""
    if code is None:
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    ending = protocol.SessionEnding(int(code), 5 if code == Close.COME_BACK else 0)
    await send({"type": "websocket.send", "text": protocol.encode(ending)})
    await send({"type": "websocket.close", "code": int(code)})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TURN_AWAY_SECONDS):
            while (await receive())["type"] != "websocket.disconnect":
                pass


async def nowhere(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Refuses handshakes at any other address."""
    await receive()
    await send({"type": "websocket.close"})
