"""What moderation hears of chat, and what it passes on to this process's hub."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from chat import hub, signals
from chat.guard import Guard
from chat.services import room_guard
from community.signals import member_left, serving_begins, serving_ended
from moderation import demo, demo_shifts, rehearsal
from moderation import signals as own
from moderation.beforehand import Coming
from moderation.desk import Desk
from moderation.offers import Offers
from moderation.services import care_limits, live_calls, readers, rehearsing, reports, screening


@receiver(serving_begins)
def _serving(sender: Any, **_: Any) -> None:
    readers.begin()


@receiver(serving_ended)
def _served(sender: Any, **_: Any) -> None:
    readers.end()


@receiver(signals.messages_coming)
def _read_beforehand(sender: Any, drafts: list[Any], **_: Any) -> None:
    readers.hint([Coming(f"{one.member_id} {one.room}", one.body) for one in drafts])


@receiver(signals.messages_storing)
def _screen(sender: Any, messages: list[Any], **_: Any) -> None:
    screening.screen(messages)


@receiver(signals.conversations_left)
def _evidence(sender: Any, room_ids: set[int], **_: Any) -> set[int]:
    return reports.evidence_in(room_ids)


@receiver(signals.words_going)
def _evidence_among(sender: Any, room_id: int, **_: Any) -> set[int]:
    return reports.evidence_among(room_id)


@receiver(signals.moderator_called)
def _called(sender: Any, chat: Any, by: Any, is_needed: bool, **_: Any) -> None:
    (live_calls.called if is_needed else live_calls.called_off)(chat, by)


@receiver(own.support_offered)
def _offered(sender: Any, member_id: int, **_: Any) -> None:
    hub.from_thread("part_moved", Offers.name, [member_id])


@receiver(own.queue_moved)
def _queue_moved(sender: Any, **_: Any) -> None:
    hub.from_thread("part_moved", Desk.name, [])


@receiver(own.shifts_moved)
def _shifts_moved(sender: Any, **_: Any) -> None:
    room_guard.forget()
    hub.from_thread("part_moved", Guard.name, [])


@receiver(member_left)
def _left(sender: Any, member_id: int, **_: Any) -> None:
    care_limits.forget(member_id)


@receiver(signals.demo_loaded)
def _demo(sender: Any, **_: Any) -> None:
    if rehearsing.is_on():
        rehearsal.load()
        return
    demo.load()
    demo_shifts.keep_somebody_on()
