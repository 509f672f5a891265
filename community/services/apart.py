"""Keeping members apart: blocks and moderators' no-contact pairs work both ways, mutes one way. Told to nobody.

Whose words a member is not given changes inside the transaction that stores it, and is numbered among the changes of
every room the two share, so no process gives out anything newer before it knows (promise A7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from community.models import Block, Member, Mute, NoContact
from community.refusals import NotYours
from community.signals import apart_changing

MODERATING = ("moderators", "leads")
Hidden = dict[int, frozenset[int]]


def hidden_from(member_ids: Iterable[int]) -> Hidden:
    """For each of these members, the authors whose words they are not given in rooms. A fixed number of queries."""
    ids = list(member_ids)
    if not ids:
        return {}
    hidden: dict[int, set[int]] = defaultdict(set)
    blocks = list(Block.objects.around(ids).values_list("blocker", "blocked"))
    # A block must not close the eyes of those who look after rooms: they miss only whom they blocked themselves.
    moderators = _moderators_among({blocked for _, blocked in blocks})
    for blocker, blocked in blocks:
        hidden[blocker].add(blocked)
        if blocked not in moderators:
            hidden[blocked].add(blocker)
    for one, other in _kept_apart(ids):
        hidden[one].add(other)
        hidden[other].add(one)
    for member, muted in _mutes(ids):
        hidden[member].add(muted)
    return {pk: frozenset(others) for pk, others in hidden.items()}


def put_away_by(member: Member) -> frozenset[int]:
    """The authors whom `member` blocked or muted. In an ended conversation the other one's words stay for the other."""
    blocked = Block.objects.filter(blocker=member).values_list("blocked", flat=True)
    return frozenset(blocked) | {muted for _, muted in _mutes([member.pk])}


def are_apart(one: int, other: int) -> bool:
    """True when a block or a no-contact pair stands between two members, whoever made it."""
    return any({one, other} == {a, b} for a, b in _pairs([one]))


def _pairs(ids: list[int]) -> list[tuple[int, int]]:
    return [*Block.objects.around(ids).values_list("blocker", "blocked"), *_kept_apart(ids)]


def _kept_apart(ids: list[int]) -> list[tuple[int, int]]:
    return list(NoContact.objects.filter(Q(low__in=ids) | Q(high__in=ids)).values_list("low", "high"))


def _moderators_among(ids: set[int]) -> set[int]:
    if not ids:
        return set()
    return set(Member.objects.filter(pk__in=ids, groups__name__in=MODERATING).values_list("pk", flat=True))


def _mutes(ids: list[int]) -> list[tuple[int, int]]:
    still = Q(until=None) | Q(until__gt=timezone.now())
    return list(Mute.objects.filter(still, member__in=ids).values_list("member", "muted"))


def other_member(member: Member, name: str) -> Member:
    """The member called `name`, unless it is oneself. Raises `NotYours`, the same for absent and gone."""
    found = Member.objects.filter(name=name, is_active=True).exclude(pk=member.pk).first()
    if found is None:
        raise NotYours
    return found


def held_pair(one: Member, other: Member) -> tuple[Member, Member]:
    """Both members in key order, held until commit: what stands between them changes once at a time."""
    rows = Member.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk").select_for_update(no_key=True)
    low, high = rows
    return low, high


def block(member: Member, other: Member) -> None:
    """Neither sees or reaches the other from now on. Doing it twice is the same as once."""
    with transaction.atomic():
        held_pair(member, other)
        _, is_new = Block.objects.get_or_create(blocker=member, blocked=other)
        if is_new:
            _changing(member, other, for_both=True, put_apart_by=member)


def unblock(member: Member, other: Member) -> None:
    """Takes one's own block back. What ended stays ended."""
    with transaction.atomic():
        held_pair(member, other)
        if Block.objects.filter(blocker=member, blocked=other).delete()[0]:
            _changing(member, other, for_both=True)


def mute(member: Member, other: Member, *, until: datetime | None = None) -> None:
    """`member` does not see the other's words, for good or until then. The other notices nothing."""
    with transaction.atomic():
        Mute.objects.update_or_create(member=member, muted=other, defaults={"until": until})
        _changing(member, other)


def unmute(member: Member, other: Member) -> None:
    """Takes a mute back."""
    with transaction.atomic():
        if Mute.objects.filter(member=member, muted=other).delete()[0]:
            _changing(member, other)


def keep_apart(one: Member, other: Member, *, by: Member, reason: str) -> None:
    """A moderator's no-contact pair. Who may make one is the caller's to ask."""
    with transaction.atomic():
        low, high = held_pair(one, other)
        _, is_new = NoContact.objects.get_or_create(low=low, high=high, defaults={"made_by": by, "reason": reason})
        if is_new:
            _changing(one, other, for_both=True, put_apart_by=by)


def let_meet(one: Member, other: Member) -> None:
    """Ends a no-contact pair."""
    with transaction.atomic():
        low, high = held_pair(one, other)
        if NoContact.objects.filter(low=low, high=high).delete()[0]:
            _changing(one, other, for_both=True)


def _changing(member: Member, other: Member, *, for_both: bool = False, put_apart_by: Member | None = None) -> None:
    pair = (member.pk, other.pk)
    by = put_apart_by.pk if put_apart_by else None
    apart_changing.send(Block, pair=pair, whose=pair if for_both else pair[:1], put_apart_by=by)
