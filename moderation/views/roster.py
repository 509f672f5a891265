"""The roster of those who look after the rooms: a week on the reader's own clock, with what nobody covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from chat import schedule
from chat.views.rooms import me
from community.access import may
from community.models import Member
from community.refusals import NotYours, Refusal
from community.views.staff import behind
from moderation.models import RosterSlot
from moderation.services import roster
from moderation.services.roster import A_DAY, Span

FIRST, LAST = date(2020, 1, 1), date(2100, 1, 1)
WEEKS = ((1, gettext_lazy("Once")), (2, gettext_lazy("2 weeks")), (4, gettext_lazy("4 weeks")),
         (8, gettext_lazy("8 weeks")), (12, gettext_lazy("12 weeks")), (26, gettext_lazy("26 weeks")))  # fmt: skip
WIDE = 1440  # units of the picture of a day


class TimeForm(forms.Form):
    """A time of the roster, by the clock of whoever writes it."""

    whose = forms.ChoiceField(label=gettext_lazy("Whose"), widget=forms.Select(attrs={"class": "select"}))
    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d")
    )
    starts = forms.TimeField(
        label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"class": "input", "type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("To"), widget=forms.TimeInput(attrs={"class": "input", "type": "time"}, format="%H:%M")
    )
    weeks = forms.TypedChoiceField(
        label=gettext_lazy("Repeat"), choices=WEEKS, coerce=int, widget=forms.Select(attrs={"class": "select"})
    )

    def __init__(self, data: Any = None, *, by: Member, day: date | None = None) -> None:
        first = {"day": day, "starts": time(19), "ends": time(21), "weeks": 1, "whose": by.name}
        super().__init__(data, initial=first, auto_id="slot-%s")
        if may(by, "roster.lead"):
            self.fields["whose"].choices = [(one.name, one.name) for one in roster.people()]  # type: ignore[attr-defined]
        else:
            del self.fields["whose"]

    def wanted(self) -> roster.Wanted:
        """What was filled in, on the clock of this request."""
        said = self.cleaned_data
        zone = timezone.get_current_timezone_name()
        return roster.Wanted(said["day"], said["starts"], said["ends"], zone, said["weeks"])


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a day's picture: from where, how wide."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week: who is there, what nobody covers, and both as a picture."""

    day: date
    is_today: bool
    is_over: bool
    slots: list[dict[str, Any]]
    gaps: list[Span]
    covered: list[Piece]
    uncovered: list[Piece]


@require_safe
@behind("flags.work")
def page(request: HttpRequest) -> HttpResponse:
    """A week of it."""
    return _shown(request)


def _shown(request: HttpRequest, *, form: TimeForm | None = None, error: str = "", status: int = 200) -> HttpResponse:
    monday = _monday(request.GET.get("week") or request.POST.get("week", ""))
    today = timezone.localdate()
    days = _week(monday, me(request))
    context = {
        "days": days,
        "monday": monday,
        "sunday": monday + 6 * A_DAY,
        "before": monday - 7 * A_DAY if monday > FIRST else None,
        "after": monday + 7 * A_DAY if monday < LAST else None,
        "is_empty": not any(one.slots for one in days),
        "is_past": monday + 6 * A_DAY < today,
        "zone": timezone.get_current_timezone_name().replace("_", " "),
        "form": form or TimeForm(by=me(request), day=max(monday, today)),
        "error": error,
        "errors": [(one, said) for one in form or () for said in one.errors],
    }
    return render(request, "moderation/roster.html", context, status=status)


def _monday(words: str) -> date:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        day = timezone.localdate()
    day = min(max(day, FIRST), LAST)
    return day - day.weekday() * A_DAY


def _week(monday: date, by: Member) -> list[Day]:
    zone = timezone.get_current_timezone_name()
    edges = [schedule.moment(monday + number * A_DAY, time(), zone) for number in range(8)]
    slots = roster.between(edges[0], edges[-1])
    return [_day(monday + n * A_DAY, edges[n], edges[n + 1], slots, by) for n in range(7)]


def _day(day: date, first: datetime, last: datetime, slots: list[RosterSlot], by: Member) -> Day:
    now = timezone.now()
    mine = [one for one in slots if one.starts_at < last and one.ends_at > first]
    spans = roster.spans_of(mine)
    gaps = roster.gaps(spans, first, last)
    length = last - first

    def piece(span: Span) -> Piece:
        # By the length of this very day, which may have 23 hours or 25.
        x = round((span.starts_at - first) / length * WIDE) if length else 0
        return Piece(x, round((span.ends_at - first) / length * WIDE) - x if length else 0)

    rows = [{"one": one, "may_change": one.ends_at > now and roster.may_change(by, one.member)} for one in mine]
    covered = [piece(one.within(first, last)) for one in spans]
    return Day(day, day == timezone.localdate(), last <= now, rows, gaps, covered, [piece(one) for one in gaps])


@require_POST
@behind("flags.work")
def add(request: HttpRequest) -> HttpResponse:
    """Enters a time, repeated or once."""
    form = TimeForm(request.POST, by=me(request))
    if not form.is_valid():
        return _shown(request, form=form, status=400)
    try:
        made = roster.add(me(request), _whose(request, form), form.wanted())
    except NotYours:
        raise
    except Refusal as refusal:
        return _shown(request, form=form, error=str(refusal.detail), status=refusal.status)
    if made:
        messages.success(request, ngettext("%(n)s time entered.", "%(n)s times entered.", made) % {"n": made})
    else:
        messages.info(request, _("One of these times begins then already. Take it out first to change it."))
    return _back(form.cleaned_data["day"])


def _whose(request: HttpRequest, form: TimeForm) -> Member:
    name = form.cleaned_data.get("whose", me(request).name)
    return me(request) if name == me(request).name else Member.objects.get(name=name)


@require_POST
@behind("flags.work")
def withdraw(request: HttpRequest) -> HttpResponse:
    """Takes a time out; also those of later weeks."""
    pk = request.POST.get("slot", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) <= 15):
        raise NotYours
    gone = roster.withdraw(me(request), int(pk), and_later=request.POST.get("do") == "all")
    messages.success(request, ngettext("%(n)s time taken out.", "%(n)s times taken out.", gone) % {"n": gone})
    return _back(_monday(request.POST.get("week", "")))


def _back(day: date) -> HttpResponse:
    return redirect(f"{reverse('moderation:roster')}?week={day.isoformat()}")
