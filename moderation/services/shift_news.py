"""What a moderator reads before a shift besides cases: what of the rules changed, and where people are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from chat.models import LiveChat, Room
from chat.models.room import LIT_FOR
from chat.services.live_clock import ON, state_of
from community.models import AuditEntry, Member
from moderation.models import PhraseVersion, ResponseTimes, Shift
from moderation.services import flags, roster
from moderation.services.roster import Span

LOOK_BACK = timedelta(days=7)
MOST = 8
AHEAD = timedelta(days=3)
LONGEST_CHAT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Rules:
    """What changed since somebody's last shift: versions of the phrases, and the due times if they were set anew."""

    since: datetime
    phrases: list[PhraseVersion]
    times_set_at: datetime | None = None
    times: ResponseTimes | None = None

    @property
    def are_the_same(self) -> bool:
        """True when nothing changed."""
        return not self.phrases and self.times is None


def rules_since_last(member: Member) -> Rules:
    """What changed since the member's last shift ended; within a week for whoever had none. Three queries, or four."""
    ended = Shift.objects.filter(member=member).exclude(ended_at=None).order_by("-ended_at")
    since = ended.values_list("ended_at", flat=True).first() or timezone.now() - LOOK_BACK
    phrases = PhraseVersion.objects.filter(in_force_at__gt=since).order_by("-in_force_at")[:MOST]
    entries = AuditEntry.objects.filter(action="times.set", at__gt=since).order_by("-number")
    set_at = entries.values_list("at", flat=True).first()
    return Rules(since, list(phrases), set_at, flags.response_times() if set_at else None)


def live_now() -> list[LiveChat]:
    """Live chats that are on at this moment. One query."""
    now = timezone.now()
    rows = LiveChat.objects.filter(starts_at__lte=now, ends_at__gt=now - LONGEST_CHAT, cancelled_at=None)
    near = rows.select_related("host", "led_by").order_by("starts_at")[: MOST * 4]
    return [one for one in near if state_of(one, now) in ON][:MOST]


def lit_rooms() -> list[Room]:
    """Group rooms in which somebody wrote within the last ten minutes. One query."""
    lit = Room.objects.filter(kind=Room.Kind.GROUP, last_message_at__gt=timezone.now() - LIT_FOR)
    return list(lit.order_by("place", "pk")[: MOST * 2])


def gaps_ahead() -> list[Span]:
    """What nobody covers within the next three days. One query."""
    now = timezone.now()
    return roster.gaps(roster.spans_of(roster.between(now, now + AHEAD)), now, now + AHEAD)[:MOST]
