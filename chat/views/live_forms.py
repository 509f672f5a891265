"""The forms of the curators' plan: a series with its topics, one chat by itself, another time, other people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries as country_names

from chat import schedule
from chat.models import LiveChat, Series
from chat.models.live_chat import PROMPT_LIMIT
from chat.services import live_chats, organising
from community.hours import zone_choices
from community.models import Member

OPEN = "open"
SHORTEST, LONGEST = 10, 240  # minutes
MOST_TOPICS, MOST_PROMPTS = 31, 12
DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
SLOW = ((0, _("No")), (10, _("10 seconds")), (30, _("30 seconds")), (60, _("A minute")))
FIRST_YEAR, LAST_YEAR = 2000, 2100
_NEEDED = {"required": _("This is needed.")}


def _line(label: Any, hint: Any = "", *, limit: int, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "dir": "auto", "autocomplete": "off"})
    too_long = {"max_length": _("At most %(limit_value)d characters; these are %(show_value)d."), **_NEEDED}
    return forms.CharField(
        label=label, help_text=hint, max_length=limit, required=required, widget=widget, error_messages=too_long
    )


def _day(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d")
    said = {"invalid": _("Write a day as 2026-12-31."), **_NEEDED}
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=widget,
        error_messages=said,
        validators=[_in_these_times],
    )


def _in_these_times(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Choose a day of this century."))


def _time(label: Any, hint: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"class": "input", "type": "time"}, format="%H:%M")
    return forms.TimeField(
        label=label, help_text=hint, widget=widget, error_messages={"invalid": _("Write a time as 20:00."), **_NEEDED}
    )


def _number(label: Any, hint: Any, least: int, most: int, said: Any, *, required: bool = True) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input"})
    errors = {"min_value": said, "max_value": said, "invalid": said, **_NEEDED}
    return forms.IntegerField(
        label=label,
        help_text=hint,
        min_value=least,
        max_value=most,
        required=required,
        widget=widget,
        error_messages=errors,
    )


def _one_of(label: Any, choices: Any, hint: Any = "", *, required: bool = True, said: Any = "") -> forms.ChoiceField:
    errors = {"invalid_choice": said or _("Choose one of the list."), "required": _("Choose one of the list.")}
    widget = forms.Select(attrs={"class": "select"})
    return forms.ChoiceField(
        label=label, help_text=hint, choices=choices, required=required, widget=widget, error_messages=errors
    )


def _prompts_field() -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "input", "dir": "auto", "rows": 4})
    hint = _("One question on a line. The host gives them out one at a time.")
    return forms.CharField(label=_("Prompts (optional)"), help_text=hint, required=False, widget=widget)


def _minutes_field() -> forms.IntegerField:
    return _number(_("How many minutes"), "", SHORTEST, LONGEST, _("From 10 to 240 minutes."))


def _prompts_of(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, start=1):
        if len(line) > PROMPT_LIMIT:
            said = {"n": number, "most": PROMPT_LIMIT, "long": len(line)}
            raise ValidationError(_("Question %(n)d has %(long)d characters; at most %(most)d.") % said)
    if len(lines) > MOST_PROMPTS:
        raise ValidationError(_("At most %(most)d questions.") % {"most": MOST_PROMPTS})
    return lines


class LeadsForm(forms.Form):
    """Who leads. Nobody is chosen by leaving a field as it is: it is left open on purpose, or somebody is named."""

    host = _one_of(_("Host"), [])
    cover = _one_of(_("Cover"), [], _("Leads it when the host can't come."))
    moderator = _one_of(_("Moderator"), [], _("Looks after it. Without one these hours are unattended."))

    def __init__(self, *args: Any, leads: Mapping[str, Member | None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people: dict[str, dict[str, Member]] = {}
        for part in live_chats.LED_BY:
            self.fields[part].error_messages["required"] = _("Choose somebody, or leave it open.")
            now = (leads or {}).get(part)
            people = {str(one.pk): one for one in [*organising.people_for(part), *([now] if now else [])]}
            first = [] if leads is not None else [("", _("Choose"))]
            taken_by = _("Open: a moderator may take it") if part == "moderator" else _("Open: a host may take it")
            field = self.fields[part]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*first, (OPEN, taken_by), *((key, one.name) for key, one in people.items())]
            if leads is not None:
                self.initial.setdefault(part, str(now.pk) if now else OPEN)
            self._people[part] = people

    def clean(self) -> dict[str, Any]:
        """The people themselves; nobody yet is None. One person has one part."""
        said: dict[str, Any] = super().clean() or {}
        for part, people in self._people.items():
            if part in said:
                said[part] = people.get(said[part])
        named = [said[part].pk for part in live_chats.LED_BY if said.get(part)]
        for part in live_chats.LED_BY:
            if said.get(part) and part != "host" and named.count(said[part].pk) > 1:
                self.add_error(part, _("Choose somebody else here: one person has one part."))
        return said


class PlanForm(LeadsForm):
    """What a series and a chat by itself have in common."""

    at = _time(_("Time"), _("By the clock of the time zone below. It stays so when clocks change."))
    zone = _one_of(_("Time zone"), zone_choices, said=_("No clock is called so. Choose one of the list."))
    minutes = _minutes_field()
    seats = _number(
        _("Seats (optional)"), _("Who comes later reads along."), 2, 5000, _("From 2 to 5000 seats."), required=False
    )
    slow_seconds = _one_of(_("One message in"), SLOW, _("The host can change it."))
    keep_days = _number(
        _("Days until its messages are deleted"), "", 1, 30, _("From 1 to 30 days.")
    )  # fmt: skip

    def clean_slow_seconds(self) -> int:
        """The seconds as a number."""
        return int(self.cleaned_data["slow_seconds"])


class SeriesForm(PlanForm):
    """The rule of a series, without its topics."""

    field_order = ("name", "weekdays", "at", "zone", "minutes", "first_day", "until", "holidays_of")
    name = _line(_("Name of the series"), _("For curators and hosts."), limit=80, required=True)
    weekdays = forms.MultipleChoiceField(
        label=_("Days"), choices=[(str(n), day) for n, day in enumerate(DAYS)],
        widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Choose at least one day.")},
    )  # fmt: skip
    first_day = _day(_("First day"))
    until = _day(_("Last day (optional)"), required=False)
    holidays_of = _one_of(
        _("Not on public holidays of (optional)"), lambda: [("", _("Every day counts")), *country_names], required=False
    )

    def clean_weekdays(self) -> str:
        """As the series keeps them."""
        return "".join(sorted(self.cleaned_data["weekdays"]))

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        said = super().clean()
        if said.get("until") and said.get("first_day") and said["until"] < said["first_day"]:
            self.add_error("until", _("The last day is before the first one."))
        return said


class TopicForm(forms.Form):
    """One topic of a series; one with nothing in it is none."""

    topic = _line(_("Topic"), limit=80, required=True)
    purpose = _line(_("What it is for (optional)"), limit=300)
    content_note = _line(_("Content note (optional)"), _("Shown before one comes in."), limit=120)
    prompts = _prompts_field()

    def clean_prompts(self) -> list[str]:
        """The questions, one by one."""
        return _prompts_of(self.cleaned_data["prompts"])


def topic_forms(sent: Any, held: Sequence[Mapping[str, Any]] = (), *, more: int = 0) -> list[TopicForm]:
    """A form for each topic that is there or was sent, and `more` empty ones (one at least in a new series)."""
    if sent is None:
        starts = [{**one, "prompts": "\n".join(one.get("prompts", []))} for one in held]
        count = max(1, len(held) + more)
        return [TopicForm(prefix=f"topic-{n}", initial=starts[n] if n < len(starts) else None) for n in range(count)]
    asked = sent.get("topics", "")
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    count = min(max(1, count + more), MOST_TOPICS)
    return [
        TopicForm(sent, prefix=f"topic-{n}", empty_permitted=True, use_required_attribute=False) for n in range(count)
    ]


class OneOffForm(PlanForm):
    """A chat that belongs to no series."""

    field_order = ("topic", "purpose", "content_note", "prompts", "day", "at", "zone", "minutes")
    topic = _line(_("Topic"), limit=80, required=True)
    purpose = _line(_("What it is for (optional)"), limit=300)
    content_note = _line(_("Content note (optional)"), _("Shown before one comes in."), limit=120)
    prompts = _prompts_field()
    day = _day(_("Day"))

    def clean_prompts(self) -> list[str]:
        """The questions, one by one."""
        return _prompts_of(self.cleaned_data["prompts"])

    def clean(self) -> dict[str, Any]:
        """It is still to come."""
        said = super().clean()
        if {"day", "at", "zone"} <= said.keys():
            said["starts_at"] = _moment(self, said["day"], said["at"], said["zone"])
        return said


class MoveForm(forms.Form):
    """Another time, by the clock that the chat goes by."""

    day = _day(_("Day"))
    at = _time(_("Time"))
    minutes = _minutes_field()

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        """It is still to come."""
        said: dict[str, Any] = super().clean() or {}
        if {"day", "at"} <= said.keys():
            said["starts_at"] = _moment(self, said["day"], said["at"], self.zone)
        return said


def _moment(form: forms.Form, day: date, at: Any, zone: str) -> datetime | None:
    if not schedule.exists(day, zone):
        form.add_error("day", _("That day does not exist by this clock."))
        return None
    begins = schedule.moment(day, at, zone)
    if begins <= timezone.now():
        form.add_error("day", _("That time is over. Choose one that is still to come."))
    return begins


class DayForm(forms.Form):
    """One day of a series, and why: left out, or the last one."""

    day = _day(_("Day"))
    reason = _line(_("Why"), _("Those who wanted to come read this. Not needed where nobody signed up."), limit=120)


def begin_series(series: Series) -> dict[str, Any]:
    """What the form of this series begins with."""
    names = ("name", "at", "zone", "minutes", "first_day", "until", "holidays_of", "seats", "slow_seconds", "keep_days")
    return {"weekdays": list(series.weekdays), **{name: getattr(series, name) for name in names}}


def leads_of(one: Series | LiveChat) -> dict[str, Member | None]:
    """Who leads it now."""
    return {part: getattr(one, part) for part in live_chats.LED_BY}
