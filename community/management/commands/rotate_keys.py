"""Seals everything again under the first key of FIELD_KEYS, while the site runs.

Put a new key first ("2:new,1:old"), restart, run this, then take the old key out and restart. Backups made before then
hold keys that nobody can open any more, so what was deleted since is gone from them too.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from community.services import keyring


class Command(BaseCommand):
    """`manage.py rotate_keys`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Turns the ring and says how many rows of each kind it sealed again."""
        for what, count in keyring.turn_all().items():
            self.stdout.write(f"{what}: {count}")
