"""Brings in the help lines and resources that come with the project, unverified. Running it again doubles nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from community.services import seeding


class Command(BaseCommand):
    """`manage.py seed_resources`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Imports the rows and says what became of them."""
        done = seeding.load()
        self.stdout.write(", ".join(f"{count} {outcome}" for outcome, count in sorted(done.items())) or "nothing")
