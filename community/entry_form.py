"""The form of one entry of the lists. Hours stand by weekday; a number that is new or changed is typed twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, cast

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries import countries as country_names

from community import curate_words, text
from community import hours as opening_hours
from community.hours import CALLER, DAYS, BadHours, Hours, Spans, check, parse, spans_of, special_of, special_text
from community.refusals import Refusal
from community.resource_content import (
    ANYWHERE,
    DIALLED,
    MOST_CHANNELS,
    BadContent,
    Channel,
    Content,
    Way,
    checked,
)
from community.services.resources import Evidence

FRESH = timedelta(days=30)  # evidence older than this is no evidence
BLANK = 2  # empty ways below those that are there
PARTS = ("way", "shown", "again", "keyword", "note", "hours")
_LISTS = ("audiences", "topics", "languages", "access")
_TEXTS = ("name", "offers", "for_whom", "what_happens", "country", "kind", "cost", "anonymous")


def _line(label: Any, hint: Any = "", *, limit: int = 200, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, max_length=limit, required=required, widget=widget)


def _words(label: Any, hint: Any = "", *, limit: int = 2000, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "input", "dir": "auto", "rows": rows})
    return forms.CharField(label=label, help_text=hint, max_length=limit, required=False, widget=widget)


def _one_of(label: Any, choices: Any, hint: Any = "", *, required: bool = False) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "select"})
    return forms.ChoiceField(label=label, help_text=hint, choices=choices, required=required, widget=widget)


def countries() -> list[tuple[str, Any]]:
    """Nothing chosen, everywhere, then every country by name."""
    return [("", _("Choose")), (ANYWHERE, _("Anywhere")), *country_names]


def zones() -> list[tuple[str, Any]]:
    """Nothing chosen, the caller's own clock, then every zone by name."""
    return [("", _("Choose")), (CALLER, _("The caller's own clock")), *opening_hours.zone_choices()]


