"""Forms of moderation: telling a moderator, asking for another look, keeping two members apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from chat.models.message import BODY_LIMIT
from moderation import audit_words
from moderation.models import Report, SupportAfter
from moderation.services.appeals import WORDS_LIMIT
from moderation.services.reports import NOTE_LIMIT

_IN_REACH = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2200, 1, 1))]


class CheckInForm(forms.Form):
    """The first words of a moderator to a member."""

    words = forms.CharField(max_length=BODY_LIMIT, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))


class NoContactForm(forms.Form):
    """Two members who are kept apart, and why."""

    one = forms.CharField(max_length=30, label=_("Name"))
    other = forms.CharField(max_length=30, label=_("Name of the other"))
    reason = forms.CharField(max_length=200, label=_("Why (only the team sees it)"))


class AfterForm(forms.Form):
    """Whether an offer of help was of use. No answer is an answer."""

    helped = forms.ChoiceField(choices=[("", ""), *SupportAfter.Helped.choices], required=False)
    in_the_way = forms.ChoiceField(choices=[("", ""), *SupportAfter.InTheWay.choices], required=False)


class TrailForm(forms.Form):
    """Which entries of the audit trail are asked for; nothing is all of them."""

    who = forms.CharField(required=False, max_length=30, label=_("Who"))
    what = forms.ChoiceField(required=False, choices=audit_words.CHOICES, label=_("What"))
    since = forms.DateField(required=False, validators=_IN_REACH, label=_("From (day)"))
    until = forms.DateField(required=False, validators=_IN_REACH, label=_("To (day)"))
    thing = forms.RegexField(r"^[a-z-]+:[0-9a-z.-]{1,40}$", required=False, label=_("Item"))

    def __init__(self, asked: Any) -> None:
        super().__init__(asked, auto_id="trail-%s")
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "select" if name == "what" else "input"
        self.fields["who"].widget.attrs |= {"list": "staff", "autocomplete": "off"}
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})

    @property
    def is_narrow(self) -> bool:
        """True when something is asked for."""
        return any(self.data.get(name) for name in self.fields)


class AppealForm(forms.Form):
    """What a member says when they ask for another look; nothing is a full answer, too."""

    words = forms.CharField(
        required=False,
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "class": "input"}),
    )


OF_STORIES = (Report.Reason.COULD_HARM, Report.Reason.ABOUT_ME)
REASONS = [one for one in Report.Reason.choices if one[0] not in OF_STORIES]


class StoryReportForm(forms.Form):
    """What is wrong with a story. `text` is the number of the text that was read."""

    reason = forms.ChoiceField(
        choices=[*((one.value, one.label) for one in OF_STORIES), *REASONS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what fits best."), "invalid_choice": _("Choose what fits best.")},
    )
    note = forms.CharField(required=False, max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 3}))
    text = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class ReportForm(forms.Form):
    """One of two doors; the second one asks for a reason."""

    door = forms.ChoiceField(choices=Report.Door.choices)
    reason = forms.ChoiceField(choices=REASONS, required=False, widget=forms.RadioSelect)
    note = forms.CharField(
        required=False, max_length=NOTE_LIMIT, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if answers.get("door") == Report.Door.NOT_OKAY and not answers.get("reason"):
            self.add_error("reason", _("Choose what fits best."))
        return answers
