"""Loads a small believable community to look around in. Running it again changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chat import demo, signals
from community.models import Member
from community.services import search_index, seeding


class Command(BaseCommand):
    """`manage.py demo`: rooms, members, messages and help lines, only where there is no real community."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of `manage.py demo`."""
        parser.add_argument("--accounts", action="store_true", help="only say who can sign in, and how")

    def handle(self, *args: Any, **options: Any) -> None:
        """Loads the community where there is none, or says who lives there."""
        if options["accounts"]:
            self.say_accounts()
            return
        if not (settings.DEBUG or settings.DEMO):
            raise CommandError("The demo community is for DEBUG=1 or DEMO=1 only.")
        is_new = not demo.is_loaded()
        if is_new:
            self.load()
        signals.demo_loaded.send(demo)
        if is_new:
            self.stdout.write("The demo community is there.")

    def load(self) -> None:
        """Loads the community into a database without members."""
        if Member.objects.exists():
            raise CommandError("There are members here already. The demo community needs an empty database.")
        demo.load()
        seeding.load()
        search_index.repair()

    def say_accounts(self) -> None:
        """Names and roles of the demo's members, their password, and where the staff's code comes from."""
        names = [f"{name} ({', '.join(roles)})" if roles else name for name, _pebble, roles, _line in demo.MEMBERS]
        self.stdout.write("Sign in as one of these:\n" + "\n".join(f"  {name}" for name in names))
        if settings.REHEARSAL:
            self.stdout.write("To rehearse a shift, sign in as Robin, who is new here, and open /moderate/.")
        self.stdout.write(f"Password: {demo.PASSWORD}   (staff also need a code: make demo-code)")
