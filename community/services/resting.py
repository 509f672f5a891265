"""A closed account's narrow door: after the usual sign-in, what was decided and how to answer. Nothing else (S4, M3).

It is no session of a member. `request.user` stays nobody, so every page, socket and service treats the browser as a
visitor's; only views that ask `reader` know better. A link in a letter would open to whoever reads the mail, and many
members have none.
"""

from __future__ import annotations

from datetime import timedelta
from time import time

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from community.models import Member
from community.services import sessions

WHO, SINCE = "resting_member", "resting_since"
LASTS_SECONDS = 30 * 60
NOBODYS_ADDRESS = "0.0.0.0"  # noqa: S104  (a placeholder; no address of a member is kept)


def let_in(request: HttpRequest, member: Member) -> None:
    """Begins half an hour in which this browser reads what was decided about `member`. What it held before is gone.

    It is listed like a session of theirs, so that a new password or "sign out everywhere" ends it.
    """
    request.session.flush()
    request.user = AnonymousUser()
    request.session[WHO], request.session[SINCE] = member.pk, time()
    request.session.set_expiry(timezone.now() + timedelta(seconds=LASTS_SECONDS))
    request.session.save()
    UserSession.objects.create(
        user=member,
        session_key=request.session.session_key,
        ip=NOBODYS_ADDRESS,
        user_agent=request.headers.get("User-Agent", ""),
    )


def reader(request: HttpRequest) -> Member | None:
    """Who may read what was decided about them: the member who is signed in, or one at the narrow door."""
    if isinstance(request.user, Member):
        return request.user
    since, who = request.session.get(SINCE, 0), request.session.get(WHO)
    if not who or not 0 <= time() - since < LASTS_SECONDS:
        return None
    found = Member.objects.filter(pk=who, is_active=True).first()
    return found if found and found.is_suspended() else None


def leave(request: HttpRequest) -> None:
    """Closes the narrow door. A member who is signed in stays so."""
    if not isinstance(request.user, Member):
        sessions.end(request.session.session_key or "")
        request.session.flush()
