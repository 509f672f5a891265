"""`manage.py work`: recurring work in a process of its own; as many copies as one likes."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from community.duties import Rounds, all_duties


class Command(BaseCommand):
    """Goes round all duties until SIGTERM."""

    help = "Do recurring work (send letters and the like) until SIGTERM."

    def handle(self, **_options: Any) -> None:
        """Runs until told to stop, then ends after the duty in hand."""
        rounds = Rounds(all_duties())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: rounds.stop())
        self.stdout.write("Working: " + ", ".join(one.name for one in all_duties()))
        rounds.go()
