"""Live chats in a member's own calendar (RFC 5545): a feed at a secret address, and a file for one chat.

Calendars are shared and shown on lock screens, so an entry says neither topic nor community: only when, words that the
member chose, and an address. Times are UTC. The secret is stored as its SHA-256, to look it up, and sealed, to show it
to its member again.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from chat.models import CalendarAddress, LiveChat
from chat.services.live_clock import State, closes_at, state_of
from chat.services.reminders import BEFORE
from community import fieldcrypt, text
from community.fieldcrypt import NotReadable
from community.models import Member
from community.services import boundaries, keyring

SECRET_BYTES = 32
WORDS_LIMIT = 60
PAST, AHEAD = timedelta(days=30), timedelta(days=60)
ASK_AGAIN = timedelta(hours=1)
MOST = 300  # entries of one feed
OFF = frozenset({State.CANCELLED, State.NOT_TAKING_PLACE})


def of(member: Member) -> CalendarAddress | None:
    """The member's feed, if they made one."""
    return CalendarAddress.objects.filter(member=member).first()


def secret_of(address: CalendarAddress) -> str:
    """The secret, for its member alone; empty when no key opens it any more."""
    try:
        return fieldcrypt.unseal(address.secret, purpose=_purpose(address.member_id))
    except NotReadable:
        return ""


def renew(member: Member) -> str:
    """A new secret for the member's feed; from now on the one before opens nothing."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    sealed = fieldcrypt.seal(secret, purpose=_purpose(member.pk))
    said = {"digest": _digest(secret), "secret": sealed, "made_at": timezone.now()}
    CalendarAddress.objects.update_or_create(member=member, defaults=said)
    return secret


def end(member: Member) -> None:
    """The member has no feed any more."""
    CalendarAddress.objects.filter(member=member).delete()


def choose(member: Member, *, words: str, has_all: bool) -> None:
    """What entries are called, and whether the feed has every live chat. Raises what `text.tidy` raises."""
    kept = " ".join(text.tidy(words, limit=WORDS_LIMIT).split()) if words.strip() else ""
    CalendarAddress.objects.filter(member=member).update(words=kept, has_all=has_all)


def holder(secret: str) -> CalendarAddress | None:
    """Whose feed this secret opens; None when it is none, or its member may not sign in."""
    found = CalendarAddress.objects.filter(digest=_digest(secret)).select_related("member").first()
    return found if found and found.member.may_sign_in() else None


def feed(address: CalendarAddress) -> tuple[bytes, str]:
    """The calendar, and a mark that changes only when something in it does."""
    now = timezone.now()
    chats = list(_of(address, now)[:MOST])
    entries = [_event(chat, address.member, address.words, now) for chat in chats]
    calendar = _calendar(entries)
    calendar.add("refresh-interval", ASK_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    body = calendar.to_ical()
    lines = [line for line in body.splitlines() if not line.startswith(b"DTSTAMP")]
    return body, hashlib.sha256(b"\n".join(lines)).hexdigest()[:32]


def file(chat: LiveChat, member: Member) -> bytes:
    """One chat as a file, for those without notices: it rings fifteen minutes before."""
    mine = of(member)
    event = _event(chat, member, mine.words if mine else "", timezone.now())
    if state_of(chat, timezone.now()) == State.PLANNED:
        event.add_component(_alarm(event))
    return _calendar([event]).to_ical()


@keyring.turns("calendar addresses")
def rewrap_all() -> int:
    """Seals everybody's secret anew under the first key of the ring; how many were not yet."""
    return fieldcrypt.rewrap(CalendarAddress.objects.all(), "secret", purpose=lambda row: _purpose(row.member_id))


def _of(address: CalendarAddress, now: datetime) -> QuerySet[LiveChat]:
    rows = LiveChat.objects.filter(ends_at__gt=now - PAST, starts_at__lt=now + AHEAD)
    if not address.has_all:
        rows = rows.filter(sign_ups__member=address.member_id, sign_ups__left_at=None)
    return rows.order_by("starts_at", "pk")


def _calendar(entries: Iterable[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", settings.SITE_NAME)
    for one in entries:
        calendar.add_component(one)
    return calendar


def _event(chat: LiveChat, member: Member, words: str, now: datetime) -> Event:
    is_off = state_of(chat, now) in OFF
    ends = chat.ends_at if is_off else max(closes_at(chat), chat.starts_at)
    event = Event()
    event.add("uid", f"{chat.token}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("dtstamp", now)
    event.add("dtstart", chat.starts_at.replace(microsecond=0))
    event.add("dtend", ends.replace(microsecond=0))
    event.add("summary", words or _neutral(chat, member))
    event.add("sequence", chat.revision)  # raised with each change, so also when the chat moves
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("url", settings.BASE_URL + reverse("live-chat", args=[chat.token]))
    return event


def _neutral(chat: LiveChat, member: Member) -> str:
    hour = chat.starts_at.astimezone(boundaries.zone_of(member)).hour
    with translation.override(member.language):
        if 5 <= hour < 12:
            return _("Morning call")
        return _("Afternoon call") if 12 <= hour < 17 else _("Evening call")


def _alarm(event: Event) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event["summary"])
    alarm.add("trigger", -BEFORE)
    return alarm


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _purpose(member_id: int) -> str:
    return f"calendar:{member_id}"