class EntryForm(forms.Form):
    """One entry. `held` is the content it starts from: its numbers need not be typed again."""

    name = _line(_("Name"), limit=120, required=True)
    kind = _one_of(_("Kind"), [("", _("Choose")), *curate_words.KINDS.items()], required=True)
    country = _one_of(_("Country"), countries, required=True)
    offers = _words(_("What it offers"), _("In plain words, as you would tell a friend."), rows=4)
    for_whom = _line(_("For whom (optional)"), _("As the service says it."))
    audiences = _line(
        _("Audiences"),
        _("With commas: anyone, or for example young people, students."),
        limit=800,
    )
    topics = _line(_("Topics (optional)"), _("With commas: suicide, grief, sleep."), limit=800)
    languages = _line(_("Languages"), _("Codes with commas: en, es, pt-BR."), limit=400)
    access = _line(
        _("Accessibility (optional)"), _("With commas: sign language, text for deaf people."),
        limit=800,
    )  # fmt: skip
    cost = _one_of(_("Cost"), list(curate_words.COST.items()))
    anonymous = _one_of(_("Can one stay anonymous?"), list(curate_words.ANONYMOUS.items()))
    what_happens = _words(_("What happens (optional)"), _("After one calls or writes."), limit=1000)
    is_severe_path = forms.BooleanField(
        label=_("Shown to people in danger"), required=False,
        help_text=_("Somebody answers who is trained for it. It is checked every 30 days."),
    )  # fmt: skip
    always = forms.BooleanField(label=_("Day and night, every day"), required=False)
    zone = _one_of(_("Time zone"), zones)
    holidays = _one_of(
        _("On public holidays"),
        [("usual", _("As on other days")), ("closed", _("Closed"))],
    )
    special = _words(
        _("Days that differ (optional)"), _("One on a line: 2026-12-25 closed, or 2026-12-31 10:00-14:00.")
    )  # fmt: skip
    said = _line(_("What else is said about the hours (optional)"))
    note = _line(_("What changed, and why (optional)"), _("The second reader sees this."), limit=300)
    how = _line(_("How you checked it (optional)"), _("Called, official page, partner …"))
    on = forms.DateField(
        label=_("On which day"), required=False,
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    evidence_url = _line(_("Where it can be seen (optional)"), _("https://…"), limit=500)
    based_on = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    ways = forms.IntegerField(required=False, min_value=1, max_value=MOST_CHANNELS, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, held: Content | None = None, based_on: int = 0
    ) -> None:
        self.held = held
        self.content: Content | None = None
        self.evidence: Evidence | None = None
        first = {**_initial(held), "based_on": based_on}
        super().__init__(data, initial=first)
        self.count = self._count(data, held)
        self.initial["ways"] = self.count
        for day in DAYS:
            self.fields[day] = _line(curate_words.DAYS[DAYS.index(day)])
        for number in range(self.count):
            self.fields |= _way_fields(number)

    @staticmethod
    def _count(data: Mapping[str, Any] | None, held: Content | None) -> int:
        asked = str(data.get("ways", "")) if data is not None else ""
        more = 1 if data is not None and data.get("do") == "more" else 0
        there = int(asked) + more if re.fullmatch(r"\d{1,2}", asked) else len(held.channels if held else ()) + BLANK
        return max(1, min(there, MOST_CHANNELS))

    def show_again(self, **changed: str) -> None:
        """Keeps what was typed for the page that is shown next, but for these hidden fields."""
        self.data = {**{key: self.data.get(key) for key in self.data}, **changed}

    def forget_errors(self) -> None:
        """Says nothing against what was typed so far."""
        self._errors = ErrorDict()

    def days(self) -> list[Any]:
        """The seven fields of the week."""
        return [self[day] for day in DAYS]

    def channels(self) -> list[dict[str, Any]]:
        """The fields of each way, by part."""
        return [{part: self[f"way-{number}-{part}"] for part in PARTS} for number in range(self.count)]

    def clean(self) -> dict[str, Any]:
        """Puts the content together; what is wrong is said at its field."""
        answers: dict[str, Any] = super().clean() or {}
        content = self._put_together(answers)
        self._check_numbers(answers)
        self._check_evidence(answers)
        if content is not None and not self.errors:
            try:
                self.content = checked(content)
            except BadContent as bad:
                self._say(bad.errors)
        return answers

    def _put_together(self, answers: dict[str, Any]) -> Content | None:
        hours, channels = self._hours(answers), list(self._channels(answers))
        if self.errors:
            return None
        fields: dict[str, Any] = {name: answers.get(name, "") for name in _TEXTS}
        fields |= {name: tuple(filter(None, (one.strip() for one in answers[name].split(",")))) for name in _LISTS}
        return Content(
            **fields,
            is_severe_path=answers["is_severe_path"],
            hours=hours,
            channels=tuple(one for one in channels if one),
        )

    def _hours(self, answers: dict[str, Any]) -> Hours:
        week = tuple(self._spans(day, answers.get(day, "")) for day in DAYS)
        held = Hours(
            zone=answers.get("zone", ""), always=answers.get("always", False), week=week if any(week) else (),
            holidays=answers.get("holidays") or "usual", special=self._special(answers.get("special", "")),
            said=answers.get("said", ""),
        )  # fmt: skip
        try:
            return check(held)
        except BadHours as bad:
            self.add_error("zone" if "zone" in str(bad) else "always", str(bad))
            return held

    def _spans(self, day: str, said: str) -> Spans:
        try:
            return spans_of(said, f"on {day}")
        except BadHours as bad:
            self.add_error(day, str(bad))
            return ()

    def _special(self, said: str) -> dict[str, Spans]:
        try:
            return special_of(said)
        except BadHours as bad:
            self.add_error("special", str(bad))
            return {}

    def _channels(self, answers: dict[str, Any]) -> Iterator[Channel | None]:
        for number in range(self.count):
            one = {part: str(answers.get(f"way-{number}-{part}", "")).strip() for part in PARTS}
            if not (one["shown"] or one["again"]):
                yield None
            elif not one["way"]:
                self.add_error(f"way-{number}-way", _("Choose what this is."))
            else:
                own, way = self._own_hours(number, one["hours"], answers), cast("Way", one["way"])
                yield Channel(way, one["shown"], one["keyword"], one["note"], own)

    def _own_hours(self, number: int, said: str, answers: dict[str, Any]) -> Hours | None:
        if not said:
            return None
        try:
            return parse(said, zone=answers.get("zone", ""))
        except BadHours as bad:
            self.add_error(f"way-{number}-hours", str(bad))
            return None

    def _check_numbers(self, answers: dict[str, Any]) -> None:
        known = {(one.way, one.shown) for one in (self.held.channels if self.held else ())}
        for number in range(self.count):
            way, shown, again = (str(answers.get(f"way-{number}-{part}", "")).strip() for part in PARTS[:3])
            if not shown or way not in DIALLED or (way, shown) in known:
                continue
            if not again:
                self.add_error(f"way-{number}-again", _("This number is new. Type it once more."))
            elif "".join(again.split()) != "".join(shown.split()):
                self.add_error(f"way-{number}-again", _("The two are not the same. Look at both again."))

    def _check_evidence(self, answers: dict[str, Any]) -> None:
        how, on, url = (answers.get(name) for name in ("how", "on", "evidence_url"))
        today = timezone.localdate()
        if url and not re.match(r"https?://[^\s/]+\.[^\s]+$", url):
            self.add_error("evidence_url", _("Write a web address such as https://…"))
        if not how:
            if url:
                self.add_error("how", _("Write how you checked it."))
            return
        on = on or today
        if not today - FRESH <= on <= today:
            self.add_error("on", _("Choose a day of the last 30 days."))
        try:
            self.evidence = Evidence(text.tidy(how, limit=200), on, url or "")
        except Refusal as refusal:
            self.add_error("how", str(refusal.detail))

    def _say(self, errors: dict[str, str]) -> None:
        """Errors of the content, at the fields that people see."""
        for field, sentence in errors.items():
            place, _dot, part = field.removeprefix("channels.").partition(".")
            name = f"way-{self._place(int(place))}-{part or 'shown'}" if place.isdigit() else field
            name = {"channels": "way-0-shown", "hours": "always"}.get(name, name)
            self.add_error(name if name in self.fields else None, ValidationError(sentence))

    def _place(self, number: int) -> int:
        """Where the way with this number in the content stands on the page, which has empty ones between."""
        filled = [n for n in range(self.count) if self.cleaned_data.get(f"way-{n}-shown")]
        return filled[number] if number < len(filled) else 0


def _way_fields(number: int) -> dict[str, forms.Field]:
    name = f"way-{number}"
    fields = {
        "way": _one_of(_("Way"), [("", _("Choose")), *curate_words.WAYS.items()]),
        "shown": _line(_("Number or address"), limit=500),
        "again": _line(_("The same number again"), limit=500),
        "keyword": _line(_("Keyword (optional)"), limit=60),
        "note": _line(_("Note (optional)"), limit=160),
        "hours": _line(_("Its own hours (optional)")),
    }
    for part in ("shown", "again"):
        fields[part].widget.attrs["dir"] = "ltr"
    return {f"{name}-{part}": field for part, field in fields.items()}


def _initial(held: Content | None) -> dict[str, Any]:
    if held is None:
        return {"audiences": "anyone", "holidays": "usual", "on": timezone.localdate()}
    hours = held.hours
    first: dict[str, Any] = {name: getattr(held, name) for name in (*_TEXTS, "is_severe_path")}
    first |= {name: ", ".join(getattr(held, name)) for name in _LISTS}
    first |= {"zone": hours.zone, "always": hours.always, "holidays": hours.holidays, "said": hours.said}
    first |= {"special": special_text(hours.special), "on": timezone.localdate()}
    for day, spans in zip(DAYS, hours.week, strict=False):
        first[day] = ", ".join(f"{start}-{end}" for start, end in spans)
    for number, one in enumerate(held.channels):
        kept = msgspec.structs.asdict(one) | {"hours": one.hours.text() if one.hours else ""}
        first |= {f"way-{number}-{part}": kept[part] for part in PARTS if part in kept}
    return first
