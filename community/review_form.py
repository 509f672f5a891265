"""Forms of those who read stories before others: a clinician's verdict, a second reader's, who reviews, a reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.services import reviewers, story_verdicts
from community.services.story_verdicts import QUESTIONS, REVIEWED_AGAIN_AFTER, Verdict

WORDS = 300  # about one of the four questions
_TOO_LONG = {"max_length": _("At most %(limit_value)d characters; these are %(show_value)d.")}
_NEEDED = {"required": _("This is needed.")}


def _line(label: Any, hint: Any = "", *, limit: int, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "dir": "auto", "autocomplete": "off"})
    said = {**_TOO_LONG, **_NEEDED}
    return forms.CharField(
        label=label, help_text=hint, max_length=limit, required=required, widget=widget, error_messages=said
    )


def _words(label: Any, hint: Any = "", *, limit: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"class": "input", "dir": "auto", "rows": 4})
    return forms.CharField(
        label=label, help_text=hint, max_length=limit, required=False, widget=widget, error_messages=_TOO_LONG
    )


class JudgeForm(forms.Form):
    """A clinician's answers to the four questions, and what follows from them. `do` is the button that was pressed."""

    note = _words(
        _("To its author"), _("Needed for changes, and for “not here”: what, and why."), limit=story_verdicts.NOTE
    )
    look_again_on = forms.DateField(
        label=_("To be read again on"),
        help_text=_("A year from now at the latest. Sooner where what is known changes fast."),
        required=False,
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write a day as 2026-12-31.")},
    )  # fmt: skip

    def __init__(self, *args: Any, do: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"look_again_on": timezone.localdate() + REVIEWED_AGAIN_AFTER})
        super().__init__(*args, **kwargs)
        self.do = do
        for key, label in QUESTIONS.items():
            said = {"required": _("Answer yes or no."), "invalid_choice": _("Answer yes or no.")}
            choices = [("no", _("No")), ("yes", _("Yes"))]
            self.fields[key] = forms.ChoiceField(
                label=str(label), choices=choices, widget=forms.RadioSelect, error_messages=said
            )
            self.fields[f"{key}_words"] = _line(_("Which words"), limit=WORDS)

    @property
    def questions(self) -> list[tuple[Any, Any]]:
        """The four questions, each with the field for words about it."""
        return [(self[key], self[f"{key}_words"]) for key in QUESTIONS]

    def clean(self) -> dict[str, Any]:
        """A yes says which words; a day to read it again lies in the coming year."""
        said: dict[str, Any] = super().clean() or {}
        for key in QUESTIONS:
            if said.get(key) == "yes" and not said.get(f"{key}_words"):
                self.add_error(f"{key}_words", _("Say which words, so that its author finds them."))
        if self.do != "approve" and not said.get("note"):
            self.add_error("note", _("Write a few words about why."))
        if self.do == "approve" and "look_again_on" in said:
            self._check_day(said["look_again_on"])
        return said

    def _check_day(self, day: date | None) -> None:
        today = timezone.localdate()
        if day is None or not today < day <= today + REVIEWED_AGAIN_AFTER:
            self.add_error("look_again_on", _("Choose a day in the coming year."))

    def verdict(self, beside: dict[int, str]) -> Verdict:
        """What a valid form says, with these notes by paragraph."""
        said = self.cleaned_data
        answers = {key: {"is": said[key] == "yes", "words": said[f"{key}_words"]} for key in QUESTIONS}
        return Verdict(self.do, said["note"], tuple(beside.items()), said["look_again_on"], answers)


class ReadForm(forms.Form):
    """A second reader's: when it comes out, what was put right, or why it goes back."""

    comes_out_at = forms.DateTimeField(
        label=_("Comes out at"),
        help_text=_("By your own clock. Empty is now."),
        required=False,
        widget=forms.DateTimeInput(attrs={"class": "input", "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Write a day and a time that exist by your clock.")},
    )
    correction = _line(
        _("What was put right"),
        _("One short sentence. Readers see it with the day. Empty when nothing was wrong before."),
        limit=story_verdicts.CORRECTION,
    )
    note = _words(_("To its author"), _("Needed to send it back."), limit=story_verdicts.READ_NOTE)

    def __init__(self, *args: Any, do: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.do = do

    def clean(self) -> dict[str, Any]:
        """Sending back needs a word."""
        said: dict[str, Any] = super().clean() or {}
        if self.do == "back" and not said.get("note"):
            self.add_error("note", _("Write a few words about why."))
        return said

    def clean_comes_out_at(self) -> datetime | None:
        """Not in the past, and within a year."""
        at: datetime | None = self.cleaned_data["comes_out_at"]
        now = timezone.now()
        if self.do == "back":
            return None
        if at and at < now - timedelta(minutes=5):
            raise ValidationError(_("That time is over. Leave it empty to let it out now."))
        if at and at > now + REVIEWED_AGAIN_AFTER:
            raise ValidationError(_("Choose a time in the coming year."))
        return at


class BylineForm(forms.Form):
    """Who readers see has reviewed a text."""

    name = _line(_("Name"), _("As readers see it, with a title if you use one."), limit=reviewers.NAME, required=True)
    profession = _line(_("Profession"), _("For example: psychologist."), limit=reviewers.PROFESSION, required=True)
    bio = _line(_("A sentence about you (optional)"), limit=reviewers.BIO)
    agrees = forms.BooleanField(
        label=_("Readers may see my name and profession"),
        help_text=_("Without this you give no verdicts. Take it back at any time: your name goes at once, and what you"
                    " reviewed is read again by somebody else."),
        required=False,
    )  # fmt: skip
