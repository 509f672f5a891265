"""`manage.py verify_audit`: whether the audit trail is whole."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand

from community.services import audit_check


class Command(BaseCommand):
    """Goes through the whole trail."""

    help = "Check that no entry of the audit trail was changed, removed, moved or cut off. Exit code 1 when one was."

    def handle(self, **_options: Any) -> None:
        """Says what is wrong, or how much is right."""
        found = audit_check.check()
        if found.troubles:
            raise CommandError("\n".join(found.troubles))
        self.stdout.write(f"Whole: {found.entries} entries, {found.heads} heads outside the database")
