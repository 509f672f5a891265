"""The plan of live chats at `/curate/live/`: a week, one chat, one by itself, and what members asked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chat import schedule
from chat.models import LiveChat, Series, Wish
from chat.services import live_chats, live_clock, live_worries, organising
from chat.views import live_forms
from chat.views.live_forms import LeadsForm, MoveForm, OneOffForm
from chat.views.rooms import me
from community.refusals import Refusal
from community.views.staff import behind

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
FIRST, LAST = date(2000, 1, 3), date(2100, 1, 1)


@require_http_methods(["GET", "POST"])
@behind("live.organise")
def week(request: HttpRequest) -> HttpResponse:
    """One week of the plan, by the reader's clock; below it the series, and what members asked for."""
    if request.method == "POST":
        organising.decline(organising.wish_for(request.POST.get("wish", "")), by=me(request))
        messages.success(request, _("Those who asked are told."))
        return redirect("curate-live")
    monday = _monday(request.GET.get("week", ""))
    days = _days_from(monday)
    context = {
        "days": days,
        "monday": monday,
        "before": monday - A_WEEK,
        "after": monday + A_WEEK,
        "needy": sum(bool(row["worries"]) for _day, rows in days for row in rows),
        "series": [series_row(one) for one in Series.objects.filter(ended_at=None).order_by("at", "pk")],
        "wishes": organising.wishes(),
    }
    return render(request, "curate/live.html", context)


def _monday(said: str) -> date:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = timezone.localdate()
    day = day if FIRST <= day <= LAST else timezone.localdate()
    return day - timedelta(days=day.weekday())


def _days_from(monday: date) -> list[tuple[date, list[dict[str, Any]]]]:
    zone = timezone.get_current_timezone_name()
    edges = [schedule.moment(monday + n * A_DAY, datetime.min.time(), zone) for n in (0, 7)]
    found = LiveChat.objects.filter(starts_at__gte=edges[0], starts_at__lt=edges[1])
    coming = Count("sign_ups", filter=Q(sign_ups__left_at=None))
    chats = list(found.select_related("series", *live_chats.LED_BY).annotate(coming=coming).order_by("starts_at", "pk"))
    worries, now = live_worries.of([one for one in chats if one.ends_at > timezone.now()]), timezone.now()
    rows = [(timezone.localtime(one.starts_at).date(), row_of(one, worries, now)) for one in chats]
    return [(day, [row for on, row in rows if on == day]) for day in (monday + n * A_DAY for n in range(7))]


def row_of(chat: LiveChat, worries: dict[int, list[str]], now: datetime) -> dict[str, Any]:
    """A chat in the plan: how it stands, and what is missing."""
    return {
        "chat": chat,
        "state": live_clock.state_of(chat, now).value,
        "worries": worries.get(chat.pk, []),
        "there": _there(chat),
    }


def _there(chat: LiveChat) -> str:
    """The time by the chat's own clock, where it is not the reader's."""
    there = chat.starts_at.astimezone(ZoneInfo(chat.zone)).strftime("%H:%M")
    return "" if there == timezone.localtime(chat.starts_at).strftime("%H:%M") else there


def series_row(series: Series) -> dict[str, Any]:
    """A series in one line."""
    is_known = schedule.is_zone(series.zone)
    every = len(series.weekdays) == len(live_forms.DAYS)
    return {
        "one": series,
        "days": _("Every day") if every else ", ".join(str(live_forms.DAYS[int(n)]) for n in series.weekdays),
        "zone": series.zone.replace("_", " "),
        "worry": "" if is_known else _("Its time zone is not known here, so nothing is planned. Choose another."),
    }


