"""Devices: in two words for the list of sessions, and a mark that somebody signed in here before (promise S6)."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "known"
LIFE_SECONDS = 180 * 24 * 3600
NAMES_KEPT = 4
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac", "Mac"),
            ("Linux", "Linux"))  # fmt: skip


def device_words(agent: str) -> str:
    """ "Firefox on Linux" for a browser's long name; the same when it is that short already."""
    if " on " in agent and len(agent) < 40:
        return agent
    browser = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "a device")
    return f"{browser} on {system}"


def knows_device(request: HttpRequest, skeleton: str) -> bool:
    """True when this browser has signed in under this name before."""
    return bool(skeleton) and _mark(skeleton) in _marks(request)


def remember_device(request: HttpRequest, response: HttpResponse, skeleton: str) -> None:
    """Marks this browser as one that signed in under this name. The cookie holds hashes of names only."""
    mine = _mark(skeleton)
    known = [mine, *(one for one in _marks(request) if one != mine)][:NAMES_KEPT]
    response.set_cookie(
        COOKIE,
        signing.dumps(known, salt=COOKIE),
        max_age=LIFE_SECONDS,
        secure=settings.SECURE_SITE,
        httponly=True,
        samesite="Lax",
        path="/sign-in/",
    )


def _mark(skeleton: str) -> str:
    return salted_hmac(COOKIE, skeleton, algorithm="sha256").hexdigest()[:32]


def _marks(request: HttpRequest) -> list[str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=LIFE_SECONDS)
    except signing.BadSignature:
        return []
    return [str(one) for one in found] if isinstance(found, list) else []
