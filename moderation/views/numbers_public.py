"""How these rooms are looked after, for everybody: months that are over, rounded, small numbers left out."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from moderation.models import PublicMonth
from moderation.services import numbers, numbers_public
from moderation.services.figures import Share
from moderation.views.charts import count_words, share_words

KEPT_SECONDS = 600
KINDS: dict[str, Any] = {
    "words": gettext_lazy("words that the software knows"),
    "told": gettext_lazy("members told us"),
    "asked": gettext_lazy("somebody asked for one of us"),
}
BANDS: dict[int, Any] = {
    4: gettext_lazy("a life may be in danger, or somebody asked for one of us"),
    3: gettext_lazy("serious words, or a worry about somebody"),
    2: gettext_lazy("everything else"),
}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The newest months, one table for each."""
    rows: list[PublicMonth] = cache.get_or_set("public-numbers", numbers_public.months, KEPT_SECONDS) or []
    return render(request, "moderation/numbers_public.html", {"months": [_month(one) for one in rows]})


def _month(row: PublicMonth) -> dict[str, Any]:
    said = row.figures
    return {
        "month": row.month,
        "looks": [(BANDS[int(band)], _minutes(said["minutes"].get(str(int(band))))) for band in numbers.BANDS],
        "kinds": [(KINDS[name], _about(said["kinds"].get(name, 0))) for name in KINDS],
        "rest": [
            (_("Decisions taken back when somebody asked for another look"), _share(said["overturned"])),
            (_("Hours with a moderator on shift"), _("about %(n)s %%") % {"n": said["staffed"]}),
            (_("Help lines and resources whose check was overdue"), _share(said["overdue"])),
        ],
    }


def _minutes(minutes: float | None) -> str:
    if minutes is None:
        return _("too few to say")
    if minutes >= 120:
        return _("about %(n)s hours") % {"n": f"{minutes / 60:g}"}
    return _("about %(n)s min") % {"n": f"{minutes:g}"}


def _about(count: int | None) -> str:
    if not count:
        return _("few") if count is None else _("none")
    return _("about %(n)s") % {"n": count_words(count)}


def _share(bounds: list[int] | None) -> str:
    if bounds is None:
        return _("too few to say")
    found = Share(bounds[0], bounds[1], 0)
    return _("about %(share)s") % {"share": share_words(found)} if found.is_exact else share_words(found)
