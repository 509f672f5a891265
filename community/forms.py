"""Forms of community. Labels stand above fields; errors say what to do; nothing typed is lost but passwords."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from community import consents, display, names, text
from community.hours import zone_choices
from community.models import Boundaries, Member
from community.refusals import Refusal
from community.services import boundaries, members

RATHER_NOT_SAY = "none"
LONGEST_BREAK_DAYS = 366
TIME_ERRORS = {"required": _("Choose a time."), "invalid": _("Write a time as 22:30.")}
LANGUAGES = (("en", "English"), ("es", "Español"))


def country_choices() -> list[tuple[str, Any]]:
    """ "Choose", "I'd rather not say", then every country by name."""
    return [("", _("Choose")), (RATHER_NOT_SAY, _("I'd rather not say")), *countries]


class JoinForm(forms.Form):
    """A name, a password, a country, and four lines to agree to."""

    name = forms.CharField(max_length=60)
    pebble = forms.TypedChoiceField(coerce=int, choices=[(n, n) for n in range(1, 9)], initial=5)
    email = forms.EmailField(required=False, max_length=254)
    password = forms.CharField(max_length=200, widget=forms.PasswordInput, strip=False)
    adult = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("Not yet"))])
    country = forms.ChoiceField(choices=country_choices)
    language = forms.ChoiceField(choices=LANGUAGES, initial="en")
    time_zone = forms.ChoiceField(choices=zone_choices, initial="UTC")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in consents.LINES:
            words = {
                "required": _("Please agree to “%(title)s”, or look around without joining.") % {"title": line.title}
            }
            self.fields[f"agree_{line.kind}"] = forms.BooleanField(required=line.is_required, error_messages=words)
        self.fields["name"].error_messages["required"] = _("Write a name with 3 to 30 letters.")
        self.fields["adult"].error_messages["required"] = _("Tell us whether you are 18 or older.")
        self.fields["country"].error_messages["required"] = _("Choose a country, or “I'd rather not say”.")
        self.fields["password"].error_messages["required"] = _("Choose a password with at least 12 characters.")

    def clean_name(self) -> str:
        """A name of the right form that nobody has."""
        name = unicodedata.normalize("NFC", str(self.cleaned_data["name"]).strip())
        try:
            names.check(name)
        except names.NameRefused as refused:
            raise ValidationError(str(refused.detail)) from None
        if not members.is_free(name):
            raise ValidationError(members.taken(name))
        return name

    def clean_country(self) -> str:
        """ "Rather not say" is remembered as unknown."""
        country = str(self.cleaned_data["country"])
        return "" if country == RATHER_NOT_SAY else country

    def clean(self) -> dict[str, Any]:
        """Checks the password against the name and the address too."""
        answers: dict[str, Any] = super().clean() or {}
        if password := answers.get("password"):
            person = Member(name=answers.get("name", ""), email=answers.get("email", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return answers

    def agreed(self) -> tuple[str, ...]:
        """The kinds of the lines that were ticked."""
        return tuple(line.kind for line in consents.LINES if self.cleaned_data.get(f"agree_{line.kind}"))


class ProfileForm(forms.ModelForm):
    """What others see: pronouns, a line about oneself, the pebble's colour."""

    class Meta:
        model = Member
        fields = ("pronouns", "bio", "pebble")

    def clean_pronouns(self) -> str:
        """Tidied, like everything others read."""
        return _tidied(self.cleaned_data["pronouns"], 40)

    def clean_bio(self) -> str:
        """Tidied, like everything others read."""
        return _tidied(self.cleaned_data["bio"], 120)


class BoundariesForm(forms.ModelForm):
    """What a member wants to be left with. A break ends with the beginning of the day that is chosen."""

    break_until = forms.DateField(required=False)
    quiet_from = forms.TimeField(error_messages=TIME_ERRORS)
    quiet_until = forms.TimeField(error_messages=TIME_ERRORS)

    class Meta:
        model = Boundaries
        fields = boundaries.CHOICES

    def __init__(self, answers: Any = None, *, member: Member) -> None:
        row = boundaries.of(member)
        self.member, self.ends = member, row.break_until if boundaries.is_away(member) else None
        day = self.ends.astimezone(boundaries.zone_of(member)).date() if self.ends else None
        super().__init__(answers, instance=row, initial={"break_until": day})
        self.fields["break_until"].error_messages["invalid"] = _("Choose a day, or leave it empty.")

    def clean_break_until(self) -> datetime | None:
        """The beginning of that day, where the member lives."""
        day = self.cleaned_data["break_until"]
        if day == self.initial["break_until"]:
            return self.ends
        if day is None:
            return None
        if not boundaries.days_ahead(1, self.member) <= day <= boundaries.days_ahead(LONGEST_BREAK_DAYS, self.member):
            raise ValidationError(_("Choose a day from tomorrow on, within a year."))
        return boundaries.start_of_day(day, self.member)

    def clean_break_words(self) -> str:
        """Tidied, like everything others read."""
        return _tidied(self.cleaned_data["break_words"], 200)


LINES = [("", _("Normal")), ("wide", _("Wide")), ("wider", _("Wider"))]


class DisplayForm(forms.Form):
    """How pages look and behave for this member. Empty means as the device says."""

    theme = forms.ChoiceField(
        required=False, choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    )
    contrast = forms.ChoiceField(required=False, choices=[("", _("As the device")), ("more", _("More"))])
    text = forms.ChoiceField(
        required=False, choices=[("", _("Normal")), ("large", _("Large")), ("larger", _("Larger"))]
    )
    font = forms.ChoiceField(required=False, choices=[("", _("Ours")), ("system", _("The device's"))])
    motion = forms.ChoiceField(required=False, choices=[("", _("As the device")), ("reduce", _("Less"))])
    spoken = forms.ChoiceField(
        required=False, choices=[("", _("Every message")), ("number", _("Only how many")), ("none", _("Nothing"))]
    )
    enter = forms.ChoiceField(required=False, choices=[("", _("Sends")), ("newline", _("Begins a new line"))])
    shift = forms.ChoiceField(required=False, choices=[("", _("On")), ("off", _("Off"))])

    lines = forms.ChoiceField(required=False, choices=LINES)

    def cookie(self) -> str:
        """The cookie for these choices."""
        return display.write({key: value for key, value in self.cleaned_data.items() if value})


class ReadingForm(DisplayForm):
    """What of it matters while one reads. The rest stays as it was."""

    contrast = motion = spoken = enter = shift = None  # type: ignore[assignment]

    def cookie_after(self, before: str) -> str:
        """The cookie for these choices and what `before` says of others."""
        rest = {key: value for key, value in display.read(before).items() if key not in self.fields}
        return display.write({**rest, **{key: value for key, value in self.cleaned_data.items() if value}})


def _tidied(words: str | None, limit: int) -> str:
    if not (words or "").strip():
        return ""
    try:
        return " ".join(text.tidy(str(words), limit=limit).split())
    except Refusal as refusal:
        raise ValidationError(str(refusal.detail)) from None
