"""What apps above tell sockets: each registers a part, and every hub has one of each.

A part learns what happens through hints that name a part and numbers, never words, and that may be lost, doubled or
late; so it also looks by itself whenever the hub polls.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chat.feed import Feed
    from chat.hub import Hub

CHUNK = 400  # numbers in one hint


class Part:
    """What a hub asks of a part, always on the hub's own loop; nothing here waits."""

    name = ""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def opened(self, socket: Any) -> None:
        """A socket opened."""

    def entered(self, socket: Any, feed: Feed) -> None:
        """A socket begins to read a room."""

    def closed(self, socket: Any) -> None:
        """A socket closed; told once."""

    def hinted(self, ids: list[int]) -> None:
        """Something about these moved, here or in another process."""

    def look_at_all(self) -> None:
        """The poll: hints may have been lost."""


_kinds: dict[str, type[Part]] = {}


def part(kind: type[Part]) -> type[Part]:
    """Enters a kind of part, of which every hub that starts from now on has one."""
    _kinds[kind.name] = kind
    return kind


class Parts:
    """The parts of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._parts = {name: kind(hub) for name, kind in _kinds.items()}

    def __getitem__(self, name: str) -> Part:
        return self._parts[name]

    def opened(self, socket: Any) -> None:
        """A socket opened."""
        for one in self._parts.values():
            one.opened(socket)

    def entered(self, socket: Any, feed: Feed) -> None:
        """A socket begins to read a room."""
        for one in self._parts.values():
            one.entered(socket, feed)

    def closed(self, socket: Any) -> None:
        """A socket closed."""
        for one in self._parts.values():
            one.closed(socket)

    def moved(self, name: str, ids: Iterable[int]) -> None:
        """Something of a part moved through this process: it looks, and hints to the others."""
        wanted = list(ids)
        self.hinted(name, wanted)
        for start in range(0, max(len(wanted), 1), CHUNK):
            self._hub.backbone.part_moved(name, wanted[start : start + CHUNK])

    def hinted(self, name: str, ids: list[int]) -> None:
        """The same, said by another process. One that this process does not have is passed over."""
        if name in self._parts:
            self._parts[name].hinted(ids)

    def look_at_all(self) -> None:
        """The poll."""
        for one in self._parts.values():
            one.look_at_all()
