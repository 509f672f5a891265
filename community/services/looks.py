"""Staff who look at what was said in private: written down first, and shown to those whose words they were."""

from __future__ import annotations

from collections.abc import Iterable

from community.models import Member, StaffLook


def record(members: Iterable[Member], *, role: str, reason: str, messages: int) -> None:
    """Notes that somebody in this role is about to be shown so many private messages. Call before showing them."""
    StaffLook.objects.bulk_create(
        StaffLook(member=member, role=role, reason=reason, messages=messages) for member in members
    )


def at_words_of(member: Member) -> list[StaffLook]:
    """Every look at this member's private words, newest first."""
    return list(StaffLook.objects.filter(member=member).order_by("-at"))
