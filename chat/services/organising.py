"""One live chat, as curators see to it: made by itself, moved, cancelled, handed over; and what members asked for.

Nothing here touches a chat that is over, and only handing over touches one that is on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat, SignUp, Wish
from chat.models.live_chat import PEOPLE_ASKING
from chat.services import live_chats, live_told
from chat.services.checks import locked
from chat.services.live_clock import CHECK_IN_BY, OVER, State, closes_at, state_of
from chat.services.planning import set_prompts
from community.access import require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit, notices

# Who may lead in which part.
ROLES = {"host": ("hosts",), "cover": ("hosts", "moderators", "leads"), "moderator": ("moderators", "leads")}
BEFORE = frozenset({State.PLANNED, State.NOT_TAKING_PLACE})


class TooLate(Refusal):
    """It is on, over or cancelled."""

    code = "too-late"
    detail = _("This chat is already on, over or cancelled, so it stays as it is.")
    status = 409


class ReasonNeeded(Refusal):
    """Members who wanted to come are owed a sentence."""

    code = "reason-needed"
    detail = _("Write a sentence for those who wanted to come.")


class InThePast(Refusal):
    """Nobody can come to that."""

    code = "in-the-past"
    detail = _("That time is over. Choose one that is still to come.")


def people_for(part: str) -> QuerySet[Member]:
    """The members who may lead in this part, by name."""
    return Member.objects.filter(is_active=True, groups__name__in=ROLES[part]).distinct().order_by("name")


def one_off(
    fields: Mapping[str, Any], prompts: Iterable[str], *, slow_seconds: int = 0, by: Member, wish: Wish | None = None
) -> LiveChat:
    """A chat that belongs to no series; with a wish, those who asked for it are told. Raises `InThePast`."""
    require(by, "live.organise")
    if fields["starts_at"] <= timezone.now():
        raise InThePast
    with transaction.atomic():
        chat = live_chats.make(slow_seconds=slow_seconds, **fields)
        set_prompts(chat, prompts)
        live_told.tell(live_told.led_by(chat), chat, "live-led", by=by)
        if wish is not None:
            _answer(wish, "planned", path=reverse("live-chat", args=[chat.token]), chat=chat)
        audit.record(by, "live.made", chat)
    return chat


def cancel(chat: LiveChat, *, because: str, by: Member) -> None:
    """The chat does not happen; those who wanted to come are told, and read why. Raises `TooLate`, `ReasonNeeded`."""
    require(by, "live.organise")
    because = because.replace("\0", "").strip()[:200]
    if not because:
        raise ReasonNeeded
    with transaction.atomic():
        row = _held_in(chat, BEFORE)
        call_off(row, because, by=by)
        audit.record(by, "live.cancelled", row)


def call_off(row: LiveChat, because: str, *, by: Member | None, but: Collection[int] = ()) -> None:
    """Cancels a held chat and tells everyone concerned."""
    row.cancelled_at, row.cancelled_because = timezone.now(), because
    live_told.tell_of(row, "live-cancelled", row.cancelled_at.isoformat(), by=by, but=but)
    live_chats.changed(row, "cancelled_at", "cancelled_because", "told")


def move(chat: LiveChat, starts_at: datetime, *, minutes: int, by: Member) -> None:
    """The chat is at another time; when it would have begun first is kept. Raises `TooLate`, `InThePast`."""
    require(by, "live.organise")
    if starts_at <= timezone.now():
        raise InThePast
    with transaction.atomic():
        row = _held_in(chat, BEFORE)
        if (row.starts_at, row.lasts) == (starts_at, timedelta(minutes=minutes)):
            return
        put_at(row, starts_at, starts_at + timedelta(minutes=minutes), by=by)
        audit.record(by, "live.moved", row)


def put_at(
    row: LiveChat, starts_at: datetime, ends_at: datetime, *, by: Member | None, but: Collection[int] = ()
) -> None:
    """Gives a held chat other times, as if nothing had been said about the old ones, and tells everyone concerned."""
    names = ["ends_at"]
    if row.starts_at != starts_at:
        row.moved_from = row.moved_from or row.starts_at
        row.checked_in_at = row.checked_in_by = row.cover_asked_at = None
        row.told = {}
        SignUp.objects.filter(chat=row).update(reminded_at=None)
        names += ["starts_at", "moved_from", "checked_in_at", "checked_in_by", "cover_asked_at"]
    row.starts_at, row.ends_at = starts_at, ends_at
    live_told.tell_of(row, "live-moved", f"{starts_at.isoformat()} {ends_at.isoformat()}", by=by, but=but)
    live_chats.changed(row, *names, "told")


def hand_over(chat: LiveChat, leads: Mapping[str, Member | None], *, by: Member) -> None:
    """Other people lead it: `leads` is a member, or nobody yet, for host, cover and moderator. Raises `TooLate`."""
    require(by, "live.organise")
    with transaction.atomic():
        row = _held_in(chat, frozenset(State) - OVER)
        if give_to(row, leads, by=by):
            audit.record(by, "live.handed-over", row)


def give_to(row: LiveChat, leads: Mapping[str, Member | None], *, by: Member) -> bool:
    """Changes who leads a held chat, and tells those who do, and did. True when somebody else leads it now."""
    names = [part for part, member in leads.items() if getattr(row, f"{part}_id") != (member.pk if member else None)]
    if not names:
        return False
    before, is_early = live_told.led_by(row), timezone.now() < row.starts_at - CHECK_IN_BY
    for part in names:
        setattr(row, part, leads[part])
    if "host" in names:
        row.cover_asked_at = None
    if is_early and row.checked_in_by_id not in live_told.led_by(row):
        row.checked_in_at = row.checked_in_by = None  # whoever said that they are there leads it no longer
    live_told.tell(before ^ live_told.led_by(row), row, "live-led", by=by)
    live_chats.changed(row, *names, "cover_asked_at", "checked_in_at", "checked_in_by")
    return True


def wishes() -> QuerySet[Wish]:
    """What enough members asked for and nobody has answered, those asked for most first."""
    asked = Wish.objects.filter(answered_at=None).annotate(asking=Count("members"))
    return asked.filter(asking__gte=PEOPLE_ASKING).order_by("-asking", "pk")


def wish_for(pk: str | int) -> Wish:
    """One of them. Raises `NotYours`."""
    found = wishes().filter(pk=pk).first() if str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19 else None
    if found is None:
        raise NotYours
    return found


def decline(wish: Wish, *, by: Member) -> None:
    """Says to those who asked that it cannot be planned for now."""
    require(by, "live.organise")
    with transaction.atomic():
        _answer(wish, "declined", path=reverse("live"))
        audit.record(by, "live.declined", wish)


def _answer(wish: Wish, answer: str, *, path: str, chat: LiveChat | None = None) -> None:
    row = locked(Wish.objects.filter(pk=wish.pk, answered_at=None)).first()
    if row is None:
        raise TooLate(_("Somebody answered this already."))
    row.answered_at, row.answer, row.chat = timezone.now(), answer, chat
    row.save(update_fields=["answered_at", "answer", "chat"])
    asked = row.members.values_list("pk", flat=True)
    key = live_told.key_of(chat) if chat else f"wish:{row.pk}"
    notices.notify(asked, kind=f"live-{answer}", key=key, subject="", path=path)


def _held_in(chat: LiveChat, states: frozenset[State]) -> LiveChat:
    row, now = live_chats.held(chat), timezone.now()
    # Where nobody came to lead it, the state stays so for ever; its time is over all the same.
    if state_of(row, now) not in states or now >= closes_at(row):
        raise TooLate
    return row
