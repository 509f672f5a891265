"""Reads what has no Screening yet: after a crash, a failing detector, a time without one (rule 2). Tells of lag."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from chat.models import Change, Message, Room
from chat.services import sealing
from community.duties import duty
from moderation.models import Screened, Screening
from moderation.services import lexicon_in_force, screening, troubles, windows

log = logging.getLogger("moderation.screening")
AT_ONCE, ROOMS_AT_ONCE = 100, 200
BUSY_SECONDS = 5.0  # other duties wait meanwhile
LAG = timedelta(minutes=1)
HEARING_ROLES = ("admins", "leads")


@duty("screening", every_seconds=5)
def sweep() -> int:
    """Reads every message and every edit that has no screening; how many."""
    if not settings.SCREENING:
        return 0
    lexicon_in_force.reader()  # read before the first message waits for that
    windows.forget_in_time()
    end, read = time.monotonic() + BUSY_SECONDS, 0
    while time.monotonic() < end:
        rooms = list(_behind())
        clear = _clear(rooms)
        _stand(clear)
        more = [(0, False)] * len(clear) + [_sweep_room(room) for room in rooms if room not in clear]
        read += sum(count for count, _ in more)
        if not any(has_more for _, has_more in more):
            break
    _mind_lag()
    return read


@duty("screening of what was late", every_seconds=1)
def sweep_missed() -> int:
    """Reads what this process had no time for when it was stored, before the round that finds everything; how many."""
    keys = [screening.missed.popleft() for _ in range(min(len(screening.missed), AT_ONCE))]
    if not keys or not settings.SCREENING:
        return 0
    rows = Message.objects.filter(~Exists(_current()), pk__in=keys).select_related("room", "author")
    return _read(list(rows.order_by("pk")))


def _current() -> QuerySet[Screening]:
    """Screenings of this very wording: where a clock was put back, an edit may be dated before what it replaced."""
    return Screening.objects.filter(
        message=OuterRef("pk"), said_at=Coalesce(OuterRef("edited_at"), OuterRef("stored_at"))
    )


def _behind() -> list[Room]:
    at = {"to": Coalesce("screened__seq", 0), "rev": Coalesce("screened__revision", 0)}
    rows = Room.objects.annotate(**at).filter(Q(top__gt=F("to")) | Q(revision__gt=F("rev")))
    return list(rows.order_by("pk")[:ROOMS_AT_ONCE])


def _clear(rooms: list[Room]) -> list[Room]:
    """Those of these rooms in which everything is read already, as nearly always. Two queries."""
    at = {"to": Coalesce("room__screened__seq", 0), "rev": Coalesce("room__screened__revision", 0)}
    theirs = {"room__in": [room.pk for room in rooms]}
    unread = Message.objects.annotate(**at).filter(**theirs, seq__gt=F("to")).filter(~Exists(_current()))
    # An edit may be of a message that was swept before: such a room is looked at by itself.
    edited = Change.objects.annotate(**at).filter(**theirs, kind=Change.Kind.EDITED, revision__gt=F("rev"))
    behind = {pk for some in (unread, edited) for pk in some.order_by().values_list("room", flat=True).distinct()}
    return [room for room in rooms if room.pk not in behind]


def _stand(rooms: list[Room]) -> None:
    """Remembers that everything in these rooms is read, as far as they had come."""
    rows = [Screened(room=room, seq=room.top, revision=room.revision) for room in rooms]
    Screened.objects.bulk_create(rows, update_conflicts=True, unique_fields=["room"], update_fields=["seq", "revision"])


def _sweep_room(room: Room) -> tuple[int, bool]:
    """How many messages were read, and whether the room has more that can be read."""
    place, _made = Screened.objects.get_or_create(room=room)
    top, revision = room.top, room.revision
    wanted = list(_unread(room, place))
    whole = len(wanted) < AT_ONCE
    read = _read(wanted)
    if read < len(wanted):
        return read, False  # the detector is in trouble: the place stays, and the next round tries again
    if whole:
        Screened.objects.filter(pk=place.pk).update(seq=top, revision=revision)
    return read, not whole


def _unread(room: Room, place: Screened) -> list[Message]:
    edits = Change.objects.filter(room=room, kind=Change.Kind.EDITED, revision__gt=place.revision)
    edits = edits.filter(revision__lte=room.revision)
    rows = Message.objects.filter(room=room, seq__lte=room.top).filter(
        Q(seq__gt=place.seq) | Q(seq__in=edits.values("seq"))
    )
    return list(rows.filter(~Exists(_current())).select_related("room", "author").order_by("seq")[:AT_ONCE])


def _read(messages: list[Message]) -> int:
    if not messages:
        return 0
    sealing.open_all(messages)
    for message in messages:
        if message.withdrawn_at:  # taken back before anybody read it: what it said counts
            last = message.earlier_texts.order_by("-pk").first()
            message.body = (sealing.words_before(message, last) or ("", ""))[0] if last else ""
    return screening.screen(messages, budget=BUSY_SECONDS, late=True)


def lag() -> timedelta:
    """How long the oldest message that nobody screened has been waiting; zero when all are."""
    rows = Message.objects.annotate(to=Coalesce("room__screened__seq", 0)).filter(seq__gt=F("to"))
    current = Screening.objects.filter(message=OuterRef("pk"))
    oldest = (
        rows.filter(~Exists(current), room__top__gt=F("to")).order_by("stored_at").values_list("stored_at", flat=True)
    )
    first = oldest.first()
    return max(timezone.now() - first, timedelta()) if first else timedelta()


def _mind_lag() -> None:
    behind = lag()
    if behind < LAG:
        return
    log.error("Screening lags: the oldest message without one waits %s seconds", int(behind.total_seconds()))
    troubles.tell(
        "screening-lags", HEARING_ROLES, "Screening is behind",
        "Messages go out, but nothing looks for danger in them at the moment. Please look at the server's log.",
    )  # fmt: skip
