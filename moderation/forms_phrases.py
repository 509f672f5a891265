"""The forms of the phrase workbench: a list, a phrase, one change of a draft, a text to try, a reason to look."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from community.languages import name_of
from moderation.console_words import CATEGORIES
from moderation.phrase_content import (
    LANGUAGES,
    LONGEST_NAME,
    LONGEST_PHRASE,
    LONGEST_PURPOSE,
    MOST_EXAMPLES,
    AddPhrase,
    AsShipped,
    Change,
    RemoveList,
    RemovePhrase,
    Rest,
    Reweigh,
    SiteList,
)
from moderation.phrase_words import LEVELS, LOOKING

TEXT_LIMIT, WORDS_LIMIT, LINES_LIMIT = 4000, 1000, 20_000
DO = ("add-phrase", "remove-phrase", "remove-list", "put-back-list", "rest", "reweigh", "as-shipped")
SETTINGS = ("name", "purpose", "category", "severity", "context", "person", "negatable")
SEVERITIES = [(key, LEVELS[key]) for key in ("imminent", "high", "moderate", "low")]
PERSONS = [("self", _("Only where it is about the writer")), ("any", _("About anybody"))]
_INPUT, _SELECT = {"class": "input", "dir": "auto"}, {"class": "select"}
_WRITTEN = {**_INPUT, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


MISSING: dict[str, Any] = {
    "name": _("Give the list a name."),
    "purpose": _("Say in a line what the list is for."),
    "must": _("Write at least three sentences that must be found."),
    "must_not": _("Write at least three sentences that must not be found."),
    "phrase": _("Write a phrase."),
    "text": _("Write something to try."),
}


def _speaks(form: forms.Form) -> None:
    """What is missing is said of each field by itself."""
    for name, said in MISSING.items():
        if name in form.fields:
            form.fields[name].error_messages["required"] = said


def _box(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={**_INPUT, "rows": rows})


class ListForm(forms.Form):
    """A list of the site's own; its key comes from its name, once."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs=_INPUT))
    purpose = forms.CharField(label=_("What it is for"), max_length=LONGEST_PURPOSE, widget=_box(2))
    language = forms.ChoiceField(label=_("Language"), widget=forms.Select(attrs=_SELECT))
    category = forms.ChoiceField(label=_("What its phrases are about"), widget=forms.Select(attrs=_SELECT))
    severity = forms.ChoiceField(label=_("Weight"), choices=SEVERITIES, widget=forms.Select(attrs=_SELECT))
    context = forms.BooleanField(
        label=_("Ordinary words here"),
        required=False,
        help_text=_("They add to a score, and bring nobody to the queue on their own."),
    )
    person = forms.ChoiceField(label=_("Whom it has to be about"), choices=PERSONS, widget=forms.Select(attrs=_SELECT))
    negatable = forms.BooleanField(
        label=_("“Not” before a phrase takes it away"), required=False, initial=True, help_text=_("“I won't …”")
    )
    phrases = forms.CharField(label=_("Phrases, one a line"), required=False, max_length=LINES_LIMIT, widget=_box(5))
    must = forms.CharField(
        label=_("Sentences that must be found, one a line"),
        max_length=LINES_LIMIT,
        widget=_box(4),
        help_text=_("At least three. Every draft is checked against them. Write your own: no member's words."),
    )
    must_not = forms.CharField(
        label=_("Sentences that must not be found, one a line"),
        max_length=LINES_LIMIT,
        widget=_box(4),
        help_text=_("At least three: what comes close to it and is harmless."),
    )

    def __init__(self, data: Any = None, *, held: SiteList | None = None, taken: Iterable[str] = ()) -> None:
        super().__init__(data, auto_id="list-%s", initial=_initial(held) if held else None)
        self.held, self._taken = held, set(taken)
        self.fields["language"].choices = [(code, name_of(code)) for code in LANGUAGES]  # type: ignore[attr-defined]
        self.fields["category"].choices = [(str(key), said) for key, said in CATEGORIES.items()]  # type: ignore[attr-defined]
        _speaks(self)
        if held:
            del self.fields["phrases"], self.fields["language"]

    def list(self) -> SiteList:
        """The list as it was written; call when valid."""
        said = self.cleaned_data
        return SiteList(
            key=self.held.key if self.held else self._key(said["name"]),
            language=self.held.language if self.held else said["language"],
            phrases=self.held.phrases if self.held else _lines(said["phrases"]),
            must=_lines(said["must"]),
            must_not=_lines(said["must_not"]),
            **{name: said[name] for name in SETTINGS},
        )

    def _key(self, name: str) -> str:
        base = re.sub(r"^[^a-z]+", "", slugify(name).replace("_", "-"))[:24].strip("-")
        base = base if len(base) > 1 else f"list-{base}".strip("-")
        numbered = (f"{base}-{number}" for number in range(2, 200))
        return base if base not in self._taken else next(one for one in numbered if one not in self._taken)


