"""What a decision does, and how it is taken back: chat and community own the verbs, moderation the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.models import Membership, Room
from chat.services import changes, hiding, live_places, rooms
from community.models import Member
from community.services import members, stories, story_standing
from moderation.models import Decision
from moderation.services import choices, shield, support

Kind = Decision.Kind
OUT_OF_A_CHAT = timedelta(days=1)  # whoever was put out of a live chat may come back to read; longer than any chat


def carry_out(decision: Decision) -> None:
    """Does what the decision says. Call in the transaction that stores it."""
    effect = _EFFECTS.get(decision.kind)
    if effect:
        effect(decision)


def take_back(decision: Decision, *, by: Member) -> None:
    """Undoes this decision and no other: what else holds for the member goes on. Call in a transaction."""
    message = decision.flag.message if decision.flag else None
    if decision.kind == Kind.HIDE and message:
        changes.keep(message, changes.show, by=by)
    elif decision.kind == Kind.HIDE_FOR_NOW and message:
        changes.keep(message, hiding.release, by=by)
    elif decision.kind == Kind.VEIL and message:
        changes.keep(message, changes.folding(""), by=by)
    elif decision.kind == Kind.RESTRICT:
        members.free_of(decision.token)
        rooms.end_pause(decision.token)
    elif decision.kind == Kind.STORY_OFF:
        _story_back(decision, by)
    elif decision.kind in (Kind.SILENCE, Kind.SUSPEND) and decision.member:
        _stand_anew(decision.member, decision.kind)
    elif decision.kind == Kind.REMOVE and decision.member and decision.room:
        Membership.objects.get_or_create(
            member=decision.member, room=decision.room, defaults={"read_to": decision.room.top}
        )
        rooms.end_pause(decision.token)
        rooms.tell_moved(decision.member.pk)


def _stand_anew(member: Member, kind: str) -> None:
    """What the decisions still in force say; the one being answered is among them no longer."""
    rows = Decision.objects.filter(member=member, kind=kind, until__gt=timezone.now())
    left = rows.exclude(answered_by__kind=Kind.LIFTED).order_by("-until").values_list("until", flat=True).first()
    until = left or timezone.now()
    if kind == Kind.SILENCE:
        members.silence(member, until=until)
    else:
        Member.objects.filter(pk=member.pk).update(suspended_until=until)


def _support(decision: Decision) -> None:
    if decision.flag and decision.flag.message:
        support.send(decision.flag.message, decision.words)


def _hide_for_now(decision: Decision) -> None:
    _on_message(decision, hiding.holding_until(_until(decision)))


def _hide(decision: Decision) -> None:
    _on_message(decision, changes.hide)


def _restore(decision: Decision) -> None:
    _on_message(decision, changes.show)
    _no_concern(decision)


def _no_concern(decision: Decision) -> None:
    if decision.flag and decision.flag.message and decision.by:
        shield.lift(decision.flag.message, by=decision.by)


def _veil(decision: Decision) -> None:
    _on_message(decision, changes.folding(_("Hard to read")))


def _on_message(decision: Decision, how: Callable[..., str | None]) -> None:
    if decision.flag and decision.flag.message and decision.by:
        changes.keep(decision.flag.message, how, by=decision.by)


def _story_off(decision: Decision) -> None:
    # A story that somebody took away before stays away, whatever becomes of this decision.
    if decision.flag and decision.flag.story and decision.by and decision.flag.story.withdrawn_at is None:
        stories.withdraw(decision.flag.story, by=decision.by, reason=decision.get_reason_display())


def _story_back(decision: Decision, by: Member) -> None:
    story = decision.flag.story if decision.flag else None
    if story and story.withdrawn_at and story.withdrawn_by_id == decision.by_id:
        story_standing.bring_back(story, by=by)


def _silence(decision: Decision) -> None:
    member, until = _fresh(decision), _until(decision)
    if member and (member.silenced_until is None or member.silenced_until < until):
        members.silence(member, until=until)


def _suspend(decision: Decision) -> None:
    member, until = _fresh(decision), _until(decision)
    if member and (member.suspended_until is None or member.suspended_until < until):
        members.suspend(member, until=until)


def _restrict(decision: Decision) -> None:
    if decision.member and decision.ability == choices.POST and decision.room:
        rooms.pause(decision.member, decision.room, until=_until(decision), cause=decision.token)
    elif decision.member:
        members.restrict(decision.member, decision.ability, until=_until(decision), cause=decision.token)


def _remove(decision: Decision) -> None:
    if decision.member and decision.room:
        with transaction.atomic():
            if decision.room.kind == Room.Kind.LIVE:
                until = timezone.now() + OUT_OF_A_CHAT
                live_places.put_out(decision.member, decision.room, until=until, cause=decision.token)
            else:
                rooms.remove(decision.member, decision.room)


def _fresh(decision: Decision) -> Member | None:
    return Member.objects.filter(pk=decision.member_id or 0).select_for_update(no_key=True).first()


def _until(decision: Decision) -> datetime:
    return decision.until or timezone.now()


_EFFECTS: dict[str, Callable[[Decision], None]] = {
    Kind.NO_CONCERN: _no_concern,
    Kind.SUPPORT: _support,
    Kind.HIDE_FOR_NOW: _hide_for_now,
    Kind.HIDE: _hide,
    Kind.RESTORE: _restore,
    Kind.VEIL: _veil,
    Kind.SILENCE: _silence,
    Kind.SUSPEND: _suspend,
    Kind.RESTRICT: _restrict,
    Kind.REMOVE: _remove,
    Kind.STORY_OFF: _story_off,
}
