"""What moderation hears of chat."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from chat import signals
from moderation import demo
from moderation.services import reports, screening


@receiver(signals.messages_storing)
def _screen(sender: Any, messages: list[Any], **_: Any) -> None:
    screening.screen(messages)


@receiver(signals.conversations_left)
def _evidence(sender: Any, room_ids: set[int], **_: Any) -> set[int]:
    return reports.evidence_in(room_ids)


@receiver(signals.demo_loaded)
def _demo(sender: Any, **_: Any) -> None:
    demo.load()