def _initial(held: SiteList) -> dict[str, Any]:
    said = {name: getattr(held, name) for name in SETTINGS}
    return {**said, "must": "\n".join(held.must), "must_not": "\n".join(held.must_not)}


def _lines(said: str) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in said.splitlines() if one.strip())[: MOST_EXAMPLES * 10]


class PhraseForm(forms.Form):
    """A phrase for one of the draft's lists."""

    key = forms.ChoiceField(label=_("List"), widget=forms.Select(attrs=_SELECT))
    phrase = forms.CharField(label=_("Phrase"), max_length=LONGEST_PHRASE, widget=forms.TextInput(attrs=_WRITTEN))

    def __init__(self, data: Any = None, *, lists: Iterable[SiteList], key: str = "") -> None:
        super().__init__(data, auto_id="phrase-%s", initial={"key": key})
        self.lists = {one.key: one for one in lists}
        _speaks(self)
        self.fields["key"].choices = [(one.key, one.name) for one in self.lists.values()]  # type: ignore[attr-defined]

    def clean_phrase(self) -> str:
        """The phrase with single spaces."""
        return " ".join(self.cleaned_data["phrase"].split())


class ChangeForm(forms.Form):
    """One press that changes a draft: what to do, to what, and the number of the text it was chosen on."""

    do = forms.ChoiceField(choices=[(one, one) for one in DO])
    edits = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    key = forms.CharField(required=False, max_length=40)
    group = forms.CharField(required=False, max_length=60)
    phrase = forms.CharField(required=False, max_length=3000, strip=False)  # of the release: up to 2,500 characters
    severity = forms.CharField(required=False, max_length=10)

    def change(self) -> Change | None:
        """The change that was asked for; None for a list that is to come back, which the caller knows. When valid."""
        said = self.cleaned_data
        key, group, phrase, severity = said["key"], said["group"], said["phrase"], said["severity"]
        if said["do"] == "reweigh" and severity in ("", "as-shipped"):
            return Rest(group, phrase) if not severity else AsShipped(group, phrase)
        changes: dict[str, Change] = {
            "add-phrase": AddPhrase(key, phrase),
            "remove-phrase": RemovePhrase(key, phrase),
            "remove-list": RemoveList(key),
            "rest": Rest(group, phrase),
            "reweigh": Reweigh(group, severity, phrase),
            "as-shipped": AsShipped(group, phrase),
        }
        return changes.get(said["do"])


class WordsForm(forms.Form):
    """A colleague's words: why, or a note."""

    words = forms.CharField(max_length=WORDS_LIMIT, widget=_box(3))
    edits = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class TryForm(forms.Form):
    """A text to try. It is read and forgotten."""

    text = forms.CharField(
        label=_("A text to try"),
        max_length=TEXT_LIMIT,
        strip=False,
        widget=forms.Textarea(attrs={**_WRITTEN, "rows": 4}),
    )
    version = forms.ChoiceField(label=_("Beside what is in force"), required=False, widget=forms.Select(attrs=_SELECT))

    def __init__(self, data: Any = None, *, versions: Iterable[tuple[str, Any]], version: str = "") -> None:
        super().__init__(data, auto_id="try-%s", initial={"version": version})
        _speaks(self)
        choices = [("", _("Only what is in force")), *versions]
        self.fields["version"].choices = choices  # type: ignore[attr-defined]


class LookForm(forms.Form):
    """Why somebody looks at a message that was no concern."""

    reason = forms.ChoiceField(
        label=_("Why you look"),
        choices=[("", _("Choose")), *LOOKING.items()],
        widget=forms.Select(attrs=_SELECT),
        error_messages={"required": _("Choose why you look. It is written down.")},
    )
