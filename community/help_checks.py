"""At start: nobody who looks for help finds an empty page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from community import helplines
from community.models import Member
from community.resource_content import ANYWHERE
from community.services.helplines import helplines_for


@register(Tags.security)
def somebody_is_there_for_people_anywhere(**_: Any) -> list[CheckMessage]:
    """The international entries, which stand in where a country has no line, cannot be empty."""
    if helplines_for(None, timezone.now()).lines:
        return []
    hint = f"Publish an entry for people anywhere (country {ANYWHERE}), or run manage.py seed_resources."
    return [Error("There is no international entry on the help page.", hint=hint, id="community.E013")]


@register(Tags.database)
def every_country_in_use_has_a_line(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Each country that members live in has a line and an emergency number."""
    if not databases:
        return []
    try:
        used = set(Member.objects.filter(is_active=True).exclude(country="").values_list("country", flat=True))
    except (OperationalError, ProgrammingError):  # before the first migrate
        return []
    bare = sorted(code for code in used if not (helplines.lines_for(code) and helplines.emergency(code)))
    hint = "Members there are shown the international entries. Add and publish one at /curate/."
    return [
        Warning(
            f"{helplines.name_of(code)} has members but no help line or emergency number.",
            hint=hint,
            id="community.W014",
        )
        for code in bare
    ]
