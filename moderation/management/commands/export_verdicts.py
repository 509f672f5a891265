"""`manage.py export_verdicts`: what moderators said of rules, as JSON lines, to calibrate by. No words of members."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from community.services import audit
from moderation.services import verdict_data


class Command(BaseCommand):
    """Writes to standard output; that it did is an entry of the audit trail."""

    help = "Verdicts on rules as JSON lines: counted, of members who agreed to research, ten at least in a line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=verdict_data.DAYS, help="how far back")

    def handle(self, *_args: Any, days: int, **_options: Any) -> None:
        """A line for each count; how many verdicts were left out goes to standard error."""
        audit.record(None, "verdicts.exported", reason=f"{days} days")
        found = verdict_data.export(days)
        for row in found.rows:
            self.stdout.write(json.dumps(row.stored(), sort_keys=True))
        counted = sum(row.times for row in found.rows)
        said = f"{counted} verdicts in {len(found.rows)} lines; {found.left_out} left out, since few were like them"
        self.stderr.write(said)
