"""What happens in one web process, whichever server carries it."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from socket import socket

from django.conf import settings
from django.utils.module_loading import import_string

from community.duties import Rounds, all_duties
from community.serving.asgi import guarded
from community.signals import serving_begins, serving_ended


def serve_until_told(
    server: Callable[..., None], listening: socket, say_ready: Callable[[], None], *, with_duties: bool
) -> None:
    """Serves until SIGTERM or SIGINT, with recurring work in a thread beside it."""
    application = import_string(settings.ASGI_APPLICATION)  # joins the apps, so it is looked up by name
    rounds = Rounds(all_duties() if with_duties else [])

    def ready() -> None:
        serving_begins.send_robust(None)
        rounds.start()
        _settle_memory()
        say_ready()

    server(guarded(application), listening, ready)
    rounds.stop(wait_seconds=3)
    serving_ended.send_robust(None)
    logging.shutdown()


def _settle_memory() -> None:
    """What is loaded by now stays: looking through it again and again would cost a quarter of each handshake."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
