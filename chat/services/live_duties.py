"""A live chat that nobody came to lead: its host and cover are called, and whoever signed up is told once, each way.

Each step is noted in the chat's row while that is held, so two processes at once take it once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from chat.models import LiveChat
from chat.services import live_chats, live_told
from chat.services.live_clock import CHECK_IN_BY
from chat.services.live_state import stamp
from community.duties import duty
from community.models import Member
from community.services import digest, notices, outbox

CALLED_FROM = timedelta(minutes=20)  # before the start: nobody has checked in, so its cover is called, and again later
CALL, CALL_AGAIN, OFF, ON = "call", "call-again", "off", "on"
TOLD = "led"  # under this name in `LiveChat.told`


@duty("live chats that nobody leads", every_seconds=15)
def look_after() -> int:
    """Takes every step that is due; how many."""
    now = timezone.now()
    near = LiveChat.objects.filter(starts_at__lte=now + CALLED_FROM, ends_at__gt=now, cancelled_at=None, closed_at=None)
    return sum(len(_take_steps(one)) for one in near.order_by("pk") if steps_due(one, now))


def steps_due(chat: LiveChat, at: datetime) -> list[str]:
    """What has to be done at this moment about who leads the chat and what was said of that. Pure."""
    said = _said(chat)
    if at >= chat.ends_at or chat.cancelled_at or chat.closed_at:
        return []
    if chat.checked_in_at is not None:
        return [ON] if said.get("word") == OFF else []
    steps = [CALL] if at >= chat.starts_at - CALLED_FROM and CALL not in said else []
    if at >= chat.starts_at - CHECK_IN_BY:
        steps = [] if CALL_AGAIN in said else [CALL_AGAIN]  # one call, also for whoever slept through the first
        steps += [OFF] if said.get("word") != OFF else []
    return steps


def _said(chat: LiveChat) -> dict[str, Any]:
    """What was done for the time it has now; a chat that was moved begins anew."""
    said = chat.told.get(TOLD, {})
    return said if said.get("for") == stamp(chat.starts_at) else {"for": stamp(chat.starts_at)}


@transaction.atomic
def _take_steps(chat: LiveChat) -> list[str]:
    now, row = timezone.now(), live_chats.held(chat)
    steps, said = steps_due(row, now), dict(_said(row))
    for step in steps:
        if step in (CALL, CALL_AGAIN):
            _call(row, step)
            said[step] = stamp(now)
        else:
            _tell(row, step)
            said["word"] = step
    if steps:
        row.told = {**row.told, TOLD: said}
        row.save(update_fields=["told"])
    return steps


def _call(chat: LiveChat, step: str) -> None:
    """Calls the cover, and whoever leads it unless they said that they can't come; without either, its moderator."""
    leader = chat.leader.pk if chat.leader and not chat.cover_asked_at else None
    ids = {chat.cover_id, leader} - {None} or {chat.moderator_id} - {None}
    path, key = f"/host/{chat.token}/", f"live-{step}:{chat.token}:{chat.starts_at:%m%d%H%M}"
    notices.notify([pk for pk in ids if pk], kind="live-unled", key=key, subject=chat.topic, path=path)


def _tell(chat: LiveChat, word: str) -> None:
    """Tells those who signed up that it is off, or on after all: in their notices, and by mail who wanted that."""
    coming = chat.sign_ups.filter(left_at=None).select_related("member").order_by("pk")
    leads = live_told.led_by(chat)
    rows = [one for one in coming if one.member_id not in leads and one.member.may_sign_in()]
    live_told.tell([one.member_id for one in rows], chat, f"live-{word}", by=None)
    _write_to(one.member for one in rows if one.by_mail)


def _write_to(members: Iterable[Member]) -> None:
    for member in members:
        if address := digest.address_of(member):
            with translation.override(member.language):
                words = _("Something changed about a chat you signed up for. It's on its page.")
                outbox.write(to=address, subject=_("Something new for you"), body=words)
