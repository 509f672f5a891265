"""Closing a shift: every case goes back with a line, what is open is handed over, and somebody is told.

A shift that nobody closed is closed by a duty: half an hour after its end without its moderator at the desk, and at
once where they may not moderate any more. While they are at the desk its end is moved on in steps, and they are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.access import may, require
from community.duties import duty
from community.models import Member
from community.refusals import Refusal
from community.services import audit, notices
from moderation.models import AtDesk, Flag, RosterSlot, Shift
from moderation.models.shift import FURTHEST
from moderation.services import calling, colleagues, desk, handover, queue, roster, shifts
from moderation.services.calling import Call

STEP = timedelta(minutes=15)  # by which an end that has come moves on while its moderator is at the desk
GRACE = timedelta(minutes=30)
COMES_SOON = timedelta(hours=12)
KEPT_FOR = timedelta(days=180)
HANDED, LEFT_OPEN = "handover", "shift-open"  # kinds of notices


class StillHeld(Refusal):
    """A case is held that has no line for whoever comes next. Nothing was done."""

    code = "still-held"
    detail = _("Each case that you hold needs a line for whoever takes it next.")
    status = 409

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = list(tokens)
        super().__init__()


@dataclass(frozen=True, slots=True)
class Next:
    """Who reads the handover: somebody who is on shift, whoever comes next, or nobody known."""

    member: Member | None = None
    at: datetime | None = None  # when they come; None for now
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of closing: the shift, how much is open, who comes next, and who was told instead."""

    shift: Shift
    is_open: int
    comes: Next
    told: tuple[Member, ...] = ()


def who_comes(after: Member) -> Next:
    """Who reads what this member hands over."""
    here = shifts.on_now(besides=after)
    if here:
        return Next(here[0].member, None, here[0].until)
    slot = roster.next_slot(timezone.now(), besides=after, within=COMES_SOON)
    return Next(slot.member, slot.starts_at, slot.ends_at) if slot else Next()


def close(by: Member, *, notes: Mapping[str, str], lines: Sequence[str] = ()) -> Closed:
    """Ends their shift. `notes` has a line for each case that they hold, by its token; `lines` are two more.

    Raises `NoShift`, `StillHeld`, and what `text.tidy` raises.
    """
    require(by, "flags.work")
    with transaction.atomic():
        shift = shifts.held(by)
        mine, now = _held_by(by), timezone.now()
        if bare := [one.token for one in mine if one.is_held(now) and not notes.get(one.token, "").strip()]:
            raise StillHeld(bare)
        for flag in mine:
            if words := notes.get(flag.token, "").strip():
                colleagues.note_on(flag, by, words)
            queue.given_back(flag, by)
        return hand_over(shift, lines, by=by)


def close_left(shift: Shift) -> bool:
    """Closes a shift that was left: cases go back, the draft is handed over. False where somebody was quicker."""
    with transaction.atomic():
        rows = Shift.objects.filter(pk=shift.pk, ended_at=None, ends_at=shift.ends_at)
        fresh = rows.select_related("member").select_for_update(no_key=True, of=("self",)).first()
        if fresh is None:
            return False
        for flag in _held_by(fresh.member):
            queue.given_back(flag, fresh.member)
        fresh.was_left = True
        hand_over(fresh, by=None)
    return True


def _held_by(member: Member) -> list[Flag]:
    rows = Flag.objects.open().filter(holder=member).order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def hand_over(shift: Shift, lines: Sequence[str] = (), *, by: Member | None) -> Closed:
    """Ends a shift whose row is held and which holds no case. Call in a transaction."""
    shift.handover = handover.sealed(shift, lines)
    shift.ended_at, shift.offered_to = timezone.now(), None
    shift.save(update_fields=["handover", "ended_at", "offered_to", "was_left"])
    notices.seen(shift.member, f"{shifts.ASKED}:{shift.token}")
    notices.take_back(f"shift-offer:{shift.token}")
    closed = _told(shift)
    audit.record(by, "shift.ended" if by else "shift.left", shift)
    shifts.moved()
    return closed


def _told(shift: Shift) -> Closed:
    """Those who are on shift hear of it; with nobody to come, whoever is on call, where something is open."""
    is_open, comes = Flag.objects.waiting(timezone.now()).count(), who_comes(shift.member)
    if comes.member and comes.at is None:
        _notify(shift)
    if comes.member or not is_open:
        return Closed(shift, is_open, comes)
    people = calling.first_called(besides={shift.member_id})
    sentence = "A shift ended with something open, and nobody comes next."
    event = {"event": LEFT_OPEN, "open": is_open}
    calling.reach(people, Call(LEFT_OPEN, f"{LEFT_OPEN}:{shift.token}", "The queue needs you", sentence, event))
    return Closed(shift, is_open, comes, tuple(people))


def _notify(shift: Shift) -> None:
    read = set(shift.read_by.values_list("member", flat=True))
    ids = {one.member.pk for one in shifts.on_now(besides=shift.member)} - read
    key, path = f"{HANDED}:{shift.token}", reverse("moderation:shift")
    notices.notify(ids, kind=HANDED, key=key, subject=shift.member.name, path=path, rings=False)


# --- shifts that nobody closes ------------------------------------------------------------------


@duty("shifts that were left", every_seconds=60)
def mind_the_left() -> int:
    """Moves on the ends of those who are still at the desk, and closes what was left; how many were closed."""
    rows = Shift.objects.filter(ended_at=None).select_related("member").prefetch_related("member__groups")
    return sum(_mind(one, timezone.now()) for one in rows)


def _mind(shift: Shift, now: datetime) -> bool:
    if not may(shift.member, "flags.work") or shift.ends_at > now + FURTHEST:
        return close_left(shift)
    last = shift.began_at + shifts.LONGEST
    if shift.ends_at > now and now - GRACE < last:
        return False
    if now < last and AtDesk.objects.filter(member=shift.member, seen_at__gt=now - desk.GRACE).exists():
        _ask(shift, min(now + STEP, last))
        return False
    return now >= shift.ends_at + GRACE and close_left(shift)


def _ask(shift: Shift, until: datetime) -> None:
    with transaction.atomic():
        # Only from the end that was seen: whoever put it off meanwhile was quicker.
        if not Shift.objects.filter(pk=shift.pk, ended_at=None, ends_at=shift.ends_at).update(ends_at=until):
            return
        key, path = f"{shifts.ASKED}:{shift.token}", reverse("moderation:shift")
        notices.notify([shift.member_id], kind=shifts.ASKED, key=key, subject="", path=path)
        shifts.moved()


@duty("old shifts", every_seconds=24 * 3600)
def forget_old() -> int:
    """Erases shifts that ended half a year ago, and times of the roster that are as old; how many."""
    before = timezone.now() - KEPT_FOR
    old = RosterSlot.objects.filter(ends_at__lt=before), Shift.objects.filter(ended_at__lt=before)
    return sum(rows.delete()[0] for rows in old)
