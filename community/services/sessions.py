"""Sessions: which ones hold, and ending them so that every socket and page learns of it (promises S3, S4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import cast

from allauth.account.authentication import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from community.duties import duty
from community.models import Member
from community.signals import session_ended

LEFT_COOKIE = "left"  # set by leave.js before it sends anything: nobody is signed in here until the server took it away
CHUNK = 400  # keys in one query; SQLite takes no more than 999 values
SESSIONS_KEPT = 5000  # whose holder is remembered; about a quarter of a kilobyte each


def alive(keys: Iterable[str]) -> dict[str, int]:
    """{session key: member id} for sessions that hold: not ended, not expired, of a member who may sign in."""
    wanted = sorted(keys)
    holders: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = Session.objects.filter(session_key__in=wanted[start : start + CHUNK], expire_date__gt=timezone.now())
        found = rows.values_list("session_key", "session_data")
        holders |= {key: pk for key, session_data in found if (pk := _holder(session_data))}
    able = _able(set(holders.values()))
    return {key: pk for key, pk in holders.items() if pk in able}


@lru_cache(SESSIONS_KEPT)
def _holder(session_data: str) -> int:
    # Asked every two seconds about the same signed words: who they name cannot change, only the words can.
    found = str(SessionStore().decode(session_data).get(SESSION_KEY, ""))
    return int(found) if found.isdigit() else 0


def _able(ids: set[int]) -> set[int]:
    ordered = sorted(ids)
    chunks = (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
    members = Member.objects.filter(is_active=True).only("is_active", "suspended_until")
    rows = (member for chunk in chunks for member in members.filter(pk__in=chunk))
    return {member.pk for member in rows if member.may_sign_in()}


def with_second_factor(holders: dict[str, Member]) -> set[str]:
    """Those of these sessions, given with whose they are, in which a code or a passkey was given (promise S8)."""
    rows = Session.objects.filter(session_key__in=list(holders), expire_date__gt=timezone.now())
    found = rows.values_list("session_key", "session_data")
    return {key for key, said in found if _has_second_factor(SessionStore().decode(said), holders[key])}


def _has_second_factor(said: dict[str, object], member: Member) -> bool:
    request = cast(HttpRequest, SimpleNamespace(session=said))  # all that allauth looks at
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, member))


def end(session_key: str) -> None:
    """Ends one session: its row is gone, and after commit its sockets close."""
    _end([session_key])


def leave(request: HttpRequest) -> None:
    """Ends the session that this request came with, if any; it goes on as a visitor's."""
    if key := request.session.session_key:
        end(key)
    logout(request)


def end_all(member: Member, *, except_key: str | None = None) -> int:
    """Ends every session of `member` but `except_key`; how many."""
    rows = UserSession.objects.filter(user=member).exclude(session_key=except_key or "")
    mine = list(rows.values_list("session_key", flat=True))
    _end(mine)
    return len(mine)


@duty("ended sessions", every_seconds=3600)
def forget_ended() -> int:
    """Forgets sessions that ran out, and which device they were on; how many."""
    now = timezone.now()
    gone = Session.objects.filter(expire_date__lt=now).delete()[0]
    listed = UserSession.objects.filter(created_at__lt=now - timedelta(hours=1))
    listed.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone


def _end(keys: list[str]) -> None:
    with transaction.atomic():
        Session.objects.filter(session_key__in=keys).delete()
        UserSession.objects.filter(session_key__in=keys).delete()
        transaction.on_commit(lambda: session_ended.send(Session, session_keys=keys))
