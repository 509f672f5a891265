"""What pages of other apps may show of chat."""

from __future__ import annotations

from django import template

from chat.models.room import RoomQuerySet
from chat.services import requests
from community.models import Member

register = template.Library()


@register.simple_tag
def shared_rooms(one: Member, other: Member) -> RoomQuerySet:
    """The group rooms in which both have a place."""
    return requests.shared_rooms(one, other)
