"""Changing what was said: edit, withdraw, hide, react. Each raises the room's revision (promise R5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import access, signals
from chat.models import Change, Message, Reaction, Room
from chat.models.message import BODY_LIMIT
from chat.services import checks, hiding, live_gate, noticing, room_guard, sealing, story_gate, telling
from chat.services.checks import locked
from chat.services.messages import HEADS_UP_LIMIT, ReadOnly
from community import text, throttle
from community.access import may
from community.duties import duty
from community.models import Member
from community.refusals import NotOpen, NotYours, Refusal, TooFast, Unavailable

AT_ONCE = 100  # hidings that end


class TooLate(NotOpen):
    """The fifteen minutes are over."""

    code = "too-late"
    detail = _("A message can be changed for 15 minutes. You can still take it back.")


@dataclass(frozen=True, slots=True)
class Act:
    """Something a member wants changed about a message. `how` is one of the functions below."""

    member_id: int
    session_key: str
    room: str
    seq: int
    how: Callable[[Member, Message], str | None]


@dataclass(frozen=True, slots=True)
class Changed:
    """The room's revision after an act. Nothing changed when it is the message's own."""

    room: str
    seq: int
    revision: int


def do(act: Act) -> Changed:
    """Carries out one act in one transaction. Raises the `Refusal` that says why not."""
    wait = throttle.change(act.member_id)
    if wait:
        raise TooFast(retry_after=wait)
    with transaction.atomic():
        member = checks.standing([act]).admit(act)
        room = locked(Room.objects.filter(slug=act.room)).get()
        if story_gate.mind([room]):
            raise NotYours
        message = _message(room, act.seq)
        sealing.open_all([message])
        if message.is_unreadable:
            raise Unavailable
        kind = act.how(member, message)
        if kind:
            record(room, Change.Kind(kind), message, by=member)
    return Changed(room.slug, message.seq, message.revision)


def do_each(acts: Sequence[Act]) -> list[Changed | Exception]:
    """What became of each act; one transaction each."""
    return [_outcome(act) for act in acts]


def _outcome(act: Act) -> Changed | Exception:
    try:
        return do(act)
    except Refusal as refusal:
        return refusal


def record(room: Room, kind: Change.Kind, message: Message | None = None, *, by: Member | None = None) -> None:
    """Raises the room's revision for one change and, after commit, says so. The room's row must be locked."""
    room.revision += 1
    room.save(update_fields=["revision"])
    seq = message.seq if message else None
    Change.objects.create(room=room, revision=room.revision, kind=kind, seq=seq, member=by)
    if message:
        message.revision = room.revision
        with sealing.sealed([message], sealing.keys_of([room.pk]) if room.kind == Room.Kind.CONVERSATION else {}):
            message.save()
        if kind == Change.Kind.EDITED:
            telling.let_others_store([message])
    told = {"room_id": room.pk, "top": room.top, "revision": room.revision}
    transaction.on_commit(lambda: signals.room_moved.send(Room, **told))


def _message(room: Room, seq: int) -> Message:
    message = locked(Message.objects.filter(room=room, seq=seq)).first()
    if message is None:
        raise NotYours
    message.room = room
    return message


def editing(body: str, heads_up: str | None = None) -> Callable[[Member, Message], str | None]:
    """An act that gives one's own message other words; the earlier ones are kept for staff."""
    new_body = text.tidy(body, limit=BODY_LIMIT)
    new_heads_up = None if heads_up is None else _tidy_heads_up(heads_up)

    def edit(member: Member, message: Message) -> str | None:
        if not access.is_own(member, message) or not access.is_changeable(message):
            raise NotYours
        if message.room.is_over():
            raise ReadOnly
        if not may(member, "message.edit", message):
            raise TooLate
        room_guard.mind_words(message.room, member)
        wanted = (new_body, message.heads_up if new_heads_up is None else new_heads_up)
        if wanted == (message.body, message.heads_up):
            return None
        _keep_earlier(message)
        message.body, message.heads_up = wanted
        hiding.cover_all(message)
        message.edited_at = timezone.now()
        return Change.Kind.EDITED

    return edit


