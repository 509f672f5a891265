"""Asking somebody to talk. A no, silence and a block look the same to whoever asked (DESIGN 3.3 e).

Only people who share a room can ask, and those in a live chat its moderator. A request waits for seven days; then it
has closed, for whatever reason.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import lures
from chat.models import Conversation, Request
from chat.models.conversation import NOTE_LIMIT, REQUEST_LIFE
from chat.services import conversations, live_places, room_guard, sealing
from chat.services.checks import locked
from chat.services.levels import shared_rooms
from community import fieldcrypt, text, throttle
from community.models import Boundaries, Member
from community.refusals import NotOpen, NotYours, TooFast
from community.services import apart, boundaries, members, notices

TOKEN_BYTES = 12
WAITING_AT_ONCE = 3
ASK_AGAIN_AFTER = timedelta(days=30)
OFTEN_CLOSED = 3  # requests that closed without a yes within ASK_AGAIN_AFTER; then only one may wait at a time
KNOWN_AFTER = timedelta(days=7)  # without a confirmed address; with one, at once


class NotTaking(NotOpen):
    """They don't take one-to-one messages from this member, for whatever reason."""

    code = "not-taking"
    detail = _("They aren't taking one-to-one messages. You can still meet in the rooms.")


class TooNew(NotOpen):
    """The account is young and has no confirmed address."""

    code = "too-new"
    detail = _("You can ask people to talk once you've confirmed an email address, or after a week here.")


