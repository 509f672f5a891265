"""Joins pages and sockets. The one module of `community` that looks up to `chat`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

pages = get_asgi_application()

from chat.consumers import MemberSocket, nowhere  # noqa: E402  (needs the apps to be loaded)

application = ProtocolTypeRouter(
    {"http": pages, "websocket": URLRouter([path("ws/", MemberSocket.as_asgi()), re_path("", nowhere)])}  # type: ignore[arg-type]
)