def _tidy_heads_up(words: str) -> str:
    return " ".join(text.tidy(words, limit=HEADS_UP_LIMIT).split()) if words.strip() else ""


def heads_up_on(words: str) -> Callable[[Member, Message], str | None]:
    """An act that puts a heads-up on one's own message, at any time."""
    wanted = _tidy_heads_up(words)

    def put(member: Member, message: Message) -> str | None:
        if not access.is_own(member, message) or not access.is_shown(message):
            raise NotYours
        if message.heads_up == wanted:
            return None
        message.heads_up = wanted
        return Change.Kind.EDITED

    return put


def withdraw(member: Member, message: Message) -> str | None:
    """Takes one's own message back. Doing it twice is the same as once."""
    if not access.is_own(member, message):
        raise NotYours
    if message.withdrawn_at:
        return None
    _keep_earlier(message)
    message.body = message.heads_up = message.veiled = ""
    message.withdrawn_at = timezone.now()
    return Change.Kind.WITHDRAWN


def outlived(_member: object, message: Message) -> str | None:
    """Words that are kept no longer: what others see is a message that was taken back, and nothing is kept of it."""
    if message.withdrawn_at:
        return None
    message.body = message.heads_up = message.veiled = ""
    message.withdrawn_at = timezone.now()
    return Change.Kind.WITHDRAWN


def hide(member: Member, message: Message) -> str | None:
    """Takes a message down for everyone. Moderation decides who may and why."""
    if message.is_hidden and not hiding.is_held(message):
        return None
    hiding.lift(message)
    message.hidden_at = timezone.now()
    return Change.Kind.HIDDEN


def show(member: Member, message: Message) -> str | None:
    """Takes a hiding back."""
    if not message.hidden_at:
        return None
    hiding.lift(message)
    return Change.Kind.SHOWN


def folding(words: str) -> Callable[[Member, Message], str | None]:
    """An act of moderation that puts a heads-up on somebody's message; empty words take it off."""
    wanted = _tidy_heads_up(words)

    def fold(member: Member, message: Message) -> str | None:
        if message.heads_up == wanted or not access.is_shown(message):
            return None
        message.heads_up = wanted
        return Change.Kind.EDITED

    return fold


def keep(message: Message, how: Callable[[Any, Message], str | None], *, by: Member | None) -> None:
    """Carries out an act of moderation on a message; nobody's (`by` None) is the software's own.

    Who may, and why, moderation says. Raises `Unavailable`.
    """
    with transaction.atomic():
        room = locked(Room.objects.filter(pk=message.room_id)).get()
        fresh = _message(room, message.seq)
        sealing.open_all([fresh])
        if fresh.is_unreadable:
            raise Unavailable
        held_at = fresh.held_at if hiding.is_held(fresh) else None
        kind = how(by, fresh)
        if kind:
            record(room, Change.Kind(kind), fresh, by=by)
        if held_at and kind == Change.Kind.SHOWN:
            noticing.notice_late(fresh, held_at=held_at)


@duty("hidings that end", every_seconds=5)
def show_again() -> int:
    """Lets readers see what was hidden for a time that is over; pages that are opened show it anyhow. How many."""
    over = Message.objects.filter(hidden_until__lte=timezone.now()).order_by("hidden_until")[:AT_ONCE]
    for message in over:
        with suppress(Unavailable):  # words that no key opens: the next round asks again
            keep(message, hiding.end_in_time, by=None)
    return len(over)


def reacting(kind: str, *, on: bool) -> Callable[[Member, Message], str | None]:
    """An act that gives a word of support, or takes it back. Raises `NotYours` for an unknown word."""
    if kind not in Reaction.Kind.values:
        raise NotYours

    def react(member: Member, message: Message) -> str | None:
        if not access.is_shown(message):
            raise NotYours
        if message.room.kind == Room.Kind.LIVE:
            live_gate.mind_answers(message.room, member)
        given = Reaction.objects.filter(message=message, member=member, kind=kind)
        if given.exists() == on:
            return None
        if on:
            Reaction.objects.create(message=message, member=member, kind=kind)
        else:
            given.delete()
        return Change.Kind.REACTED

    return react


def _keep_earlier(message: Message) -> None:
    sealing.earlier_of(message).save()
