"""`manage.py compile_lexicons`: writes the lexicons as the detector reads them fastest."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from moderation.detector import lexicon


class Command(BaseCommand):
    """The same lexicons write the same bytes. Without it the detector works as well, and starts more slowly."""

    help = "Compile the lexicons' phrases into one file, after changing them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ordinary", action="store_true", help="learn anew, from our own sentences, which states to prepare"
        )

    def handle(self, *_args: Any, ordinary: bool = False, **_options: Any) -> None:
        """Reads the lexicon files, writes the compiled one. Raises BadPhrase, naming the rule that cannot be read."""
        if ordinary:
            from moderation.training import walks  # half a minute; what is prepared changes no answer

            lexicon.ORDINARY.write_text(walks.written(), encoding="utf-8", newline="\n")
        lexicon.COMPILED.write_bytes(lexicon.compiled())
        self.stdout.write(f"{lexicon.COMPILED.name}: {lexicon.COMPILED.stat().st_size} bytes")
