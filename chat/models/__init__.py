"""The tables of `chat`."""

from chat.models.conversation import Conversation, Request
from chat.models.message import Change, EarlierText, Mention, Message, Reaction
from chat.models.noticing import Noticed
from chat.models.room import Membership, Pause, Room

__all__ = [
    "Change",
    "Conversation",
    "EarlierText",
    "Mention",
    "Membership",
    "Message",
    "Noticed",
    "Pause",
    "Reaction",
    "Request",
    "Room",
]
