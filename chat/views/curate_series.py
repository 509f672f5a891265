"""A series of live chats at `/curate/live/series/`: its rule, its topics, its last day, days left out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chat.models import LiveChat, Series
from chat.services import live_series
from chat.views import live_forms
from chat.views.curate_live import series_row
from chat.views.live_forms import DayForm, SeriesForm, TopicForm
from chat.views.rooms import me
from community.refusals import NotYours, Refusal
from community.views.staff import behind

NEXT = 14


@require_http_methods(["GET", "POST"])
@behind("live.organise")
def add(request: HttpRequest) -> HttpResponse:
    """A new series."""
    begin = {
        "weekdays": list("0123456"),
        "zone": timezone.get_current_timezone_name(),
        "minutes": 60,
        "first_day": timezone.localdate(),
        "keep_days": 7,
    }
    return _write(request, None, begin)


@require_http_methods(["GET", "POST"])
@behind("live.organise")
def series(request: HttpRequest, pk: int) -> HttpResponse:
    """One series: changed, ended, a day left out or brought back."""
    one = Series.objects.select_related("host", "cover", "moderator").filter(pk=pk).first()
    if one is None:
        raise NotYours
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do in ("end", "leave-out", "bring-back"):
        return _set_day(request, one, do)
    return _write(request, one, live_forms.begin_series(one))


def _write(request: HttpRequest, one: Series | None, begin: dict[str, Any]) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    asks_more = sent is not None and sent.get("do") == "more"
    form = SeriesForm(sent, initial=begin, leads=live_forms.leads_of(one) if one else None)
    topics = live_forms.topic_forms(sent, one.topics if one else (), more=int(asks_more))
    if asks_more:
        return _page(request, one, form, topics, asks_more=True)
    if sent is None:
        return _page(request, one, form, topics)
    said = _topics_of(form, topics)
    if form.errors or any(each.errors for each in topics):
        return _page(request, one, form, topics, status=400)
    try:
        kept = _kept(one, {**form.cleaned_data, "topics": said}, request)
    except Refusal as refusal:
        form.add_error(None, str(refusal.detail))
        return _page(request, one, form, topics, status=refusal.status)
    return redirect("curate-live-series", pk=kept.pk)


def _topics_of(form: SeriesForm, topics: list[TopicForm]) -> list[dict[str, Any]]:
    form.is_valid()
    said = [each.cleaned_data for each in topics if each.is_valid() and each.cleaned_data.get("topic")]
    if not said and not any(each.errors for each in topics):
        topics[0].add_error("topic", _("Write at least one topic."))
    return said


def _kept(one: Series | None, fields: dict[str, Any], request: HttpRequest) -> Series:
    if one is None:
        kept = live_series.make(fields, by=me(request))
        messages.success(request, _("Begun. The next fourteen days are planned."))
        return kept
    live_series.change(one, fields, by=me(request))
    messages.success(request, _("Kept. Chats that were changed by themselves stay as they are."))
    return one


def _set_day(request: HttpRequest, one: Series, do: str) -> HttpResponse:
    asks = DayForm(request.POST, prefix=do)
    if not asks.is_valid():
        return _page(request, one, *_forms_of(one), asks=asks, status=400)
    day, because = asks.cleaned_data["day"], asks.cleaned_data["reason"]
    try:
        if do == "end":
            live_series.end(one, day, because=because, by=me(request))
        elif do == "leave-out":
            live_series.leave_out(one, day, because=because, by=me(request))
        else:
            live_series.bring_back(one, day, by=me(request))
    except Refusal as refusal:
        asks.add_error("reason", str(refusal.detail))
        return _page(request, one, *_forms_of(one), asks=asks, status=refusal.status)
    messages.success(request, _("Kept."))
    return redirect("curate-live-series", pk=one.pk)


def _forms_of(one: Series) -> tuple[SeriesForm, list[TopicForm]]:
    form = SeriesForm(initial=live_forms.begin_series(one), leads=live_forms.leads_of(one))
    return form, live_forms.topic_forms(None, one.topics)


def _page(
    request: HttpRequest,
    one: Series | None,
    form: SeriesForm,
    topics: list[TopicForm],
    *,
    asks: DayForm | None = None,
    asks_more: bool = False,
    status: int = 200,
) -> HttpResponse:
    days = {name: DayForm(prefix=name) for name in ("end", "leave-out")}
    if asks is not None:
        days[str(asks.prefix)] = asks
    context: dict[str, Any] = {
        "form": form,
        "topics": topics,
        "forms": [] if asks_more else [form, *topics, *([asks] if asks else [])],
        "is_asking": asks_more,
        "ends": days["end"],
        "leaves_out": days["leave-out"],
        "one": one,
    }
    if one is not None:
        now = timezone.now()
        context |= {
            "row": series_row(one),
            "gaps": one.gaps.filter(day__gte=timezone.localdate()).order_by("day"),
            "coming": LiveChat.objects.filter(series=one, ends_at__gt=now).select_related("host")[:NEXT],
        }
    return render(request, "curate/live_series.html", context, status=status)
