"""What a moderator sees of their own load at the top of the queue and of a case. Theirs alone."""

from __future__ import annotations

from typing import Any

from community.models import Member
from moderation.models import Afterwards
from moderation.services import care, care_company, care_limits, care_load
from moderation.services.care_load import Load, Team

PIECES = 10
ANSWERS = (Afterwards.Answer.FINE, Afterwards.Answer.SHAKEN, Afterwards.Answer.TALK)


def strip(by: Member, team: Team | None = None) -> dict[str, Any]:
    """The meter and the break, as the template shows them."""
    team = team or care_load.team([by])
    load = team.loads[by.pk]
    is_alone = not team.others(by)
    return {
        "load": load,
        "meter": meter(load),
        "sentence": care.sentence(load, team),
        "lifted": care_limits.lifted_for(load),
        "break_in": minutes_to_break(load),
        "is_offered": load.is_break_offered,
        "may_later": load.is_break_offered and (is_alone or not load.must_rest),
        "is_alone": is_alone,
        "laters_left": max(0, care_load.LATERS - (load.put_off.laters if load.put_off else 0)),
    }


def with_question(by: Member, team: Team | None = None) -> dict[str, Any]:
    """The same, with the closing question, where one waits."""
    return {**strip(by, team), "question": care_company.question_for(by)}


def meter(load: Load) -> list[bool]:
    """Ten pieces, full or empty; the first is full as soon as anything was carried."""
    full = PIECES if load.heavy >= load.limit else -(-load.heavy * PIECES // load.limit)
    return [place < full for place in range(PIECES)]


def minutes_to_break(load: Load) -> int | None:
    """Minutes until a break is due by the clock; None off shift, and when it is due."""
    if load.break_at is None or load.is_break_due or load.resting:
        return None
    return max(1, -int(-(load.break_at - load.now).total_seconds() // 60))
