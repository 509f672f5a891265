"""A host calls a moderator: those at the desk and on call are told at once, by every way that a late case would."""

from __future__ import annotations

from django.utils import timezone

from chat.models import LiveChat
from community.models import Member
from community.services import notices
from moderation.models import AtDesk
from moderation.services import calling
from moderation.services.calling import Call
from moderation.services.desk import GRACE

CALL = "live-call"  # kind of the notice; it rings in quiet hours, too


def called(chat: LiveChat, by: Member) -> list[Member]:
    """Tells those who can come now; who they are. Call in the transaction that stores the call."""
    people = [one for one in _whom(chat) if one.pk != by.pk]
    event = {"event": "live-call", "chat": chat.token}
    sentence, path = "A host asks for a moderator in a live chat.", f"/host/{chat.token}/"
    calling.reach(people, Call(CALL, _key(chat), "A host asks for you", sentence, event, path, chat.topic))
    return people


def called_off(chat: LiveChat, by: Member) -> None:
    """Nobody needs to come any more: the call is no longer new to anybody."""
    notices.seen_each((one.pk, _key(chat)) for one in calling.who_may_be_called())


def _whom(chat: LiveChat) -> list[Member]:
    """The chat's own moderator, those at the desk, those on call; everyone who moderates where there is none."""
    everyone = {one.pk: one for one in calling.who_may_be_called() if one.may_sign_in()}
    here = set(AtDesk.objects.filter(seen_at__gt=timezone.now() - GRACE).values_list("member", flat=True))
    on_call = {pk for pk, one in everyone.items() if getattr(one, "on_call", None)}
    near = [pk for pk in everyone if pk in here | on_call or pk == chat.moderator_id]
    return [everyone[pk] for pk in near or everyone]


def _key(chat: LiveChat) -> str:
    return f"{CALL}:{chat.token}"
