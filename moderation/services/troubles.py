"""Troubles of the site that somebody should hear of: a letter to those who can mend it, once an hour for each kind."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from moderation.models import Alarm
from moderation.services import calling

TOLD_AGAIN_AFTER = timedelta(hours=1)


def tell(kind: str, roles: tuple[str, ...], subject: str, body: str) -> None:
    """Writes to everybody with one of these roles; a trouble of this kind once an hour, whoever finds it."""
    if _is_news(kind):
        calling.write(calling.everyone(*roles), subject, body)


def _is_news(kind: str) -> bool:
    now = timezone.now()
    _, made = Alarm.objects.get_or_create(kind=kind, defaults={"at": now})
    return made or bool(Alarm.objects.filter(kind=kind, at__lt=now - TOLD_AGAIN_AFTER).update(at=now))
