"""The rooms of a tab's member that the tab is not in: how much is new there, told at most every two seconds."""

from __future__ import annotations

from chat import protocol
from chat.protocol import RoomState


class Elsewhere:
    """Where these rooms stand and how far the member has read them."""

    def __init__(self, states: list[RoomState]) -> None:
        self._at = {state.room: (state.top, state.read) for state in states}
        self._kinds = {state.room: state.kind for state in states}
        self._moved: set[str] = set()

    def __contains__(self, slug: str) -> bool:
        return slug in self._at

    def slugs(self) -> list[str]:
        """The rooms counted here."""
        return list(self._at)

    def left(self, slug: str, top: int, read: int) -> None:
        """The tab left a room; from now on it is counted here."""
        self._at[slug] = (top, read)

    def entered(self, slug: str) -> bool:
        """The tab is in the room now. True when it was counted here."""
        return self._at.pop(slug, None) is not None

    def found(self, state: RoomState) -> None:
        """The member has a place in one more room."""
        self._at[state.room] = (state.top, state.read)
        self._kinds[state.room] = state.kind
        self._moved.add(state.room)

    def moved(self, slug: str, top: int) -> None:
        """A room has come further."""
        if slug in self._at and top > self._at[slug][0]:
            self._at[slug] = (top, self._at[slug][1])
            self._moved.add(slug)

    def read(self, slug: str, seq: int) -> None:
        """The member has read a room up to here, in this tab or another."""
        if slug in self._at:
            top, before = self._at[slug]
            self._at[slug] = (top, max(before, seq))

    def news(self) -> list[protocol.Unread]:
        """What is to be told since the last call."""
        moved, self._moved = self._moved & self._at.keys(), set()
        return [self._unread(slug) for slug in sorted(moved)]

    def _unread(self, slug: str) -> protocol.Unread:
        top, read = self._at[slug]
        kind = self._kinds.get(slug, "group")
        return protocol.Unread(slug, max(top - read, 0), "" if kind == "group" else kind)
