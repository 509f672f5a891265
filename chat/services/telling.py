"""Lets the apps above read new words: while they wait to be stored, and inside the transaction that stores them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from chat import signals
from chat.models import Message

if TYPE_CHECKING:
    from chat.services.messages import Draft


def let_others_know(drafts: Sequence[Draft]) -> None:
    """These drafts will be stored, if nothing forbids it. Called in the event loop: nobody waits."""
    for _, failure in signals.messages_coming.send_robust(None, drafts=drafts):
        if failure is not None:
            signals.log_failure(failure, "messages_coming")


def let_others_store(messages: Sequence[Message]) -> None:
    """Moderation reads the plain words here. If it fails, the messages still exist and the sweep reads them later."""
    if not signals.messages_storing.has_listeners(Message):
        return
    before = [(one.veiled, one.hidden_at, one.held_at) for one in messages]
    try:
        with transaction.atomic():
            signals.messages_storing.send(Message, messages=list(messages))
    except Exception as error:  # noqa: BLE001
        for one, was in zip(messages, before, strict=True):  # as in the database, whose savepoint is lost
            one.veiled, one.hidden_at, one.held_at = was
        signals.log_failure(error)
