"""Watches for several members in danger at once: a rise in a room or in all, a way that several name, an event.

After a suicide in a community, others are at risk for weeks; one case with advice for the room helps more than a pile
of single ones. Of conversations only the number of members counts, never a word (promise A6).

A rise is told when as many members would come together by chance less than once in 2,000 looks, by the days before.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from chat.models import Message, Room
from chat.services import hiding
from community.duties import duty
from community.models import Member
from moderation.detector import Severity
from moderation.models import Screening
from moderation.services import cluster_words, clusters
from moderation.services.cluster_words import Named, Said
from moderation.services.clusters import Kind, Noticed

RISE_WITHIN, WAYS_WITHIN, NAMES_WITHIN = timedelta(hours=24), timedelta(hours=72), timedelta(hours=48)
BEFORE = timedelta(days=28)
FEWEST_FOR_A_RISE, FEWEST_FOR_A_WORD = 4, 3
CHANCE = 1 / 2000
LEAST_USUAL = 0.3  # a quiet room is not surprised by one
READ_AT_MOST = 2000  # messages, the newest
NAMES_AT_MOST = 20  # of which the days before are asked

Seen = tuple[int, int, datetime]  # room, author, time


@duty("watch for several at once", every_seconds=300)
def watch() -> int:
    """Opens, or adds to, a case for each thing that several members have in common now; how many were news."""
    if not settings.SCREENING:
        return 0
    now = timezone.now()
    return sum(clusters.open_for(one) for one in (*_rises(now), *_ways(now), *_names(now)))


def is_rise(members: int, usual: float) -> bool:
    """Whether so many members within the time are more than chance brings, where `usual` come on other days."""
    return members >= FEWEST_FOR_A_RISE and _tail(members, max(usual, LEAST_USUAL)) < CHANCE


def _tail(number: int, mean: float) -> float:
    """How likely a Poisson variable with this mean is `number` or more."""
    below = sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(number))
    return max(0.0, 1.0 - below)


# --- more members than usual ---------------------------------------------------------------------


def _rises(now: datetime) -> Iterator[Noticed]:
    rows = Screening.objects.filter(said_at__gt=now - RISE_WITHIN - BEFORE, severity__gte=Severity.HIGH)
    seen = list(rows.exclude(author=None).values_list("message__room_id", "author_id", "said_at"))
    if everywhere := _rise(None, seen, now):
        yield everywhere
        return  # one case for all rooms says it
    by_room: dict[int, list[Seen]] = defaultdict(list)
    for one in seen:
        by_room[one[0]].append(one)
    rooms = Room.objects.exclude(kind=Room.Kind.CONVERSATION).in_bulk(by_room)
    yield from filter(None, (_rise(room, by_room[pk], now) for pk, room in sorted(rooms.items())))


def _rise(room: Room | None, seen: list[Seen], now: datetime) -> Noticed | None:
    since = now - RISE_WITHIN
    members = {author for _, author, at in seen if at > since}
    usual = _usual(((author, at) for _, author, at in seen if at <= since), since)
    if not is_rise(len(members), usual):
        return None
    rows = Screening.objects.filter(said_at__gt=since, severity__gte=Severity.HIGH)
    rows = rows.exclude(message__room__kind=Room.Kind.CONVERSATION)
    rows = rows.filter(message__room=room) if room else rows
    newest = list(rows.order_by("-said_at").values_list("message_id", flat=True)[: clusters.KEPT])
    return Noticed(Kind.RISE, since, len(members), usual, room, messages=newest)


def _usual(before: Iterable[tuple[int, datetime]], until: datetime) -> float:
    """Members a day in the time before: each once for each day."""
    days = {((until - at) // RISE_WITHIN, author) for author, at in before}
    return len(days) / (BEFORE / RISE_WITHIN)


# --- what several name -----------------------------------------------------------------------------


def _ways(now: datetime) -> Iterator[Noticed]:
    """Ways to die that several members' covered words name, in any room."""
    within = _said(now - WAYS_WITHIN, now, Severity.MODERATE, covered_only=True)
    shared = cluster_words.shared(within, cluster_words.ways)
    if not any(len(one.authors) >= FEWEST_FOR_A_WORD for one in shared.values()):
        return
    then = _said(now - WAYS_WITHIN - BEFORE, now - WAYS_WITHIN, Severity.MODERATE, covered_only=True)
    before = cluster_words.shared(then, cluster_words.ways)
    for word, one in sorted(shared.items()):
        usual = len(before[word].messages) * (WAYS_WITHIN / BEFORE) if word in before else 0.0
        if _stands_out(one, usual):
            yield _named(Kind.METHOD, one, usual, now - WAYS_WITHIN)


def _names(now: datetime) -> Iterator[Noticed]:
    """Names in distressed words of several members that nobody used on the days before."""
    within = list(_said(now - NAMES_WITHIN, now, Severity.LOW))
    shared = cluster_words.shared(within, cluster_words.names)
    here = _people_who_write(now)
    found = [one for word, one in shared.items() if len(one.authors) >= FEWEST_FOR_A_WORD and word not in here]
    found.sort(key=lambda one: (-len(one.authors), one.word))
    for one in found[:NAMES_AT_MOST]:
        usual = _authors_before(one.word, now - NAMES_WITHIN) * (NAMES_WITHIN / BEFORE)
        if _stands_out(one, usual):
            yield _named(Kind.EVENT, one, usual, now - NAMES_WITHIN)


def _stands_out(one: Named, usual: float) -> bool:
    return len(one.authors) >= FEWEST_FOR_A_WORD and _tail(len(one.authors), max(usual, LEAST_USUAL / 3)) < CHANCE


def _named(kind: Kind, one: Named, usual: float, since: datetime) -> Noticed:
    return Noticed(kind, since, len(one.authors), usual, word=one.word, messages=sorted(one.messages, reverse=True))


def _said(since: datetime, until: datetime, severity: Severity, *, covered_only: bool = False) -> Iterator[Said]:
    """The newest messages of rooms that were read as this severe; of covered ones only what is covered."""
    found = Screening.objects.filter(said_at__gt=since, said_at__lte=until, severity__gte=severity)
    found = found.exclude(message__room__kind=Room.Kind.CONVERSATION)
    keys = list(found.order_by("-said_at").values_list("message_id", flat=True)[:READ_AT_MOST])
    rows = Message.objects.filter(pk__in=keys, withdrawn_at=None).exclude(author=None)
    rows = rows.exclude(veiled="") if covered_only else rows
    for one in rows.only("author_id", "body", "veiled").iterator(chunk_size=500):
        pieces = [one.body[start:end] for start, end in hiding.pieces_of(one)] if covered_only else [one.body]
        yield one.pk, one.author_id or 0, "\n".join(pieces)


def _people_who_write(now: datetime) -> set[str]:
    """Names of members who wrote just now: others speak to them. A name that fell silent is none of these."""
    since = now - NAMES_WITHIN
    names = Member.objects.filter(messages__stored_at__gt=since).distinct().values_list("name", flat=True)
    return {part for name in names for part in cluster_words.names(f"with {name}")}


def _authors_before(word: str, until: datetime) -> int:
    rows = Message.objects.filter(stored_at__gt=until - BEFORE, stored_at__lte=until, body__icontains=word)
    rows = rows.exclude(room__kind=Room.Kind.CONVERSATION)
    return rows.values("author").distinct().count()
