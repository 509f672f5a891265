"""Counting what a version would have found: message after message, in pieces that survive a crash.

Each piece is written with the key of its last message, under a lease; whoever finds that lapsed goes on from there.
Words are held in memory only, those of conversations too, and of these nothing but counts is kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from chat.models import Message, Room
from chat.services import sealing
from moderation import phrase_content
from moderation.beforehand import MOST_BEFORE
from moderation.detector import Severity
from moderation.detector.phrases import BadPhrase
from moderation.models import Decision, DryRun, DryRunChange, Flag, PhraseVersion, Screening
from moderation.services import phrase_compiling, phrases
from moderation.services.dry_run_comparing import Compared, Comparison, Side
from moderation.services.windows import JUST_BEFORE

AT_ONCE = 1_000
MOST_SAMPLES = 500  # each way
LEASE = timedelta(seconds=60)
State = DryRun.State
MATTERED_NOT = {Decision.Kind.NO_CONCERN, Decision.Kind.UNDONE, Decision.Kind.UPHELD}
FIELDS = ("room_id", "author_id", "seq", "body", "heads_up", "client_id", "stored_at", "edited_at")


def claim(token: str) -> DryRun | None:
    """The run, for as long as the lease is renewed; None when somebody else counts, or it is over."""
    now = timezone.now()
    free = Q(held_until=None) | Q(held_until__lt=now)
    rows = DryRun.objects.filter(free, token=token, state__in=(State.WAITING, State.RUNNING), is_trial=False)
    if not rows.update(state=State.RUNNING, held_until=now + LEASE, tries=F("tries") + 1):
        return None
    return DryRun.objects.select_related("version").get(token=token)


def go_on(token: str) -> bool:
    """Counts a run to its end, from where it stands. False when it is not ours to count, or was stopped."""
    run = claim(token)
    if run is None:
        return False
    if run.after == 0 and run.read == 0:
        _begin(run)
    counter = counter_for(run)
    if counter is None:
        _stopped(run)
        return False
    while counter.piece(AT_ONCE):
        pass
    return DryRun.objects.filter(pk=run.pk, state=State.DONE).exists()


def counter_for(run: DryRun) -> Counter | None:
    """What counts this run; None when its text or the phrases in force are others by now, or can't be compiled."""
    present = phrases.in_force()
    now_key = present.pk if present else None
    if run.version.edits != run.edits or run.counts.get("in_force", now_key) != now_key:
        return None
    run.counts.setdefault("in_force", now_key)
    try:
        return Counter(run, _comparison(_written(present), _written(run.version)))
    except BadPhrase:
        return None


def _written(version: PhraseVersion | None) -> tuple[str, str]:
    if version is None:
        return "", ""
    return json.dumps(version.content, sort_keys=True), phrase_compiling.name_of(version)


@lru_cache(1)
def _comparison(now: tuple[str, str], draft: tuple[str, str]) -> Comparison:
    return Comparison(*(_side(*one) for one in (now, draft)))


def _side(content: str, name: str) -> Side:
    return Side(phrase_content.read(json.loads(content or "{}")), phrase_compiling.detector_for(content, name))


def _stopped(run: DryRun) -> None:
    DryRun.objects.filter(pk=run.pk).update(state=State.STOPPED, done_at=timezone.now(), held_until=None)


def _begin(run: DryRun) -> None:
    """Sets where the run begins, and how many messages there are to read."""
    run.after = _key_before(run.asked_at - timedelta(days=run.days))
    run.total = _kept().filter(pk__gt=run.after, stored_at__lte=run.asked_at).count()
    DryRun.objects.filter(pk=run.pk).update(after=run.after, total=run.total)


def _key_before(at: datetime) -> int:
    """The key below which messages are older, found by halving: keys grow with time, and time has no index."""
    low, high = 0, Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while low < high:
        middle = (low + high) // 2
        row = Message.objects.filter(pk__gt=middle).order_by("pk").values_list("pk", "stored_at").first()
        if row is not None and row[1] < at:
            low = row[0]
        else:
            high = middle
    return low


def _kept() -> Any:
    return Message.objects.filter(withdrawn_at=None).exclude(body="")


@dataclass(slots=True)
class _Known:
    """What is stored of some messages: readings by wording, and what moderators did."""

    readings: dict[tuple[int, datetime], tuple[int, str, str]] = field(default_factory=dict)
    acted: set[int] = field(default_factory=set)
    no_concern: set[int] = field(default_factory=set)


