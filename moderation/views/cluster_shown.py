"""What a case about several members at once shows: what was noticed, their own cases, and advice for the room."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Member
from moderation.models import Cluster, Flag
from moderation.services import clusters
from moderation.views.queue import held_row

# For the days after a suicide, or a rise of danger, in a community: guidance for moderators of peer support.
ADVICE: tuple[Any, ...] = (
    gettext_lazy(
        "Look after people first: take the open cases of those who wrote, one by one. Who was close, who is silent?"
    ),
    gettext_lazy(
        "Say something in the room, early and plainly: that you know, that nobody has to be alone with it, and where to"
        " turn tonight. One moderator speaks; the others watch."
    ),
    gettext_lazy(
        "Leave out how and where, and ask others to. Don't guess at reasons. Don't call it a way out,"
        " peaceful or brave."
    ),
    gettext_lazy("If somebody died, wait for what is certain, and for the family's wish, before a name is written."),
    gettext_lazy(
        "Give grief its own place: a memorial room has terms, extra care and an end. Let other rooms be as they are."
    ),
    gettext_lazy("Two on shift while it lasts. Tell whoever comes next, and look again in a week and in a month."),
)


def shown(flag: Flag, by: Member) -> dict[str, Any] | None:
    """What the page of such a case shows; None for any other."""
    found = clusters.of_flag(flag) if flag.kind == Flag.Kind.CLUSTER else None
    if found is None:
        return None
    cases = [held_row(one) for one in clusters.open_cases(found, by)]
    word = clusters.word_of(found)
    is_calm = found.room is not None and found.room.calm_until is not None and found.room.calm_until > timezone.now()
    return {
        "one": found,
        "what": _what(found, word),
        "usual": round(found.usual, 1),
        "is_calm": is_calm,
        "cases": cases,
        "advice": ADVICE,
    }


def title(flag: Flag) -> str:
    """What the queue and the page call it."""
    found = clusters.of_flag(flag)
    if found is None or found.room is None:
        return _("Several members at once")
    return _("Several members, in %(room)s") % {"room": found.room.name}


def _what(found: Cluster, word: str) -> str:
    words = {"n": found.members, "word": word}
    if found.kind == Cluster.Kind.RISE:
        return _("%(n)s members wrote something within a day for which somebody should look soon.") % words
    if found.kind == Cluster.Kind.METHOD:
        return _("%(n)s members named the same way within three days: “%(word)s”.") % words
    return _("%(n)s members in distress named the same within two days: “%(word)s”.") % words
