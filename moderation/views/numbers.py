"""The team's numbers, and verdicts as a file for admins."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chat.views.rooms import me
from community.access import may
from community.views.staff import behind
from moderation.console_words import BANDS
from moderation.services import numbers, verdict_data
from moderation.views import numbers_charts

USUAL = 30
NAMES: dict[int, Any] = {0: _("All"), **{int(band): words for band, words in BANDS.items()}}


@require_safe
@behind("numbers.see")
def numbers_page(request: HttpRequest) -> HttpResponse:
    """How the team does, over 7, 30 or 90 days. Nobody is named, and nobody's figures are there."""
    days = _one_of(request.GET.get("days", ""), numbers.PERIODS, USUAL)
    band = _one_of(request.GET.get("band", ""), tuple(NAMES), 0)
    came = numbers.came(days)
    load = numbers.workload(days, came.opened)
    waits, is_late = numbers_charts.waiting()
    context = {
        "days": days,
        "periods": numbers.PERIODS,
        "band": band,
        "bands": NAMES,
        "waits": waits,
        "is_late": is_late,
        "facts": list(numbers_charts.facts(load, days)),
        "charts": [
            numbers_charts.looks(came),
            numbers_charts.week(came, band),
            numbers_charts.carried(load),
            numbers_charts.sources(came),
            numbers_charts.categories(came),
            numbers_charts.left_alone(days),
            numbers_charts.precision(days),
            numbers_charts.help_offered(days),
        ],
        "may_take_out": may(me(request), "numbers.take-out"),
        "may_set": may(me(request), "thresholds.set"),
    }
    return render(request, "moderation/numbers.html", context)


def _one_of(said: str, known: tuple[int, ...], usual: int) -> int:
    return next((one for one in known if str(one) == said), usual)


@require_POST
@behind("numbers.take-out")
def verdicts(request: HttpRequest) -> HttpResponse:
    """What moderators said of rules as JSON lines, without a word of anybody. That it was made is in the trail."""
    found = verdict_data.taken_out(me(request))
    lines = "".join(json.dumps(one.stored(), sort_keys=True) + "\n" for one in found.rows)
    answer = HttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="verdicts-{timezone.localdate().isoformat()}.jsonl"'
    return answer
