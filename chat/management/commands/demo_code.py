"""Prints the code that the demo's staff need besides their password just now."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management.base import BaseCommand

from chat import demo

PERIOD_SECONDS = 30


class Command(BaseCommand):
    """`manage.py demo_code`."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        counter = int(time.time()) // PERIOD_SECONDS
        self.stdout.write(format_hotp_value(hotp_value(demo.SECRET, counter)))
