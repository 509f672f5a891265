"""What an app above knows of a live chat's room and tells its host. Chat asks, and knows nothing of how it is known."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

log = logging.getLogger("chat.host_side")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hard:
    """The newest hard message of a member in a room: whose, where, when. Never its words, nor why."""

    member_id: int
    seq: int
    at: datetime


class Side(Protocol):
    """What is asked. Rooms and members are named by their keys."""

    def looking(self, room_id: int) -> str:
        """ "looking" while a moderator holds a case of this room, "waiting" while one waits, else empty."""
        ...

    def waiting(self, room_id: int, reader: Any) -> list[tuple[int, int]]:
        """(seq, minutes) of messages that wait for an answer, the longest first."""
        ...

    def answered(self, room_id: int, seq: int, by: Any) -> None:
        """`by` says that this one had its answer. Raises `NotYours`."""
        ...

    def hard(self, room_id: int) -> list[Hard]:
        """Members whose message was hard, with the newest of each."""
        ...


_sides: list[Side] = []


def tells_hosts(side: Side) -> Side:
    """Enters somebody to ask."""
    if side not in _sides:
        _sides.append(side)
    return side


def looking(room_id: int) -> str:
    """Whether a moderator looks, or is awaited; empty where nothing is open, or nobody knows."""
    answers = [_asked(side.looking, "", room_id) for side in _sides]
    return next(filter(None, answers), "")


def waiting(room_id: int, reader: Any) -> list[tuple[int, int]]:
    """Messages that wait for an answer."""
    none: list[tuple[int, int]] = []
    return [one for side in _sides for one in _asked(side.waiting, none, room_id, reader)]


def answered(room_id: int, seq: int, by: Any) -> None:
    """Says of a message that it was answered."""
    for side in _sides:
        side.answered(room_id, seq, by)


def hard(room_id: int) -> list[Hard]:
    """Members whose message was hard."""
    none: list[Hard] = []
    return [one for side in _sides for one in _asked(side.hard, none, room_id)]


def _asked(ask: Callable[..., T], otherwise: T, *about: Any) -> T:
    try:
        return ask(*about)
    except Exception as error:  # noqa: BLE001  (whatever fails up there costs a line of the strip, not the strip)
        log.error("a list for a host could not be made: %s", type(error).__name__)  # noqa: TRY400
        return otherwise
