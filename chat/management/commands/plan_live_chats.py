"""`manage.py plan_live_chats`: the live chats of the next fourteen days, made from their series."""

from typing import Any

from django.core.management.base import BaseCommand

from chat.services import planning


class Command(BaseCommand):
    """Plans what is not planned yet."""

    help = "Make the live chats of the next fourteen days. Doing it again, or twice at once, makes nothing twice."

    def handle(self, **_options: Any) -> None:
        """Plans, and says how many were missing."""
        self.stdout.write(f"Planned: {planning.plan()} live chats")
