"""The form of a safety plan: one text box for each part, one line for each thing. Every part is optional."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from community import helplines, text
from community.refusals import Refusal
from community.services.plan import LINE_LENGTH, LINES, Plan

SERVICES_OFFERED = 6
PARTS = {
    "signs": (_("Signs that a bad time is coming"), _("What you notice first. For example: I stop answering.")),
    "helps": (_("What helps me"), _("Small things you can do on your own.")),
    "people": (_("People I can reach"), _("A name, and how to reach them. For example: Mum, 01632 960 001.")),
    "places": (_("Places and lines"), _("Where you feel safer, and numbers you would call or text.")),
    "safer": (_("Making it safer around me"), _("What to put away, who could keep it, where to be instead.")),
}
REMEMBER = _("What I want to remember")


class PlanForm(forms.Form):
    """A member's plan. `country` decides which services can be ticked instead of written."""

    signs = forms.CharField(required=False)
    helps = forms.CharField(required=False)
    people = forms.CharField(required=False)
    places = forms.CharField(required=False)
    safer = forms.CharField(required=False)
    remember = forms.CharField(required=False)
    service = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, country: str = "", plan: Plan | None = None, **kwargs: Any) -> None:
        self.services = services_of(country)
        kwargs["initial"] = _initial(plan, self.services) if plan else {}
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [(words, words) for words in self.services]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        for part in PARTS:
            ticked = answers.get("service", []) if part == "places" else []
            self._try(answers, part, lambda words, ticked=ticked: _lines(words, ticked))
        self._try(answers, "remember", lambda words: next(iter(_lines(" ".join(words.split()), [])), ""))
        return answers

    def _try(self, answers: dict[str, Any], part: str, read: Any) -> None:
        try:
            answers[part] = read(answers.get(part, ""))
        except ValidationError as error:
            self.add_error(part, error)

    def plan(self) -> Plan:
        """The plan that a valid form holds."""
        return Plan(**{part: self.cleaned_data[part] for part in Plan.__slots__})


def services_of(country: str) -> dict[str, tuple[str, str]]:
    """The first services of a country: the line a plan holds for it → its number, and where pressing that leads."""
    lines = [line for line in helplines.lines_for(country) if not line.is_for_young]
    return {_service_words(line): (line.shown, line.href) for line in lines[:SERVICES_OFFERED]}


def _service_words(line: helplines.Line) -> str:
    words = _("%(name)s: call %(number)s") if line.kind == "call" else _("%(name)s: text %(number)s")
    return words % {"name": line.name, "number": line.shown}


def _initial(plan: Plan, services: Iterable[str]) -> dict[str, Any]:
    offered = set(services)
    found: dict[str, Any] = {part: "\n".join(getattr(plan, part)) for part in PARTS}
    found["places"] = "\n".join(line for line in plan.places if line not in offered)
    return {**found, "service": [line for line in plan.places if line in offered], "remember": plan.remember}


def _lines(words: str, ticked: list[str]) -> tuple[str, ...]:
    written = [*ticked, *(line for line in words.splitlines() if line.strip())]
    if len(written) > LINES:  # counted first, so that nothing costly is done to a flood of lines
        raise ValidationError(_("Up to %(most)s lines fit here. There are %(n)s.") % {"most": LINES, "n": len(written)})
    return tuple(dict.fromkeys(one for line in written if (one := _line(line))))


def _line(words: str) -> str:
    try:
        return text.tidy(words, limit=LINE_LENGTH)
    except text.Empty:
        return ""
    except text.TooLong as refusal:
        raise ValidationError(
            _("One line is longer than %(most)s characters. You could make two of it.") % {"most": LINE_LENGTH}
        ) from refusal
    except Refusal as refusal:
        raise ValidationError(str(refusal.detail)) from refusal
