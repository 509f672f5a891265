"""The tables of `chat`."""

from chat.models.conversation import Conversation, Request
from chat.models.live_chat import (
    CalendarAddress,
    Gap,
    LeadSeen,
    Leaving,
    LiveChat,
    Prompt,
    Question,
    Series,
    SignUp,
    Wish,
)
from chat.models.live_note import LiveNote
from chat.models.memorial import HandOver, Memorial, MemorialTerms
from chat.models.message import Change, EarlierText, Mention, Message, Reaction
from chat.models.noticing import Noticed
from chat.models.room import Membership, Pause, Room
from chat.models.story_talk import StoryTalk

__all__ = [
    "CalendarAddress",
    "Change",
    "Conversation",
    "EarlierText",
    "HandOver",
    "Memorial",
    "MemorialTerms",
    "Gap",
    "LeadSeen",
    "Leaving",
    "LiveChat",
    "LiveNote",
    "Membership",
    "Mention",
    "Message",
    "Noticed",
    "Pause",
    "Prompt",
    "Question",
    "Reaction",
    "Request",
    "Room",
    "Series",
    "SignUp",
    "StoryTalk",
    "Wish",
]
