"""A moderator's browser without a browser: a client whose session was opened with a code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from community.models import Member
from moderation.models import Flag
from tests.browser.staff import session_with_code


def at_console(member: Member) -> Client:
    """A client of this member, who gave their code."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_with_code(member)
    return client


def url(name: str, flag: Flag | None = None) -> str:
    """An address of the console."""
    return reverse(f"moderation:{name}", args=[flag.token] if flag else [])


def page(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())
