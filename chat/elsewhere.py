"""The rooms of a tab's member that the tab is not in: how much is new there, told at most every two seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chat import protocol
from chat.protocol import RoomState
from chat.services.hiding import Held, new_between


class Elsewhere:
    """Where these rooms stand and how far the member has read them.

    What moves is told in two steps, so that what is held back is looked up between them: `stirred` says which rooms
    have moved, and `news` tells of them as they stood then.
    """

    def __init__(self, member_id: int, states: list[RoomState], told: Mapping[str, int]) -> None:
        self._me = member_id
        self._at = {state.room: (state.top, state.read) for state in states}
        self._kinds = {state.room: state.kind for state in states}
        self._told = dict(told)  # the counts that the tab knows
        self._moved: dict[str, int] = {}  # what nobody asked about yet: room and its top
        self._stood: dict[str, tuple[int, int]] = {}

    def __contains__(self, slug: str) -> bool:
        return slug in self._at

    def slugs(self) -> list[str]:
        """The rooms counted here."""
        return list(self._at)

    def left(self, slug: str, top: int, read: int) -> None:
        """The tab left a room; from now on it is counted here."""
        self._at[slug] = (top, read)
        self._told.pop(slug, None)

    def entered(self, slug: str) -> bool:
        """The tab is in the room now. True when it was counted here."""
        return self._at.pop(slug, None) is not None

    def found(self, state: RoomState) -> None:
        """The member has a place in one more room."""
        self._at[state.room] = (state.top, state.read)
        self._kinds[state.room] = state.kind
        self._told.pop(state.room, None)
        self._moved[state.room] = state.top

    def moved(self, slug: str, top: int, revision: int) -> None:
        """A room has come further, or something in it changed: perhaps what is held back."""
        if slug in self._at and self._stood.get(slug) != (top, revision):
            self._stood[slug] = (top, revision)
            self._moved[slug] = max(top, self._moved.get(slug, 0))

    def read(self, slug: str, seq: int) -> None:
        """The member has read a room up to here, in this tab or another."""
        if slug in self._at:
            top, before = self._at[slug]
            self._at[slug] = (top, max(before, seq))
            self._told.pop(slug, None)

    def stirred(self) -> list[str]:
        """The rooms that moved since the last call, which now stand where they moved to."""
        moved, self._moved = self._moved, {}
        here = [slug for slug in sorted(moved) if slug in self._at]
        for slug in here:
            top, read = self._at[slug]
            self._at[slug] = (max(top, moved[slug]), read)
        return here

    def news(self, held: Mapping[str, Sequence[Held]]) -> list[protocol.Unread]:
        """What is to be told of these rooms: counts that the tab does not know. `held` is what others held back."""
        counts = {slug: self._count(slug, held[slug]) for slug in held if slug in self._at}
        new = {slug: count for slug, count in counts.items() if self._told.get(slug) != count}
        self._told |= new
        return [protocol.Unread(slug, count, self._kind(slug)) for slug, count in new.items()]

    def _count(self, slug: str, held: Sequence[Held]) -> int:
        top, read = self._at[slug]
        return new_between(read, top, held, self._me)

    def _kind(self, slug: str) -> str:
        kind = self._kinds.get(slug, "group")
        return "" if kind == "group" else kind
