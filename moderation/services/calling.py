"""Who is called when nobody looks, and by every way: a notification, a letter and the team's webhook. All are rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from community.models import Member
from community.services import notices, outbox
from moderation.models.shift import ROLES
from moderation.services import hooks


@dataclass(frozen=True, slots=True)
class Call:
    """What is told: a notice of this kind and key, a letter, and an event. No words and no names of members."""

    kind: str
    key: str
    subject: str  # of the letter
    sentence: str
    event: Mapping[str, Any]
    path: str = "/moderate/"
    about: str = field(default="")  # the subject of the notice


def reach(people: Sequence[Member], call: Call) -> None:
    """Tells these people. Call in the transaction of what it is about."""
    notices.notify([one.pk for one in people], kind=call.kind, key=call.key, subject=call.about, path=call.path)
    address = f"{settings.BASE_URL}{call.path}"
    write(people, call.subject, f"{call.sentence}\n\n{address}")
    hooks.call({**call.event, "address": address})


def write(people: Iterable[Member], subject: str, body: str) -> None:
    """A letter to each of these people who has an address."""
    for email in sorted({one.email for one in people if one.email}):
        outbox.write(to=email, subject=subject, body=body)


def everyone(*roles: str) -> QuerySet[Member]:
    """Members with any of these roles, whose accounts are open."""
    return Member.objects.filter(groups__name__in=roles, is_active=True).distinct()


def who_may_be_called() -> list[Member]:
    """Everyone who moderates, those on call first and in their order."""
    people = everyone(*ROLES)
    return list(people.select_related("on_call").order_by(F("on_call__place").asc(nulls_last=True), "name"))


def on_call() -> list[Member]:
    """Those who are called one after the other, in their order, as far as they may sign in."""
    rows = Member.objects.filter(on_call__isnull=False, is_active=True).order_by("on_call__place")
    return [one for one in rows if one.may_sign_in()]


def chain() -> list[list[Member]]:
    """Whom each step calls: those on call one after the other, and at last everyone who moderates."""
    return [*([one] for one in on_call()), list(everyone(*ROLES).order_by("pk"))]


def first_called(*, besides: Collection[int]) -> list[Member]:
    """Whoever is on call first, and without anybody on call everyone who moderates; never those `besides`."""
    steps = ([one for one in step if one.pk not in besides and one.may_sign_in()] for step in chain())
    return next((step for step in steps if step), [])
