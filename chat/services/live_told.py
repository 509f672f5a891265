"""Telling those concerned that a live chat changed: whoever signed up, and whoever leads it. Once for each change."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.urls import reverse

from chat.models import LiveChat, Series
from chat.services import live_chats
from community.models import Member
from community.services import notices


def key_of(chat: LiveChat) -> str:
    """What notices about changes of this chat count under: the newest stands for all."""
    return f"live:{chat.token}"


def tell_of(chat: LiveChat, kind: str, said: str, *, by: Member | None, but: Collection[int] = ()) -> None:
    """Tells everyone concerned but `by` of a change of a held chat; `said` is what is new, and never told twice.

    `but` are members who lead it and hear of this in another way. The caller stores `told` with what else changed.
    """
    if chat.told.get(kind) == said:
        return
    chat.told = {**chat.told, kind: said}
    coming = set(chat.sign_ups.filter(left_at=None).values_list("member", flat=True))
    tell(coming | (led_by(chat) - set(but)), chat, kind, by=by)


def tell(member_ids: Iterable[int], chat: LiveChat, kind: str, *, by: Member | None) -> None:
    """Tells these members, but not the one who did it."""
    ids = set(member_ids) - ({by.pk} if by else set())
    path = reverse("live-chat", args=[chat.token])
    notices.notify(ids, kind=kind, key=key_of(chat), subject=chat.topic, path=path)


def led_by(one: LiveChat | Series) -> set[int]:
    """Whoever leads the chat, or the chats of the series."""
    return {pk for part in (*live_chats.LED_BY, "led_by") if (pk := getattr(one, f"{part}_id", None))}
