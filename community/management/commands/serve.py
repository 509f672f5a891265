"""`manage.py serve`: our own start and stop of the web processes (promise R-06)."""

# Daphne installs Twisted's reactor when it is imported, so it comes before anything that might import Twisted.
from community.serving import under_daphne  # isort: skip

import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from socket import socket
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from community.schema import unapplied
from community.serving.listening import CannotListen, inherited, listen
from community.serving.preparing import has_demo, is_collected, prepare
from community.serving.process import serve_until_told
from community.serving.processes import Parent

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Serves pages and sockets until SIGTERM, then ends politely."""

    help = "Serve pages and sockets. Refuses unsafe settings and unapplied migrations; ends politely on SIGTERM."
    requires_system_checks: list[str] = []  # run below, with the database's

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of `manage.py serve`."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--server", choices=["daphne", "uvicorn"], default="daphne")
        parser.add_argument("--processes", type=int, default=1)
        parser.add_argument(
            "--prepare", action="store_true", help="first migrate, collect files, load the demo if DEMO"
        )
        parser.add_argument("--no-duties", action="store_true", help="leave recurring work to `manage.py work`")
        parser.add_argument("--fd", type=int, help="an open listening socket, handed down by the parent process")

    def handle(self, **options: Any) -> None:
        """Takes the socket, makes sure that all is well, serves."""
        listening = _listening(options)
        if options["fd"] is None:
            self.make_sure(options)
        if options["processes"] > 1:
            self.say_where()
            sys.exit(Parent(listening, options["processes"], _for_children(options)).run())
        ready = self.say_where if options["fd"] is None else lambda: None
        serve_until_told(_server(options["server"]), listening, ready, with_duties=not options["no_duties"])
        sys.stdout.flush()
        os._exit(0)  # threads that still wait for the database have nothing left to acknowledge

    def make_sure(self, options: dict[str, Any]) -> None:
        """Stops here, with a sentence, when the settings or the database are not fit to serve."""
        try:
            if options["prepare"]:
                prepare(self.stdout.write, with_demo=settings.DEMO)
            self.check(databases=["default"])
            waiting = unapplied()
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {error}") from error
        if waiting:
            raise CommandError(
                f"{len(waiting)} migrations are not applied, {waiting[0]} first: run `manage.py migrate`."
            )
        if not is_collected():
            raise CommandError("Static files are not collected: run `manage.py collectstatic --noinput`.")
        if options["processes"] > 1 and not settings.REDIS_URL:
            log.warning("Several processes without REDIS_URL: they hear of each other's messages only every 5 seconds.")
        connections.close_all()

    def say_where(self) -> None:
        """Tells whoever started it where to look, and how to stop."""
        self.stdout.write(f"\n{settings.SITE_NAME} is at {settings.BASE_URL}\n")
        if settings.DEMO and has_demo():
            call_command("demo", accounts=True, stdout=self.stdout)
        self.stdout.write("Stop it with Ctrl-C.\n")
        self.stdout.flush()


def _listening(options: dict[str, Any]) -> socket:
    if options["fd"] is not None:
        return inherited(options["fd"])
    try:
        return listen(options["host"], options["port"])
    except CannotListen as error:
        raise CommandError(str(error)) from error


def _server(name: str) -> Callable[..., None]:
    if name == "daphne":
        return under_daphne.run
    from community.serving import under_uvicorn

    return under_uvicorn.run


def _for_children(options: dict[str, Any]) -> list[str]:
    return ["--server", options["server"], *(["--no-duties"] if options["no_duties"] else [])]
