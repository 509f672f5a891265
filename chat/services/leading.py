"""The door of whoever leads a live chat: its row, held and checked afresh, and the noes that a host can meet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat
from chat.services import live_chats
from chat.services.live_clock import ON, OVER, state_of
from community import text
from community.access import require
from community.models import Member
from community.refusals import NotOpen, Refusal

MARK = 12


class Finished(NotOpen):
    """It is over; nothing of it is led any more."""

    code = "finished"
    detail = _("This chat is over, so that can't be done any more.")


class NotYet(NotOpen):
    """Only while the chat is on."""

    code = "not-yet"
    detail = _("You can do this once the chat is on.")


class NotAChoice(Refusal):
    """Something that the page does not offer, or not any more."""

    code = "not-a-choice"
    detail = _("That choice isn't there any more. Look at the page again.")


class Changed(Refusal):
    """Somebody else changed the same thing meanwhile; nothing was replaced."""

    code = "changed-meanwhile"
    status = 409

    def __init__(self, now: str | Promise, what: str | Promise = "") -> None:
        what = what or (_("Somebody changed this meanwhile. It says now: “%(now)s”. What you wrote is still below."))
        nothing = _("nothing")
        super().__init__(str(what) % {"now": now or nothing})


@contextmanager
def leading(by: Member, chat: LiveChat) -> Iterator[LiveChat]:
    """The chat's row, held until commit, for somebody who may lead it at this moment. Raises `NotYours`."""
    with transaction.atomic():
        row = live_chats.held(chat)
        require(by, "live.host", row)
        yield row


def must_be_on(chat: LiveChat) -> None:
    """Raises `NotYet` or `Finished` unless the chat is on."""
    state = state_of(chat, timezone.now())
    if state in OVER:
        raise Finished
    if state not in ON:
        raise NotYet


def must_not_be_over(chat: LiveChat) -> None:
    """Raises `Finished` once the chat ended or was cancelled."""
    if state_of(chat, timezone.now()) in OVER:
        raise Finished


def one_line(words: str, limit: int) -> str:
    """Tidy words on one line. Raises what `text.tidy` raises."""
    return " ".join(text.tidy(words, limit=limit).split())


def mark(words: str) -> str:
    """A short sign of these words, by which a form tells what it was filled in over."""
    return hashlib.sha256(words.encode()).hexdigest()[:MARK]


def is_new(now: str, wanted: str, seen: str) -> bool:
    """False when it says that already. Raises `Changed` when it is not what the form was filled in over."""
    if now == wanted:
        return False
    if seen != mark(now):
        raise Changed(now)
    return True
