"""Joins pages and sockets. The one module of `community` that looks up to the apps above it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path

django.setup(set_prefix=False)

from chat.consumers import MemberSocket  # noqa: E402  (needs the apps to be loaded)
from chat.door import nowhere  # noqa: E402
from community.serving.pages import Pages  # noqa: E402
from moderation.consumers import ModeratorSocket  # noqa: E402

sockets = [
    path("ws/", MemberSocket.as_asgi()),
    path("ws/moderate/", ModeratorSocket.as_asgi()),
    re_path("", nowhere),  # type: ignore[arg-type]
]
application = ProtocolTypeRouter({"http": Pages(), "websocket": URLRouter(sockets)})
