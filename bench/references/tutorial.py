"""The pattern of the Channels tutorial: a consumer per socket, a group per room, `group_send` per message.

Nothing is stored or checked. `LAYER_URL` chooses the Redis pub/sub layer, else the layer is in memory.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import django
from django.conf import settings

_url = os.environ.get("LAYER_URL", "")
_in_redis = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [_url]}}
_in_memory = {"BACKEND": "channels.layers.InMemoryChannelLayer"}
settings.configure(
    INSTALLED_APPS=["daphne", "channels"],
    CHANNEL_LAYERS={"default": _in_redis if _url else _in_memory},
    SECRET_KEY="only-for-measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402  (needs the settings)
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402


class ChatConsumer(AsyncWebsocketConsumer):
    """As the tutorial has it, with a few more words in each message."""

    async def connect(self) -> None:
        """Joins the room's group."""
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(f"chat_{self.room}", self.channel_name)
        await self.accept()
        await self.send('{"type":"hello"}')

    async def disconnect(self, code: int) -> None:
        """Leaves the room's group."""
        await self.channel_layer.group_discard(f"chat_{self.room}", self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Passes a message on to the group."""
        said = json.loads(text_data or "{}")
        event = {"type": "chat.message", "name": said["name"], "body": said["body"], "at": time.time()}
        await self.channel_layer.group_send(f"chat_{self.room}", event)

    async def chat_message(self, event: dict[str, Any]) -> None:
        """Sends a message of the group to this socket."""
        message = {"type": "message", "room": self.room, "name": event["name"], "at": event["at"]}
        await self.send(json.dumps({**message, "body": event["body"]}, separators=(",", ":")))


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/chat/<str:room>", ChatConsumer.as_asgi())])})
