"""The forms of the console: one for each kind of decision, with what its statement needs and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import Member
from moderation.console_words import ABILITIES, STEPS, VERDICTS
from moderation.models import Decision, ResponseTimes
from moderation.services import choices
from moderation.services.choices import Choice, Kind

NOTE_LIMIT = 2000
HOURS = (
    ("1", _("For an hour")),
    ("6", _("For 6 hours")),
    ("24", _("For a day")),
    ("72", _("For 3 days")),
    ("168", _("For a week")),
    ("720", _("For 30 days")),
)
FOLLOW_UPS = (
    ("", _("As usual for how urgent it is")),
    ("0", _("Not again")),
    ("1", _("In an hour")),
    ("6", _("In 6 hours")),
    ("24", _("In a day")),
)
LABELS: dict[str, Any] = {Kind.ROOM: _("What was done, for colleagues (optional)")}
NO_FOLLOW_UP = {Kind.ESCALATE, Kind.HIDE_FOR_NOW}


@dataclass(frozen=True, slots=True)
class About:
    """What the forms of one case know: its rules, the rooms of its member, and whether somebody reported it."""

    rules: Mapping[str, str] = field(default_factory=dict)
    rooms: tuple[tuple[str, str], ...] = ()
    is_reported: bool = False
    room: str = ""


def words_box(rows: int = 4) -> forms.Textarea:
    """A box for a person's words."""
    return forms.Textarea(attrs={"rows": rows, "dir": "auto", "class": "input"})


class DecisionForm(forms.Form):
    """One kind of decision. What is missing is said by the service, which knows it best."""

    def __init__(self, data: Any = None, *, kind: str, about: About, words: str = "") -> None:
        super().__init__(data, auto_id=f"{kind}-%s")
        self.kind, self.about = kind, about
        self._add_checklist()
        self._add_what()
        self._add_reason()
        if kind in choices.NEEDS_WORDS | {Kind.HIDE, Kind.VEIL, Kind.STORY_OFF, Kind.ROOM}:
            label = LABELS.get(kind) or (
                _("Your words to them") if kind in choices.NEEDS_WORDS else _("Your words to them (optional)")
            )
            self.fields["words"] = forms.CharField(
                label=label,
                required=False,
                initial=words,
                widget=words_box(8 if words else 4),
                max_length=choices.WORDS_LIMIT * 2,
            )
        self._add_verdicts()
        self._add_end()

    def _add_checklist(self) -> None:
        if self.kind == Kind.IMMINENT:
            steps = forms.CheckboxSelectMultiple
            self.fields["checklist"] = forms.MultipleChoiceField(
                label=_("What was stated, and what you did"), choices=tuple(STEPS.items()), widget=steps, required=False
            )

    def _add_what(self) -> None:
        if self.kind == Kind.RESTRICT:
            self.fields["ability"] = _choice(_("What is paused"), tuple(ABILITIES.items()))
        if self.kind == Kind.REMOVE:
            self.fields["room"] = _choice(_("Which room"), self.about.rooms, initial=self.about.room)
        if self.kind in choices.NEEDS_TIME:
            self.fields["lasts"] = _choice(_("How long"), HOURS, initial="24" if self.kind != Kind.SUSPEND else "168")
            moment = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"})
            self.fields["until"] = forms.DateTimeField(label=_("Or until"), required=False, widget=moment)

    def _add_reason(self) -> None:
        if self.kind in choices.NEEDS_REASON:
            self.fields["reason"] = _choice(_("The reason that they read"), Decision.Reason.choices)

    def _add_verdicts(self) -> None:
        if self.kind in choices.WITHOUT_VERDICT:
            return
        usual = choices.usual_verdict(self.kind, has_rules=bool(self.about.rules))
        self.fields["verdict"] = _choice(_("What it was"), tuple(VERDICTS.items()), initial=usual, blank=not usual)
        if self.kind == Kind.NO_CONCERN and len(self.about.rules) > 1:
            for number, (rule, says) in enumerate(self.about.rules.items(), start=1):
                name = says or _("The model")
                self.fields[f"verdict:{rule}"] = _choice(
                    _("%(number)s: %(rule)s") % {"number": number, "rule": name}, tuple(VERDICTS.items())
                )

    def _add_end(self) -> None:
        if self.kind not in NO_FOLLOW_UP:
            self.fields["follow_up_hours"] = _choice(_("Comes back to the queue"), FOLLOW_UPS, blank=False)
        if self.about.is_reported and self.kind == Kind.NO_CONCERN:
            self.fields["hostile_reports"] = forms.BooleanField(label=_("It was reported to hurt them"), required=False)

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if self.kind == Kind.NO_CONCERN and self.about.rules and not self.errors:
            for rule in self.about.rules:
                if not (answers.get(f"verdict:{rule}") or answers.get("verdict")):
                    self.add_error("verdict", _("Say what it was, so that the lists can learn."))
                    break
        return answers

    def choice(self) -> Choice:
        """What was chosen. Ask only a valid form."""
        said = self.cleaned_data
        after = said.get("follow_up_hours") or ""
        return Choice(
            kind=self.kind,
            reason=said.get("reason") or "",
            words=said.get("words") or "",
            until=said.get("until") or self._until(said.get("lasts") or ""),
            room=said.get("room") or "",
            ability=said.get("ability") or "",
            verdicts=self._verdicts(said),
            checklist=dict.fromkeys(said.get("checklist") or [], True),
            follow_up_hours=int(after) if after else None,
            hostile_reports=bool(said.get("hostile_reports")),
        )

    def _verdicts(self, said: dict[str, Any]) -> dict[str, str]:
        """One for each rule that matched, or one for the case; what nobody changed is the usual one."""
        if self.kind in choices.WITHOUT_VERDICT:
            return {}
        usual = said.get("verdict") or choices.usual_verdict(self.kind, has_rules=bool(self.about.rules))
        found = {one: said.get(f"verdict:{one}") or usual for one in self.about.rules or (choices.CASE,)}
        return {rule: verdict for rule, verdict in found.items() if verdict}

    @staticmethod
    def _until(hours: str) -> Any:
        return timezone.now() + timedelta(hours=int(hours)) if hours else None

    def refuse(self, refusal: choices.BadChoice) -> None:
        """Says at its field what the service found missing."""
        place = refusal.field if refusal.field in self.fields else None
        self.add_error(place, str(refusal.detail))


