"""`manage.py sweep`: every duty once, for a timer of the system or a person in doubt."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from community.duties import all_duties


class Command(BaseCommand):
    """Does every duty once."""

    help = "Do every piece of recurring work once. Exit code 1 when one failed."

    def handle(self, **_options: Any) -> None:
        """Runs all duties, also when an earlier one fails."""
        failed = [one.name for one in all_duties() if not one.run()]
        if failed:
            raise CommandError("Failed: " + ", ".join(failed))
        self.stdout.write(f"Done: {len(all_duties())} duties")
