"""Tags about places in rooms, for pages that know nothing of rooms."""

from __future__ import annotations

from django import template

from chat.models import Room
from chat.services import levels
from community.models import Member

register = template.Library()


@register.simple_tag
def shared_rooms(reader: Member, other: Member) -> list[Room]:
    """Listed rooms that both members are in."""
    return levels.shared_rooms(reader, other)
