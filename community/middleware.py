"""What every request passes: refusals as pages, nothing private stored, sessions with limits, the member's own time."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import timedelta
from time import time

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from community.access import ROLES, has_role
from community.models import Member
from community.refusals import Refusal
from community.services import sessions
from community.views import errors
from community.views.helping import COUNTRY_COOKIE, remember_country

Answer = Callable[[HttpRequest], HttpResponse]
STARTED, SEEN = "started_at", "seen_at"
SEEN_EVERY_SECONDS = 60


class RefusalsArePages:
    """A `Refusal` that a view lets through becomes a page with its status and its sentence."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this for what a view raises."""
        return errors.refused(request, error) if isinstance(error, Refusal) else None


def private_pages_are_not_stored(get_response: Answer) -> Answer:
    """Every page is `no-store` unless its view said otherwise: Back must show nothing on a shared device."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    return middleware


def help_needs_nothing(get_response: Answer) -> Answer:
    """Pages below /help-now/ are made without session and database; whatever is broken, they are there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/help-now/"):
            return get_response(request)
        request.user = AnonymousUser()
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return errors.not_here(request)
        return match.func(request, *match.args, **match.kwargs)

    return middleware


def who_left_is_out(get_response: Answer) -> Answer:
    """Ends the session of a browser that left; the request that said so may be lost, or come after Back (W3)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if sessions.LEFT_COOKIE not in request.COOKIES:
            return get_response(request)
        sessions.leave(request)
        response = get_response(request)
        response.delete_cookie(sessions.LEFT_COOKIE)
        return response

    return middleware


def sessions_have_limits(get_response: Answer) -> Answer:
    """Sessions end by idleness and by age, sooner for staff (S5). The row's expiry carries both, for the sockets."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Member):
            _renew(request, request.user)
        return get_response(request)

    return middleware


def _renew(request: HttpRequest, member: Member) -> None:
    now = time()
    started = request.session.setdefault(STARTED, now)
    if now - request.session.get(SEEN, 0) < SEEN_EVERY_SECONDS:
        return
    idle, life = limits_of(member)
    left = started + life - now
    if left <= 0 or not member.may_sign_in():
        request.session.flush()
        request.user = AnonymousUser()
        return
    if SEEN not in request.session:
        UserSession.objects.create_from_request(request)  # so that it can be listed, and ended with all others
    request.session[SEEN] = now
    request.session.set_expiry(timezone.now() + timedelta(seconds=min(idle, left)))


def limits_of(member: Member) -> tuple[int, int]:
    """Seconds a session of this member may be idle, and may live."""
    if has_role(member, *ROLES):
        return settings.STAFF_IDLE_SECONDS, settings.STAFF_LIFE_SECONDS
    return settings.MEMBER_IDLE_SECONDS, settings.MEMBER_LIFE_SECONDS


def help_knows_the_country(get_response: Answer) -> Answer:
    """The help page has no session; a cookie for this browser session tells it the member's country."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        member = request.user
        if isinstance(member, Member) and member.country and COUNTRY_COOKIE not in request.COOKIES:
            remember_country(request, response, member.country)
        return response

    return middleware


def members_see_their_own_time(get_response: Answer) -> Answer:
    """Times on pages are in the member's own zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        zone = request.user.time_zone if isinstance(request.user, Member) else settings.TIME_ZONE
        try:
            timezone.activate(zoneinfo.ZoneInfo(zone))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.activate(zoneinfo.ZoneInfo(settings.TIME_ZONE))
        return get_response(request)

    return middleware