def _choice(label: Any, of: Any, *, initial: str = "", blank: bool = True) -> forms.ChoiceField:
    first = [("", _("Choose"))] if blank else []
    chosen = forms.Select(attrs={"class": "select"})
    return forms.ChoiceField(label=label, choices=[*first, *of], required=False, initial=initial, widget=chosen)


class NoteForm(forms.Form):
    """Words to a colleague."""

    words = forms.CharField(max_length=NOTE_LIMIT, widget=words_box(3))


class AnswerForm(forms.Form):
    """The answer to an appeal."""

    words = forms.CharField(max_length=choices.WORDS_LIMIT, required=False, widget=words_box(5))


MINUTES = {
    "imminent": _("Now"),
    "high": _("Soon"),
    "moderate": _("Today"),
    "reply": _("Until hosts see that nobody has replied"),
    "next_page": _("Until the next one is called"),
}
A_WEEK = 7 * 24 * 60


class TimesForm(forms.Form):
    """Minutes until somebody has to look, by severity."""

    def __init__(self, data: Any = None, *, times: ResponseTimes) -> None:
        super().__init__(data, auto_id="times-%s")
        for name, label in MINUTES.items():
            box = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})
            now = getattr(times, f"{name}_seconds") // 60
            self.fields[name] = forms.IntegerField(label=label, min_value=1, max_value=A_WEEK, initial=now, widget=box)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        order = [said[name] for name in ("imminent", "high", "moderate") if said.get(name)]
        if len(order) == 3 and order != sorted(order):
            self.add_error("high", _("What is more urgent can't have more time."))
        return said

    def seconds(self) -> dict[str, int]:
        """What was set, as the service takes it. Ask only a valid form."""
        return {f"{name}_seconds": self.cleaned_data[name] * 60 for name in MINUTES}


class OnCallForm(forms.Form):
    """A place for each moderator: 1 is called first; empty is not called by name."""

    def __init__(self, data: Any = None, *, people: list[Member]) -> None:
        super().__init__(data, auto_id="call-%s")
        self.people = people
        for one in people:
            held = getattr(one, "on_call", None)
            box = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})
            self.fields[f"place-{one.pk}"] = forms.IntegerField(
                label=one.name,
                required=False,
                min_value=1,
                max_value=99,
                initial=held.place + 1 if held else None,
                widget=box,
            )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        taken: set[int] = set()
        for name, place in said.items():
            if place is not None and place in taken:
                self.add_error(name, _("Two people can't have the same place."))
                break
            taken.add(place)
        return said

    def chosen(self) -> list[Member]:
        """Who is called, in this order. Ask only a valid form."""
        placed = [(self.cleaned_data[f"place-{one.pk}"], one) for one in self.people]
        return [one for place, one in sorted((pair for pair in placed if pair[0]), key=lambda pair: pair[0])]
