"""Help lines in the database, for curators to verify. The help page itself needs no database."""

from __future__ import annotations

from datetime import date

from community import helplines
from community.models import Helpline

_SAME = ("audience", "topics", "phone", "sms", "sms_keyword", "chat_url", "website", "hours", "languages", "source")


def load() -> int:
    """Stores the rows of high confidence that are not there yet, unverified; how many are there now."""
    for row in helplines.rows():
        if row["confidence"] == "high":
            Helpline.objects.get_or_create(country=row["country"], name=row["name"], defaults=_fields(row))
    return Helpline.objects.count()


def _fields(row: dict[str, str]) -> dict[str, object]:
    answers = {"yes": True, "no": False}
    return {
        **{field: row[field] for field in _SAME},
        "is_free": answers.get(row["free"]),
        "is_anonymous": answers.get(row["anonymous"]),
        "checked_on": date.fromisoformat(row["checked"]),
        "confidence": row["confidence"],
    }
