"""Tabs on in-process sockets for tests of moderation, as those of chat have them."""

from tests.chat.conftest import ana, ben, room, tabs

__all__ = ["ana", "ben", "room", "tabs"]
