"""What is read afresh inside every write: session, standing, place in the room (rule 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Pause
from chat.services import statements
from community.access import has_role
from community.models import Member
from community.refusals import NotYours, Refusal

M = TypeVar("M", bound=Model)
# Who writes, whether they may, and how they are shown beside their words.
_OF_A_MEMBER = ("id", "name", "pebble", "joined_at", "silenced_until", "suspended_until", "is_active")


class SessionOver(Refusal):
    """The session ended; nothing is stored for it any more (promise S3)."""

    code = "session-over"
    detail = _("You've been signed out to keep this private. Sign in to go on.")
    status = 403


class Silenced(Refusal):
    """The member may read but not write for now."""

    code = "silenced"
    status = 403

    def __init__(self, until: datetime) -> None:
        words = _("You can read everything. You can't post until %(time)s.")
        super().__init__(words % {"time": timezone.localtime(until).strftime("%H:%M, %d %B")})


class PausedHere(Refusal):
    """The member may read but not write in this one room for now."""

    code = "silenced"
    status = 403

    def __init__(self, until: datetime) -> None:
        words = _("You can read everything here. You can't post in this room until %(time)s.")
        super().__init__(words % {"time": timezone.localtime(until).strftime("%H:%M, %d %B")})


class Asking(Protocol):
    """Anything that says who asks: a draft or a change."""

    @property
    def member_id(self) -> int: ...

    @property
    def session_key(self) -> str: ...

    @property
    def room(self) -> str: ...


@dataclass(slots=True)
class Standing:
    """What was true of everyone who asks, at the moment their rows were locked."""

    at: datetime
    sessions: set[str]
    members: dict[int, Member]
    places: dict[tuple[str, int], bool]  # by (room slug, member id): may the member only read there for now

    def admit(self, asking: Asking) -> Member:
        """The member, if they may write in the room at all. Raises what to tell them otherwise."""
        member = self.members.get(asking.member_id)
        if asking.session_key not in self.sessions or member is None or not member.may_sign_in():
            raise SessionOver
        if (asking.room, member.pk) not in self.places:
            raise NotYours
        if member.silenced_until and member.is_silenced(self.at):
            raise Silenced(member.silenced_until)
        if self.places[asking.room, member.pk]:
            raise PausedHere(paused_until(member.pk, asking.room, self.at) or self.at)
        return member


def locked(rows: QuerySet[M], *, of: tuple[str, ...] = ()) -> QuerySet[M]:
    """The rows held until commit, in key order so that two writers cannot wait for each other.

    On SQLite the transaction is immediate and holds the database already.
    """
    return rows.order_by("pk").select_for_update(no_key=True, of=of)


def standing(asking: Sequence[Asking]) -> Standing:
    """Reads and locks sessions, members and places of everyone who asks. Call inside a transaction."""
    keys = {one.session_key for one in asking}
    ids = {one.member_id for one in asking}
    slugs = {one.room for one in asking}
    now = timezone.now()
    sessions = statements.held_sessions(list(keys), now)
    members = statements.held(Member, "id", ids, _OF_A_MEMBER)
    return Standing(
        at=now,
        sessions=sessions,
        members={member.pk: member for member in members},
        places=statements.held_places(list(slugs), list(ids), now),
    )


def paused_until(member_id: int, slug: str, at: datetime) -> datetime | None:
    """Until when the member only reads in this room; None when they may write."""
    rows = Pause.objects.filter(member=member_id, room__slug=slug, until__gt=at)
    return rows.order_by("-until").values_list("until", flat=True).first()


def may_write_in_closed(member: Member) -> bool:
    """Those who look after rooms may still write where others only read."""
    return has_role(member, "moderators", "leads", "admins")