class TooManyWaiting(TooFast):
    """As many requests wait as may at once."""

    code = "too-many-requests"
    detail = _("Some of your requests are still open. You can ask again when one of them has closed.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the conversation, where they take everyone from their rooms or asked too; else a wait."""

    conversation: Conversation | None = None


def may_ask(asker: Member, other: Member) -> bool:
    """True when a page should offer "Ask to talk". Limits on how often are told when somebody does."""
    if asker.pk == other.pk or apart.are_apart(asker.pk, other.pk) or not other.may_sign_in():
        return False
    return _takes(other, asker) and _have_met(asker, other)


def ask(asker: Member, name: str, note: str) -> Asked:
    """Asks the member called `name` to talk. Asking twice while the first waits is the same as once.

    Raises `NotYours` for oneself and whoever is not there for the asker, `NotTaking`, `TooNew`, `TooManyWaiting`,
    `NobodyHere`, `TooFast`, and what `text.tidy` raises for the note.
    """
    other = there(asker, name)
    words = text.tidy(note, limit=NOTE_LIMIT)
    with transaction.atomic():
        apart.held_pair(asker, other)
        if apart.are_apart(asker.pk, other.pk):
            raise NotYours
        return _asked(asker, other, words)


def _asked(asker: Member, other: Member, words: str) -> Asked:
    found = conversations.between(asker, other)
    if found and found.ended_at is None and found.room.memberships.filter(member=asker).exists():
        return Asked(found)
    theirs = waiting(asked=other, asker=asker)
    if theirs:
        return Asked()
    mine = waiting(asked=asker, asker=other)
    if mine:
        return Asked(_accepted(mine, first_answer=words))
    room_guard.mind_asking(asker, other)  # before what depends on the other one: it tells nothing of them
    if not _takes(other, asker) or not _have_met(asker, other):
        raise NotTaking
    _mind_limits(asker)
    takes_everyone = boundaries.of(other).who_may_write == Boundaries.WhoMayWrite.ROOMS
    if takes_everyone and (found is None or found.ended_by_id == asker.pk):  # an end of theirs needs their yes
        return Asked(conversations.begin(asker, other, first_words=words))
    make(asker, other, words)
    return Asked()


def there(asker: Member, name: str) -> Member:
    """The member called `name`, if they are there for the asker. Raises `NotYours`, whatever the reason."""
    other = apart.other_member(asker, name)
    if not other.may_sign_in() or apart.are_apart(asker.pk, other.pk):
        raise NotYours
    return other


def _have_met(asker: Member, other: Member) -> bool:
    """They share a room, or the other one looks after a live chat that the asker is in tonight."""
    return bool(shared_rooms(asker, other)) or live_places.looks_after(other, asker)


def _takes(other: Member, asker: Member) -> bool:
    """Nobody who said no is asked again by the same person; after a silence, not for thirty days."""
    if boundaries.of(other).who_may_write == Boundaries.WhoMayWrite.NOBODY:
        return False
    before = Request.objects.filter(asker=asker, asked=other).exclude(state=Request.State.ACCEPTED)
    closed = before.filter(made_at__lte=timezone.now() - REQUEST_LIFE)
    if closed.filter(state=Request.State.DECLINED).exists():
        return False
    return not closed.filter(made_at__gt=timezone.now() - REQUEST_LIFE - ASK_AGAIN_AFTER).exists()


def _mind_limits(asker: Member) -> None:
    if asker.is_silenced() or members.is_restricted(asker, "ask"):
        raise NotTaking
    if not _is_known(asker):
        raise TooNew
    now = timezone.now()
    mine = Request.objects.filter(asker=asker).exclude(state=Request.State.ACCEPTED)
    # A declined one counts as open for its seven days, or the limit would tell of the no.
    open_now = mine.filter(made_at__gt=now - REQUEST_LIFE).count()
    closed = mine.filter(made_at__lte=now - REQUEST_LIFE, made_at__gt=now - REQUEST_LIFE - ASK_AGAIN_AFTER).count()
    if open_now >= (1 if closed >= OFTEN_CLOSED else WAITING_AT_ONCE):
        raise TooManyWaiting
    if wait := throttle.ask(asker.pk, new_account=asker.is_new_account):
        raise TooFast(retry_after=wait)


def _is_known(asker: Member) -> bool:
    confirmed = EmailAddress.objects.filter(user=asker, verified=True)
    return timezone.now() - asker.joined_at >= KNOWN_AFTER or confirmed.exists()


def make(asker: Member, other: Member, words: str) -> Request:
    """Stores a request with tidy words, sealed, and tells the asked one. The caller decided that it may be made."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    over = Request.objects.filter(asker=asker, asked=other, state=Request.State.WAITING)
    over.update(state=Request.State.CLOSED)
    made = Request.objects.create(
        asker=asker, asked=other, token=token, note=fieldcrypt.seal(words, purpose=sealing.note_purpose(token))
    )
    _tell(other, asker, "request", token)
    return made


def note_of(request: Request) -> str:
    """The words of a request; empty when no key opens them."""
    try:
        return fieldcrypt.unseal(request.note, purpose=sealing.note_purpose(request.token))
    except fieldcrypt.NotReadable:
        return ""


def has_caution(note: str) -> bool:
    """True when a note leads somewhere else, or holds a way to find someone."""
    return lures.leads_elsewhere(note)


def waiting(*, asked: Member, asker: Member) -> Request | None:
    """The request of `asker` that still waits for `asked`. Declined ones wait too, as far as the asker can see."""
    rows = Request.objects.filter(asker=asker, asked=asked, made_at__gt=timezone.now() - REQUEST_LIFE)
    return rows.exclude(state=Request.State.ACCEPTED).order_by("-made_at").first()


def met_by(member: Member) -> list[Request]:
    """Requests that wait for this member's answer, newest first."""
    since = timezone.now() - REQUEST_LIFE
    rows = Request.objects.filter(asked=member, state=Request.State.WAITING, made_at__gt=since, asker__is_active=True)
    away = apart.hidden_from([member.pk]).get(member.pk, frozenset())
    return list(rows.exclude(asker__in=away).select_related("asker").order_by("-made_at"))


def made_by(member: Member) -> list[Request]:
    """What this member asked within the last two weeks and no conversation came of, newest first."""
    rows = Request.objects.filter(asker=member, made_at__gt=timezone.now() - 2 * REQUEST_LIFE)
    return list(rows.exclude(state=Request.State.ACCEPTED).select_related("asked").order_by("-made_at"))


def is_closed(request: Request, at: datetime | None = None) -> bool:
    """True seven days after it was sent, whatever the answer was: an earlier end would tell of a no."""
    return (at or timezone.now()) - request.made_at >= REQUEST_LIFE


def met(member: Member, token: str) -> Request:
    """A request that waits for this member. Raises `NotYours`."""
    found = next((one for one in met_by(member) if one.token == token), None)
    if found is None:
        raise NotYours
    return found


def accept(member: Member, token: str) -> Conversation:
    """A yes: the conversation, begun with the note. Saying it twice leads to the same one. Raises `NotYours`."""
    request = Request.objects.filter(token=token, asked=member).select_related("asker", "asked").first()
    if request is None:
        raise NotYours
    with transaction.atomic():
        apart.held_pair(request.asker, member)
        fresh = locked(Request.objects.filter(pk=request.pk)).get()
        going_on = conversations.between(request.asker, member)
        if fresh.state == Request.State.ACCEPTED and going_on:
            return going_on
        if met(member, token).pk != fresh.pk or not request.asker.may_sign_in():
            raise NotYours
        return _accepted(fresh)


def _accepted(request: Request, *, first_answer: str = "") -> Conversation:
    request.state, request.answered_at = Request.State.ACCEPTED, timezone.now()
    request.save(update_fields=["state", "answered_at"])
    found = conversations.begin(request.asker, request.asked, first_words=note_of(request))
    notices.seen(request.asked, f"request:{request.token}")
    _tell(request.asker, request.asked, "yes", found.room.slug)
    if first_answer:
        conversations.begin(request.asked, request.asker, first_words=first_answer)
    return found


def _tell(member: Member, about: Member, kind: str, key: str) -> None:
    path = reverse("request" if kind == "request" else "conversation", args=[key])
    notices.notify([member.pk], kind=kind, key=f"{kind}:{key}", subject=about.name, path=path)


def decline(member: Member, token: str) -> None:
    """A no. The asker sees what they would see if nobody answered. Saying it twice is the same as once."""
    rows = Request.objects.filter(token=token, asked=member)
    if not rows.exists():
        raise NotYours
    rows.filter(state=Request.State.WAITING).update(state=Request.State.DECLINED, answered_at=timezone.now())
    notices.seen(member, f"request:{token}")
