"""Joins pages and sockets. The one module of `community` that looks up to `chat`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path, re_path

django.setup(set_prefix=False)

from chat.consumers import MemberSocket, nowhere  # noqa: E402  (needs the apps to be loaded)
from community.serving.pages import Pages  # noqa: E402

application = ProtocolTypeRouter(
    {"http": Pages(), "websocket": URLRouter([path("ws/", MemberSocket.as_asgi()), re_path("", nowhere)])}  # type: ignore[arg-type]
)
