"""Reminders of live chats: a notice, which also wakes devices, and a letter for those who chose one.

The row that lacks its reminder is the work. It is marked in the transaction that writes notice and letter, while the
chat is held: so there is one reminder with two workers and after a crash, none for a chat that was cancelled meanwhile,
and another one when the chat moved to a later time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chat.models import LiveChat, SignUp
from chat.services import live_chats, live_places
from chat.services.live_clock import ON, State, state_of
from community.duties import duty
from community.models import Member
from community.services import boundaries, digest, outbox

BEFORE = timedelta(minutes=15)
LATE = timedelta(minutes=10)  # after the beginning a reminder helps nobody any more
AT_ONCE = 100  # members in one transaction


@duty("reminders of live chats", every_seconds=10)
def remind_due() -> int:
    """Reminds those whose live chat begins soon; how many. Two processes at once remind each of them once."""
    now = timezone.now()
    soon = LiveChat.objects.filter(starts_at__lte=now + BEFORE, starts_at__gt=now - LATE, cancelled_at=None)
    return sum(_remind_all(chat) for chat in soon)


def comes_at(chat: LiveChat, signed_up_at: datetime) -> datetime:
    """When whoever signed up at that moment is reminded: fifteen minutes before, or else at the beginning."""
    return chat.starts_at - BEFORE if signed_up_at < chat.starts_at - BEFORE else chat.starts_at


def _remind_all(chat: LiveChat) -> int:
    reminded = 0
    while _due(chat, timezone.now()).exists():
        done = _remind(chat)
        reminded += done
        if not done:
            break
    return reminded


def _due(chat: LiveChat, now: datetime) -> QuerySet[SignUp]:
    first = chat.starts_at - BEFORE
    rows = SignUp.objects.filter(chat=chat, wants_reminder=True, left_at=None, entered_at=None, member__is_active=True)
    rows = rows.filter(Q(reminded_at=None) | Q(reminded_at__lt=first))  # of an earlier time, before it moved
    return rows if now >= chat.starts_at else rows.filter(made_at__lt=first)


@transaction.atomic
def _remind(chat: LiveChat) -> int:
    """Reminds some of those who are due, as the chat stands now; how many."""
    now, fresh = timezone.now(), live_chats.held(chat)
    if state_of(fresh, now) not in (State.PLANNED, *ON) or fresh.starts_at > now + BEFORE:
        return 0
    rows = list(_due(fresh, now).select_related("member").order_by("member_id")[:AT_ONCE])
    SignUp.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    live_places.tell(fresh, [row.member_id for row in rows], live_places.SOON, live_places.soon_key(fresh))
    wanting = {row.member for row in rows if row.by_mail and row.member.may_sign_in()}
    reachable = boundaries.ringing([member.pk for member in wanting], now)
    for member in sorted(wanting, key=lambda one: one.pk):
        if member.pk in reachable:
            _write(member, fresh)
    return len(rows)


def _write(member: Member, chat: LiveChat) -> None:
    address = digest.address_of(member)
    if address is None:
        return
    with translation.override(member.language):
        outbox.write(to=address, subject=_("Something new for you"), body=_words(member, chat))


def _words(member: Member, chat: LiveChat) -> str:
    context = {
        "site_name": settings.SITE_NAME,
        "time": chat.starts_at.astimezone(boundaries.zone_of(member)).strftime("%H:%M"),
        "page": settings.BASE_URL + reverse("live-chat", args=[chat.token]),
        "help": settings.BASE_URL + reverse("help-now"),
    }
    return render_to_string("emails/reminder.txt", context)