@require_http_methods(["GET", "POST"])
@behind("live.organise")
def add(request: HttpRequest) -> HttpResponse:
    """A chat by itself, also one that members asked for."""
    asked = request.POST.get("wish") or request.GET.get("wish")
    wish = organising.wish_for(asked) if asked else None
    begin = {"zone": timezone.get_current_timezone_name(), "minutes": 60, "keep_days": 7, "day": request.GET.get("day")}
    if wish:
        begin["topic"] = wish.topic
    form = OneOffForm(request.POST if request.method == "POST" else None, initial=begin)
    if form.is_bound and form.is_valid():
        try:
            chat = _made(form, wish, request)
        except Refusal as refusal:
            form.add_error(None, str(refusal.detail))
        else:
            messages.success(request, _("Planned for %(when)s.") % {"when": _when(chat)})
            return redirect("curate-live-chat", token=chat.token)
    context = {"form": form, "forms": [form], "wish": wish}
    return render(request, "curate/live_add.html", context, status=400 if form.is_bound else 200)


def _made(form: OneOffForm, wish: Wish | None, request: HttpRequest) -> LiveChat:
    said = form.cleaned_data
    names = ("topic", "purpose", "content_note", "zone", "starts_at", "seats", "keep_days", *live_chats.LED_BY)
    fields = {name: said[name] for name in names}
    fields["ends_at"] = said["starts_at"] + timedelta(minutes=said["minutes"])
    return organising.one_off(fields, said["prompts"], slow_seconds=said["slow_seconds"], by=me(request), wish=wish)


def _when(chat: LiveChat) -> str:
    """When it begins by its own clock: what was asked for, or the first moment after it that clocks do not skip."""
    return chat.starts_at.astimezone(ZoneInfo(chat.zone)).strftime("%Y-%m-%d, %H:%M")


@require_http_methods(["GET", "POST"])
@behind("live.organise")
def one(request: HttpRequest, token: str) -> HttpResponse:
    """One chat: who leads it, when it is, and whether it is at all. Three forms, each with its button."""
    chat = live_chats.live_chat_for(me(request), token, "live.organise")
    there = chat.starts_at.astimezone(ZoneInfo(chat.zone))
    do = request.POST.get("do", "") if request.method == "POST" else ""
    begin = {"day": there.date(), "at": there.time(), "minutes": int(chat.lasts.total_seconds() // 60)}
    leads = LeadsForm(request.POST if do == "hand-over" else None, leads=live_forms.leads_of(chat))
    moves = MoveForm(request.POST if do == "move" else None, zone=chat.zone, initial=begin)
    error = ""
    try:
        said = _carried_out(request, chat, do, leads, moves)
    except Refusal as refusal:
        said, error = "", str(refusal.detail)
    if said:
        messages.success(request, said)
        return redirect("curate-live-chat", token=token)
    context = {
        **row_of(chat, live_worries.of([chat]), timezone.now()),
        "is_over": timezone.now() >= live_clock.closes_at(chat),
        "leads": leads,
        "moves": moves,
        "forms": [leads, moves],
        "error": error,
        "because": request.POST.get("because", "")[:200],
        "do": do,
        "coming": chat.sign_ups.filter(left_at=None).count(),
        "prompts": chat.prompts.all(),
    }
    return render(request, "curate/live_chat.html", context, status=400 if do else 200)


def _carried_out(request: HttpRequest, chat: LiveChat, do: str, leads: LeadsForm, moves: MoveForm) -> str:
    """What was done, in words; empty where something is wrong with what was sent."""
    if do == "cancel":
        organising.cancel(chat, because=request.POST.get("because", ""), by=me(request))
        return _("Cancelled. Those who wanted to come are told.")
    if do == "hand-over" and leads.is_valid():
        people = {part: leads.cleaned_data[part] for part in live_chats.LED_BY}
        organising.hand_over(chat, people, by=me(request))
        return _("Kept. Those who lead it are told.")
    if do == "move" and moves.is_valid():
        organising.move(chat, moves.cleaned_data["starts_at"], minutes=moves.cleaned_data["minutes"], by=me(request))
        return _("Moved. Those who want to come are told.")
    return ""
