"""What chat hears: its own commits and community's news, passed on to this process's hub."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from chat import hub, signals
from chat.services import parting, story_talk
from community import readiness
from community import signals as community_signals


@receiver(signals.messages_stored)
def _stored(sender: Any, stored: list[Any], **_: Any) -> None:
    hub.from_thread("stored", stored)


@receiver(signals.room_moved)
def _moved(sender: Any, room_id: int, top: int, revision: int, **_: Any) -> None:
    hub.from_thread("moved", room_id, top, revision)


@receiver(signals.member_moved)
def _member_moved(sender: Any, member_id: int, **_: Any) -> None:
    hub.from_thread("member_moved_everywhere", member_id)


@receiver(signals.live_moved)
def _live_moved(sender: Any, room_ids: list[int], **_: Any) -> None:
    hub.from_thread("part_moved", "live", room_ids)


@receiver(community_signals.notices_moved)
def _notices_moved(sender: Any, member_ids: list[int], **_: Any) -> None:
    hub.from_thread("notices_moved", member_ids)


@receiver(community_signals.story_changed)
def _story_changed(sender: Any, story: Any, **_: Any) -> None:
    story_talk.settle(story)


@receiver(community_signals.session_ended)
def _session_ended(sender: Any, **_: Any) -> None:
    hub.from_thread("recheck_everywhere")


@receiver(community_signals.apart_changing)
def _apart(sender: Any, pair: tuple[int, int], whose: list[int], put_apart_by: int | None, **_: Any) -> None:
    parting.note(pair, whose=whose, put_apart_by=put_apart_by)


@readiness.on_drain
async def _let_everyone_go() -> None:
    await hub.drain()
