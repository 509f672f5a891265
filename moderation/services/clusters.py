"""The case that stands for several members at once: opened, joined, and what its page shows.

Each person's own case stays as it is; this one is about the room. What several of them name is sealed, and only shown
to whoever took the case.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chat.models import Room
from chat.services.checks import locked
from community import fieldcrypt
from community.models import Member
from community.refusals import NotYours
from community.services import audit, keyring
from moderation.detector import Severity
from moderation.models import Cluster, Flag, FlagEvent
from moderation.services import flags, holding

QUIET = timedelta(days=3)  # after one was closed, the same opens again only when it has grown
GROWN = 1.5
KEPT = 20  # messages
CALM_FOR = timedelta(hours=2)
Kind = Cluster.Kind


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the watch found: how many members since when, beside how many are usual."""

    kind: str
    since: datetime
    members: int
    usual: float
    room: Room | None = None
    word: str = ""
    messages: list[int] = field(default_factory=list)  # the newest first

    @property
    def key(self) -> str:
        """What it is known by; nobody reads the room or the word from it."""
        said = f"{self.kind}:{self.room.pk if self.room else ''}:{self.word}"
        return hmac.new(settings.SECRET_KEY.encode(), f"cluster:{said}".encode(), hashlib.sha256).hexdigest()


def open_for(noticed: Noticed) -> bool:
    """Opens a case, or lets what grew join the one that is open. False when nobody needs to hear of it again."""
    with transaction.atomic():
        last = Cluster.objects.filter(key=noticed.key).select_related("flag").order_by("-at").first()
        if last is None or (last.flag.closed_at and _is_news(last, noticed)):
            _open(noticed)
            return True
        return last.flag.closed_at is None and _join(last, noticed)


def _is_news(last: Cluster, noticed: Noticed) -> bool:
    closed = last.flag.closed_at
    is_over = closed is not None and timezone.now() - closed > QUIET
    return is_over or noticed.members >= GROWN * last.members


def _open(noticed: Noticed) -> None:
    now = timezone.now()
    severity = int(Severity.HIGH)
    flag = Flag.objects.create(
        kind=Flag.Kind.CLUSTER, severity=severity, from_words=True, opened_at=now, due_at=now + flags.due_in(severity)
    )
    Cluster.objects.create(
        flag=flag,
        kind=noticed.kind,
        key=noticed.key,
        room=noticed.room,
        since=noticed.since,
        members=noticed.members,
        usual=noticed.usual,
        word=fieldcrypt.seal(noticed.word, purpose=_purpose(flag.pk)) if noticed.word else "",
        messages=noticed.messages[:KEPT],
    )
    flags.note(flag, FlagEvent.Kind.OPENED, says=noticed.kind)


def _join(open_one: Cluster, noticed: Noticed) -> bool:
    if noticed.members <= open_one.members:
        return False
    open_one.members, open_one.messages = noticed.members, noticed.messages[:KEPT]
    open_one.save(update_fields=["members", "messages"])
    flag = Flag.objects.select_for_update(no_key=True).get(pk=open_one.flag_id)
    flags.note(flag, FlagEvent.Kind.JOINED, says=noticed.kind)
    return True


def word_of(cluster: Cluster) -> str:
    """What several members name; empty when there is none, or no key opens it."""
    try:
        return fieldcrypt.unseal(cluster.word, purpose=_purpose(cluster.flag_id)) if cluster.word else ""
    except fieldcrypt.NotReadable:
        return ""


def of_flag(flag: Flag) -> Cluster | None:
    """What the watch noticed, for a case that stands for several members."""
    return Cluster.objects.filter(flag=flag).select_related("room").first()


def open_cases(cluster: Cluster, by: Member) -> Sequence[Flag]:
    """The open cases of its members that `by` may work on, the most urgent first: they stay as they are."""
    rows = holding.for_whom(Flag.objects.open().filter(message__in=cluster.messages), by)
    return list(rows.select_related("message__room", "holder").by_urgency()[:KEPT])


def calm(by: Member, token: str, *, on: bool) -> None:
    """Slows the room of such a case down for two hours, or lets it go as before. Raises `NotYours` where there is none.

    Its moderators, too: what is said then is said to everyone.
    """
    found = of_flag(holding.flag_for(by, token))
    if found is None or found.room is None:
        raise NotYours
    now = timezone.now()
    with transaction.atomic():
        room = locked(Room.objects.filter(pk=found.room.pk)).get()
        Room.objects.filter(pk=room.pk).update(calm_until=now + CALM_FOR if on else None)
        audit.record(by, "room.calmed" if on else "room.calm-ended", room)


def _purpose(flag_id: int) -> str:
    return f"cluster:{flag_id}"


@keyring.turns("what several members name")
def _reseal() -> int:
    return fieldcrypt.rewrap(Cluster.objects.all(), "word", purpose=lambda row: _purpose(row.flag_id))
