"""Chat's rows of the access table."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chat.models import LiveChat, Membership, Message, Pause, Room
from chat.models.message import EDITABLE_FOR
from community.access import has_role, rule
from community.models import Member

REPORTABLE_FOR = timedelta(hours=1)  # after it was taken back
OPEN_KINDS = (Room.Kind.GROUP, Room.Kind.STORY)  # anybody comes and goes
KEEPING_ROLES = ("moderators", "leads", "admins")


def _has_place(actor: Member, room: Room) -> bool:
    return Membership.objects.filter(room=room, member=actor).exists()


def _is_paused(actor: Member, room: Room) -> bool:
    return Pause.objects.filter(room=room, member=actor, until__gt=timezone.now()).exists()


@rule("room.list")
def _list(actor: Member, thing: object) -> bool:
    return True


@rule("room.join")
def _join(actor: Member, room: Room) -> bool:
    return room.kind in OPEN_KINDS


@rule("room.leave")
def _leave(actor: Member, room: Room) -> bool:
    return room.kind in OPEN_KINDS and _has_place(actor, room)


@rule("room.read")
def _read(actor: Member, room: Room) -> bool:
    return _has_place(actor, room)


@rule("room.post")
def _post(actor: Member, room: Room) -> bool:
    may_break_silence = has_role(actor, *KEEPING_ROLES)
    is_quiet = actor.is_silenced() or _is_paused(actor, room)
    is_closed = room.is_over() or (room.is_read_only and not may_break_silence)
    return _has_place(actor, room) and not is_quiet and not is_closed


@rule("memorial.see")
def _memorial_see(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads", "admins")


@rule("memorial.open")
def _memorial_open(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads", "admins")


@rule("memorial.hand-over")
def _memorial_hand_over(actor: Member, thing: object) -> bool:
    return has_role(actor, "admins")


@rule("memorial.sign")
def _memorial_sign(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads", "admins")


@rule("live.see")
def _live_see(actor: Member, chat: LiveChat) -> bool:
    return True


@rule("live.ask")
def _live_ask(actor: Member, thing: object) -> bool:
    return not actor.is_silenced()


@rule("live.host")
def _live_host(actor: Member, chat: LiveChat) -> bool:
    leading = {chat.host_id, chat.cover_id, chat.moderator_id, chat.led_by_id}
    return actor.pk in leading or has_role(actor, "moderators", "leads")


@rule("live.organise")
def _live_organise(actor: Member, thing: object) -> bool:
    return has_role(actor, "curators", "admins")


@rule("live.take")
def _live_take(actor: Member, thing: object) -> bool:
    return has_role(actor, "hosts", "moderators", "leads")


@rule("conversation.check-in")
def _check_in(actor: Member, thing: object) -> bool:
    return has_role(actor, "moderators", "leads")


@rule("message.react")
def _react(actor: Member, message: Message) -> bool:
    is_quiet = actor.is_silenced() or _is_paused(actor, message.room)
    return is_shown(message) and not is_quiet and not message.room.is_over() and _has_place(actor, message.room)


@rule("message.edit")
def _edit(actor: Member, message: Message) -> bool:
    is_in_time = timezone.now() - message.stored_at < EDITABLE_FOR and not message.room.is_over()
    return is_own(actor, message) and is_changeable(message) and is_in_time


@rule("message.withdraw")
def _withdraw(actor: Member, message: Message) -> bool:
    return is_own(actor, message) and message.withdrawn_at is None


@rule("message.report")
def _report(actor: Member, message: Message) -> bool:
    # Who read it may still tell of it when its author takes it back meanwhile (promise M1).
    is_there = message.withdrawn_at is None or timezone.now() - message.withdrawn_at < REPORTABLE_FOR
    return is_there and _has_place(actor, message.room)


def is_own(actor: Member, message: Message) -> bool:
    """True when `actor` wrote it."""
    return message.author_id == actor.pk


def is_shown(message: Message) -> bool:
    """True unless it was taken back or taken down."""
    return message.withdrawn_at is None and not message.is_hidden


def is_changeable(message: Message) -> bool:
    """True unless it was taken back or taken down; what is held back may still be changed."""
    return message.withdrawn_at is None and (not message.is_hidden or message.held_at is not None)
