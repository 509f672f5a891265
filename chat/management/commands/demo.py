"""Loads a small believable community to look around in. Running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chat import demo
from community.models import Member
from community.services import helplines


class Command(BaseCommand):
    """`manage.py demo`: rooms, members, messages and help lines, only where there is no real community."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or settings.DEMO):
            raise CommandError("The demo community is for DEBUG=1 or DEMO=1 only.")
        if demo.is_loaded():
            return
        if Member.objects.exists():
            raise CommandError("There are members here already. The demo community needs an empty database.")
        demo.load()
        helplines.load()
        self.stdout.write("The demo community is there.")
