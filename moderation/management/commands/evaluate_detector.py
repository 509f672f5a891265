"""`manage.py evaluate_detector --data DIR`: measures the shipped detector on labelled JSON lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.detector import shipped
from moderation.training import corpus, evaluation, starting


class Command(BaseCommand):
    """Prints figures and no text. Needs no database."""

    help = "Measure the detector on a folder of labelled JSON lines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="folder of JSON lines, outside the repository")

    def handle(self, *_args: Any, data: Path, **_options: Any) -> None:
        """Reads all texts, asks the detector, prints the figures. Raises CommandError when there is nothing to read."""
        texts = list(corpus.read(data)) if data.is_dir() else []
        if not texts:
            raise CommandError(f"no JSON lines in {data}")
        for line in evaluation.report(evaluation.ask(shipped(), [*texts, *corpus.kept()])):
            self.stdout.write(line)
        for line in starting.report():
            self.stdout.write(line)
