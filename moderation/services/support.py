"""The private offer of help: who gets it, how loudly, and what its member answers (promise M4).

Written in the transaction that stores the message; needs neither Redis nor mail nor a moderator awake. It is on no
path that leads to anybody else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from chat.models import Message
from community.choosing import Choice as Lines
from community.models import Member
from community.refusals import NotYours
from community.services.helplines import helplines_for
from community.services.lines_now import lines_now
from moderation import signals
from moderation.detector import Category, Severity
from moderation.models import SupportOffer
from moderation.services import flags, support_after

log = logging.getLogger("moderation.support")
Level, State = SupportOffer.Level, SupportOffer.State
QUIET_FOR = timedelta(hours=12)  # after one panel, only a folded line; unless it is more severe than then
SHOWN_FOR = timedelta(hours=24)
MOST_SHOWN = 10  # beside the messages of one member
ENOUGH = 2  # answers of "not what I meant" for the same category; from then on a folded line
NOT_FOR_ITS_AUTHOR = {Category.ENCOURAGEMENT, Category.VIOLENCE}
ABOUT_OTHERS = {Category.THIRD_PARTY}
_PLACE = ("message__seq", "message__room__slug")
_TOLD = ("token", "member_id", "level", "state", "at", "answered_at", *_PLACE)  # of an offer; asked at each poll


def offer(message: Message, *, severity: int, category: str) -> SupportOffer | None:
    """Offers help to the author of this message; None where that would help nobody. Call in the storing transaction.

    Once for a message; an edit that is worse makes the same offer louder.
    """
    if message.author_id is None or severity < Severity.MODERATE or category in NOT_FOR_ITS_AUTHOR:
        return None
    level = _level(message.author_id, severity, category)
    made, is_new = SupportOffer.objects.get_or_create(
        message=message,
        defaults={"member_id": message.author_id, "level": level, "severity": severity, "category": category},
    )
    if not is_new and severity > made.severity:
        made.level, made.severity, made.category, made.state = level, severity, category, State.OPEN
        made.at = timezone.now()
        made.save(update_fields=["level", "severity", "category", "state", "at"])
    _told(made)
    return made


def _level(member_id: int, severity: int, category: str) -> str:
    theirs = SupportOffer.objects.filter(member=member_id)
    lately = theirs.filter(at__gt=timezone.now() - QUIET_FOR, level=Level.NOW, severity__gte=severity)
    if category in ABOUT_OTHERS or lately.exists():
        return Level.SOFT
    if severity < Severity.IMMINENT and theirs.filter(category=category, state=State.NOT_MEANT).count() >= ENOUGH:
        return Level.SOFT
    return Level.NOW


def send(message: Message, words: str) -> SupportOffer | None:
    """The card with a moderator's own words, whatever was offered before. Call in the transaction of the decision."""
    if message.author_id is None:
        return None
    told = {"words": words, "level": Level.NOW, "state": State.OPEN, "at": timezone.now()}
    fresh = {**told, "member_id": message.author_id, "severity": Severity.MODERATE}
    made, _is_new = SupportOffer.objects.update_or_create(message=message, defaults=told, create_defaults=fresh)
    _told(made)
    return made


def _told(made: SupportOffer) -> None:
    said = {"member_id": made.member_id, "message_id": made.message_id}
    transaction.on_commit(lambda: signals.support_offered.send(SupportOffer, **said))


# --- its member ---------------------------------------------------------------------------------


def offers_beside(member: Member, message_ids: Iterable[int]) -> dict[int, SupportOffer]:
    """The member's own offers of the last day beside these messages, by message id. One query; never another's."""
    rows = SupportOffer.objects.filter(member=member, message__in=list(message_ids))
    rows = rows.filter(at__gt=timezone.now() - SHOWN_FOR).select_related("message__room")
    return {one.message_id: one for one in _first(rows)}


def current(member_ids: Iterable[int]) -> list[SupportOffer]:
    """The offers of the last day of these members, beside messages that were not taken back, with room. One query."""
    rows = SupportOffer.objects.filter(member__in=list(member_ids), at__gt=timezone.now() - SHOWN_FOR)
    rows = rows.filter(message__withdrawn_at=None).select_related("message__room").only(*_TOLD).order_by("member", "pk")
    each = groupby(rows, lambda one: one.member_id)
    return [one for _, theirs in each for one in _first(theirs)]


def _first(rows: Iterable[SupportOffer]) -> list[SupportOffer]:
    """Panels before lines, newer ones before older ones, and no more than help anybody."""
    return sorted(rows, key=lambda one: (not is_panel(one), -one.pk))[:MOST_SHOWN]


def changed_at(made: SupportOffer) -> datetime:
    """When it was offered or last answered, whichever came later."""
    return max(made.at, made.answered_at or made.at)


def offer_for(member: Member, token: str) -> SupportOffer:
    """One's own offer. Raises `NotYours`, the same for absent and somebody else's."""
    found = SupportOffer.objects.filter(token=token, member=member).select_related("message__room").first()
    if found is None:
        raise NotYours
    return found


def is_panel(made: SupportOffer) -> bool:
    """True for the panel, False for the folded line."""
    return made.level == Level.NOW and made.state in (State.OPEN, State.ASKED)


def lines_for(member: Member, *, country: str = "") -> Lines | None:
    """The lines on the card, open ones first, the country's emergency number apart from them.

    None when they cannot be read: the card then shows what needs no list, and is never left out.
    """
    try:
        if support_after.would_rather_write(member):
            return helplines_for(member, timezone.now(), channel="text", country=country)
        return lines_now(member, timezone.now(), country)
    except Exception as error:  # noqa: BLE001  (whatever it is, the card is shown)
        log.error("The lines of a support offer cannot be read: %s", type(error).__name__)  # noqa: TRY400
        return None


def answer(member: Member, token: str, state: str) -> SupportOffer:
    """Folds it, or says "not now" or "not what I meant"; each is a full answer. Raises `NotYours`."""
    if state not in (State.FOLDED, State.NOT_NOW, State.NOT_MEANT):
        raise NotYours
    return _answered(offer_for(member, token), state)


def ask_moderator(member: Member, token: str) -> SupportOffer:
    """A person is asked for: the case goes to the top of the queue. Asking twice is the same as once."""
    made = offer_for(member, token)
    if made.state == State.ASKED:
        return made
    with transaction.atomic():
        flags.raise_about(made.message, flags.Cause(int(Severity.IMMINENT), "asked", made.category))
        return _answered(made, State.ASKED)


def _answered(made: SupportOffer, state: str) -> SupportOffer:
    made.state, made.answered_at = state, timezone.now()
    with transaction.atomic():
        made.save(update_fields=["state", "answered_at"])
        _told(made)  # to the member's other tabs and devices
    return made
