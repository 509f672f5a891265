"""What community hears of itself: devices go with their session, the help file and the index with what changed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from community import signals
from community.models import Resource, Story
from community.services import help_file, link_checks, push, search_index


@receiver(signals.session_ended)
def _session_ended(sender: Any, session_keys: list[str], **_: Any) -> None:
    push.forget_sessions(session_keys)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    key = request.session.session_key if request is not None and hasattr(request, "session") else None
    if key:
        push.forget_sessions([key])


@receiver(signals.resource_changed)
def _resource_changed(sender: Any, resource: Resource, **_: Any) -> None:
    help_file.write()
    link_checks.list_of(resource)
    search_index.index_quietly(resource)


@receiver(signals.story_changed)
def _story_changed(sender: Any, story: Story, **_: Any) -> None:
    search_index.index_quietly(story)


@receiver(signals.order_agreed)
def _order_agreed(sender: Any, **_: Any) -> None:
    help_file.write()
