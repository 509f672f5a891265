"""`manage.py train_detector --data DIR`: fits the statistical half of the detector on data outside the repository."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.detector import lexicon, model
from moderation.training import corpus
from moderation.training.fitting import train


class Command(BaseCommand):
    """Deterministic: the same data and lexicons write the same bytes. Needs no database."""

    help = "Train the detector's model on a folder of labelled JSON lines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="folder of JSON lines, outside the repository")
        parser.add_argument("--out", type=Path, default=model.FILE, help="where to write the model")

    def handle(self, *_args: Any, data: Path, out: Path, **_options: Any) -> None:
        """Reads, fits, writes. Raises CommandError when the folder holds nothing to learn from."""
        texts = list(corpus.read(data))
        if not any(one.is_risk for one in texts):
            raise CommandError(f"nothing labelled as risk in {data}")
        if find_spec("sklearn") is None:
            raise CommandError("training needs scikit-learn: pip install -r requirements-dev.txt")
        fitted = train(texts, lexicon.shipped(), self.stdout.write)
        out.write_bytes(model.dump(fitted))
        self.stdout.write(f"{out.name}: {out.stat().st_size} bytes, {fitted.version}, {fitted.fusion}")
