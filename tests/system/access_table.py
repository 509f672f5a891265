"""Who may open which address: one row for every URL, and one for every frame.

An address is *open* (everyone), for *visitors* (signed-out people; members are sent on), for *members*
(anyone signed in), for people with a *place* in the room, or for the *author* of the message only.
"""

from __future__ import annotations

OPEN = "open"
VISITOR = "visitor"
MEMBER = "member"
PLACE = "place"
AUTHOR = "author"

URLS: dict[str, str] = {
    "today": MEMBER,
    "rooms": OPEN,
    "room": MEMBER,
    "room-join": MEMBER,
    "room-leave": PLACE,
    "room-read": PLACE,
    "rooms-read": MEMBER,
    "room-post": PLACE,
    "room-messages": PLACE,
    "message": PLACE,
    "message-edit": AUTHOR,
    "message-heads-up": AUTHOR,
    "message-withdraw": AUTHOR,
    "message-react": PLACE,
    "moderation:report": PLACE,
}

FRAMES: dict[str, str] = {
    "room.enter": PLACE,
    "room.leave": MEMBER,
    "message.post": PLACE,
    "message.edit": AUTHOR,
    "message.withdraw": AUTHOR,
    "message.react": PLACE,
    "read": PLACE,
    "beat": MEMBER,
}
