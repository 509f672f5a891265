"""Stores the help lines of high confidence for curators to verify. Running it again changes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from community.services import helplines


class Command(BaseCommand):
    """`manage.py seed_helplines`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{helplines.load()} help lines are there, unverified.")
