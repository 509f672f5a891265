"""How somebody is at the end of a live chat, and whether it was worth it: theirs alone, told to hosts as sums only."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from chat.models import Leaving, LiveChat, Membership, SignUp
from chat.services.live_clock import State, state_of
from community.models import Member
from community.refusals import NotOpen

ENOUGH = 5  # answers before a sum is shown to a host
ASKED_IN = frozenset({State.WINDING_DOWN, State.ENDED})


@transaction.atomic
def say(member: Member, chat: LiveChat, *, felt: str = "", worth: str = "") -> Leaving:
    """Keeps what the member says; saying it again replaces it. An answer that there is no word for changes nothing.

    Raises `NotOpen` where they are not asked: before the last five minutes unless they left, or if they never came.
    """
    if not is_asked(member, chat):
        raise NotOpen
    said, _ = Leaving.objects.get_or_create(chat=chat, member=member)
    said.felt = felt if felt in Leaving.Felt.values else said.felt
    said.worth = worth if worth in Leaving.Worth.values else said.worth
    said.at = timezone.now()
    said.save()
    return said


def is_asked(member: Member, chat: LiveChat) -> bool:
    """True for whoever was there, in the last five minutes and after, or once they left."""
    if not Membership.objects.filter(room=chat.room_id, member=member).exists():
        return False
    return state_of(chat, timezone.now()) in ASKED_IN or has_left(member, chat)


def has_left(member: Member, chat: LiveChat) -> bool:
    """True for whoever was there and went."""
    return SignUp.objects.filter(chat=chat, member=member, left_at__isnull=False, entered_at__isnull=False).exists()


def said_by(member: Member, chat: LiveChat) -> Leaving | None:
    """What this member said; for their own page."""
    return Leaving.objects.filter(chat=chat, member=member).first()


def sums(chat: LiveChat) -> dict[str, int] | None:
    """How many said what, by `felt`; None while there are too few to hide in."""
    answers = list(Leaving.objects.filter(chat=chat).exclude(felt="").values_list("felt", flat=True))
    if len(answers) < ENOUGH:
        return None
    return {felt: answers.count(felt) for felt in Leaving.Felt.values}
