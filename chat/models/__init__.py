"""The tables of `chat`."""

from chat.models.message import Change, EarlierText, Mention, Message, Reaction
from chat.models.room import Membership, Room

__all__ = ["Change", "EarlierText", "Mention", "Membership", "Message", "Reaction", "Room"]
