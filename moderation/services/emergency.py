"""What the emergency procedure shows: the member's country's own number first. Nobody is asked for an address."""

from __future__ import annotations

from django.utils import timezone

from community.choosing import Choice
from community.models import Member
from community.services.helplines import helplines_for


def lines_for(member: Member | None) -> Choice:
    """Emergency number and lines of the country the member gave; an unknown country gives international ones only."""
    return helplines_for(member, timezone.now())