class Counter:
    """Counts one run, piece by piece."""

    def __init__(self, run: DryRun, comparison: Comparison) -> None:
        self._run, self._comparison = run, comparison
        self._version = comparison.version
        self._said: dict[tuple[int, int], list[tuple[datetime, int, str]]] = defaultdict(list)
        self._is_begun = False

    def piece(self, most: int, *, until: datetime | None = None) -> bool:
        """Reads up to so many messages and writes what came of it. False once it is over, here or altogether."""
        run = self._run
        rows = _kept().filter(pk__gt=run.after, stored_at__lte=until or run.asked_at).order_by("pk")
        messages = list(rows.select_related("room").only(*FIELDS, "room__kind")[:most])
        if not messages:
            return self._write([], State.RUNNING if run.is_trial else State.DONE)
        self._remember_earlier(messages[0])
        sealing.open_all(messages)
        known = _known(messages)
        changes = [change for one in messages if (change := self._count(one, known))]
        run.after, run.read = messages[-1].pk, run.read + len(messages)
        return self._write(changes, State.RUNNING)

    def _write(self, changes: Sequence[DryRunChange], state: str) -> bool:
        run, now = self._run, timezone.now()
        ends = {"done_at": now, "held_until": None} if state == State.DONE else {"held_until": now + LEASE}
        same = PhraseVersion.objects.filter(pk=run.version_id, edits=run.edits)
        with transaction.atomic():
            held = DryRun.objects.filter(pk=run.pk, held_until=run.held_until, state=State.RUNNING)
            if not held.update(state=state, after=run.after, read=run.read, counts=run.counts, tries=0, **ends):
                return False
            DryRunChange.objects.bulk_create(changes, ignore_conflicts=True)
        run.held_until = ends["held_until"]
        if not same.exclude(state=PhraseVersion.State.DROPPED).exists():
            _stopped(run)
            return False
        return state == State.RUNNING

    def _count(self, message: Message, known: _Known) -> DryRunChange | None:
        before = self._before(message)
        self._remember(message)
        if not message.body:  # no key opens it
            return None
        severity, category, version = known.readings.get((message.pk, _said_at(message)), (0, "", ""))
        stored = (severity, category) if version == self._version else None
        found = self._comparison.compare(message.body, before, stored)
        self._add("stored" if stored else "fresh")
        mattered = message.pk in known.acted
        self._add_sides(found, mattered, no_concern=message.pk in known.no_concern)
        self._add_hits(found, message.stored_at.date().isoformat())
        if found.was == found.becomes:
            return None
        return self._change(message, found, mattered)

    def _change(self, message: Message, found: Compared, mattered: bool) -> DryRunChange | None:
        self._add("levels", f"{found.was}-{found.becomes}")
        if (found.was >= Severity.MODERATE) != (found.becomes >= Severity.MODERATE):
            self._add("gained" if found.becomes > found.was else "lost", found.category)
        way = "samples_up" if found.becomes > found.was else "samples_down"
        if message.room.kind == Room.Kind.CONVERSATION or self._run.counts.get(way, 0) >= MOST_SAMPLES:
            return None
        self._add(way)
        return DryRunChange(
            run=self._run, message=message, was=found.was, becomes=found.becomes, category=found.category,
            mattered=mattered,
        )  # fmt: skip

    def _add_sides(self, found: Compared, mattered: bool, *, no_concern: bool) -> None:
        for side, level in (("now", found.was), ("draft", found.becomes)):
            if level >= Severity.MODERATE:
                self._add(side, "flags")
                for name, holds in (
                    ("band", level >= Severity.HIGH), ("acted", mattered), ("no_concern", no_concern),
                ):  # fmt: skip
                    if holds:
                        self._add(side, name)
        if mattered and found.was >= Severity.MODERATE > found.becomes:
            self._add("missed")

    def _add_hits(self, found: Compared, day: str) -> None:
        if found.lists:
            self._add("days", day)
        for key in found.lists:
            self._add("lists", key)
            if self._run.is_trial:
                self._add("list_days", f"{key} {day}")
        for group in found.beside:
            self._add("overlap", group)

    def _add(self, name: str, within: str = "") -> None:
        counts = self._run.counts
        if within:
            counts = counts.setdefault(name, {})
        counts[within or name] = counts.get(within or name, 0) + 1

    # --- what was said just before

    def _remember_earlier(self, first: Message) -> None:
        """What was said before the first message of this process; later, forgets what is long past."""
        since = first.stored_at - JUST_BEFORE
        if self._is_begun:
            for key in [key for key, said in self._said.items() if said[-1][0] < since]:
                del self._said[key]
            return
        self._is_begun = True
        rows = Message.objects.filter(pk__lt=first.pk, pk__gt=first.pk - 5 * AT_ONCE, stored_at__gt=since)
        earlier = list(rows.filter(withdrawn_at=None).only(*FIELDS).order_by("pk"))
        sealing.open_all(earlier)
        for one in earlier:
            self._remember(one)

    def _remember(self, message: Message) -> None:
        if message.body and message.author_id:
            said = self._said[message.room_id, message.author_id]
            said.append((message.stored_at, message.seq, message.body))
            del said[:-MOST_BEFORE]

    def _before(self, message: Message) -> list[str]:
        since = message.stored_at - JUST_BEFORE
        said = self._said.get((message.room_id, message.author_id or 0), ())
        return [words for at, seq, words in said if at > since and seq < message.seq]


def _said_at(message: Message) -> datetime:
    return message.edited_at or message.stored_at


def _known(messages: Sequence[Message]) -> _Known:
    known = _Known()
    span = {"message__gte": messages[0].pk, "message__lte": messages[-1].pk}
    rows = Screening.objects.filter(**span)
    for key, at, severity, category, version in rows.values_list(
        "message_id", "said_at", "severity", "category", "version"
    ):
        known.readings[key, at] = severity, category, version
    for key, kind in _decided(span):
        (known.no_concern if kind == Decision.Kind.NO_CONCERN else known.acted).add(key)
    known.no_concern -= known.acted
    return known


def _decided(span: dict[str, int]) -> Iterator[tuple[int, str]]:
    """Messages, and the kinds of the decisions about them that were not taken back at once."""
    cases = dict(Flag.objects.filter(**span).values_list("pk", "message_id"))
    undone = Decision.objects.filter(flag__in=cases, kind=Decision.Kind.UNDONE).values("answers")
    rows = Decision.objects.filter(flag__in=cases).exclude(pk__in=undone.exclude(answers=None))
    for flag, kind in rows.values_list("flag_id", "kind"):
        if kind == Decision.Kind.NO_CONCERN or kind not in MATTERED_NOT:
            yield cases[flag], kind
