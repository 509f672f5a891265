"""How many alarms in 1,000 messages there are: what it would have meant last month, and setting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from community.refusals import NotYours, Refusal
from community.views.staff import behind
from moderation.forms_numbers import LEVEL_WORDS, ThresholdsForm
from moderation.models import Thresholds
from moderation.services import thresholds
from moderation.services.foresight import LEAST_READINGS, Foresight, Outlook
from moderation.views.charts import count_words, duration


@require_http_methods(["GET", "POST"])
@behind("thresholds.set")
def page(request: HttpRequest) -> HttpResponse:
    """One form: count first, then set. What waits for a second person stands above it."""
    what = request.POST.get("what", "") if request.method == "POST" else ""
    if what in ("confirm", "refuse", "shipped"):
        return _answered(request, what)
    seen = Foresight()
    form = ThresholdsForm(request.POST if what in ("count", "set") else None, wanted=_wanted(thresholds.now_set()))
    outlook = None
    if form.is_bound and form.is_valid() and seen.is_enough:
        outlook = seen.with_cuts(seen.cuts(form.wanted()))
        if what == "set" and (done := _set(request, form, seen, outlook)):
            return done
    return _shown(request, form, seen, outlook)


def _set(request: HttpRequest, form: ThresholdsForm, seen: Foresight, outlook: Outlook) -> HttpResponse | None:
    wanted, cuts = form.wanted(), seen.cuts(form.wanted())
    try:
        made = thresholds.set_to(me(request), wanted, cuts, meant=outlook.stored(), why=form.cleaned_data["why"])
    except (thresholds.Unreasoned, thresholds.Decided) as refusal:
        form.add_error("why", str(refusal.detail))
        return None
    if made.state == Thresholds.State.WAITING:
        messages.success(request, _("Proposed. Nothing changes before a colleague confirms it."))
    else:
        messages.success(request, _("Set. It holds for messages from now on."))
    return redirect("moderation:thresholds")


def _answered(request: HttpRequest, what: str) -> HttpResponse:
    token = request.POST.get("token", "")
    try:
        if what == "confirm":
            thresholds.confirm(me(request), token)
            messages.success(request, _("Confirmed. It holds for messages from now on."))
        elif what == "refuse":
            thresholds.refuse(me(request), token)
            messages.success(request, _("Left as it was."))
        else:
            thresholds.as_shipped(me(request))
            messages.success(request, _("As it came with the software, from now on."))
    except NotYours:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    return redirect("moderation:thresholds")


def _shown(request: HttpRequest, form: ThresholdsForm, seen: Foresight, outlook: Outlook | None) -> HttpResponse:
    waiting, now = thresholds.waiting(), thresholds.now_set()
    errors = [(one, said) for one in form for said in one.errors]
    context = {
        "form": form,
        "errors": errors,
        "is_enough": seen.is_enough,
        "least": count_words(LEAST_READINGS),
        "readings": count_words(seen.readings),
        "table": _table(seen, outlook) if seen.is_enough else [],
        "is_counted": outlook is not None,
        "takes_two": outlook is not None and bool(outlook.missed or outlook.later),
        "now": now if now and now.wanted else None,
        "waiting": waiting,
        "waiting_says": _waiting_says(waiting.meant) if waiting else [],
        "is_mine": waiting is not None and waiting.by_id == me(request).pk,
    }
    return render(request, "moderation/thresholds.html", context, status=400 if errors else 200)


def _wanted(row: Thresholds | None) -> Mapping[str, float]:
    return row.wanted if row else {}


def _table(seen: Foresight, outlook: Outlook | None) -> list[tuple[Any, list[str]]]:
    """What it was as shipped, as it is, and as it would have been."""
    several = [seen.shipped(), seen.now(), *([outlook] if outlook else [])]
    rows: list[tuple[Any, list[str]]] = [
        (_("%(level)s, in 1,000 messages") % {"level": words}, [f"{one.rates[level]:g}" for one in several])
        for level, words in LEVEL_WORDS.items()
    ]
    rows += [(words, [_figure(one, name) for one in several]) for name, words in _figures().items()]
    return rows


def _figures() -> dict[str, Any]:
    return {
        "a_day": _("To the queue, a day"),
        "minutes_a_day": _("Work on them, a day"),
        "missed": _("Real risks that would have been missed"),
        "later": _("Real risks that would have waited longer"),
    }


def _figure(one: Outlook, name: str) -> str:
    value = getattr(one, name)
    if name == "minutes_a_day":
        return duration(60 * value)
    if name == "a_day":
        return f"{value:g}"
    return _("%(n)s of %(all)s") % {"n": value, "all": one.confirmed}


def _waiting_says(meant: Mapping[str, Any]) -> list[tuple[Any, str]]:
    one = Outlook(**meant)
    levels = [
        (_("%(level)s, in 1,000 messages") % {"level": words}, f"{one.rates[level]:g}")
        for level, words in LEVEL_WORDS.items()
    ]
    return levels + [(words, _figure(one, name)) for name, words in _figures().items()]
