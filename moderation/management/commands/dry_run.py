"""`manage.py dry_run TOKEN`: counts a dry run of phrases to its end, or goes on with one that was interrupted."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.services.dry_run_counting import go_on

NICE = 10


class Command(BaseCommand):
    """May be stopped at any moment; whoever starts it again goes on within a minute of that."""

    help = "Count what a version of the phrases would have found in stored messages."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("token", help="of the dry run; the page of a draft asks for one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Steps back behind whoever serves people, and counts."""
        os.nice(NICE)
        if not go_on(options["token"]):
            raise CommandError("This run is counted by another process, or it was stopped, or it is over.")
