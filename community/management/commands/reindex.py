"""Makes the index of the search say what there is, and keeps what is right already. `--anew` begins from nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from community.services import search_index


class Command(BaseCommand):
    """`manage.py reindex`."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of `manage.py reindex`."""
        parser.add_argument(
            "--anew", action="store_true", help="throw the index away first; the search is empty meanwhile"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Repairs or rebuilds, and says how much there was to do."""
        if options["anew"]:
            self.stdout.write(f"{search_index.rebuild()} things can be found.")
        else:
            self.stdout.write(f"{search_index.repair()} entries were put right.")
