"""The form in which a story is written. What was typed stays, whatever is wrong; rows come without a script too."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from community.models import Byline, StoryRevision
from community.services.story_bylines import MOST_LINKS, Author
from community.story_content import CATEGORIES, SOURCES, BadStory, Category, Kind, Source, Text, checked
from community.topics import LABELS

PARTS = ("title", "publisher", "url", "published", "looked_at")
ANOTHER = "another"
KINDS = (("story", _("A story: one's own experience")), ("article", _("An article: general information")))
_AT = {"tag": "tags", "source": "sources", "address": "sources", "day": "sources", "name": "byline_name"}


def _line() -> forms.CharField:
    return forms.CharField(required=False)


class StoryForm(forms.Form):
    """One text. `held` is the draft it begins from; `is_editor` opens the fields that only editors fill in."""

    title = _line()
    body = forms.CharField(required=False, strip=False)
    kind = forms.ChoiceField(choices=KINDS, required=False)
    category = forms.ChoiceField(label=_("What is it about?"), choices=list(CATEGORIES.items()), required=False)
    topics = forms.MultipleChoiceField(choices=list(LABELS.items()), required=False)
    tags = _line()
    content_note = _line()
    sponsor = _line()
    advertising = _line()
    shows_a_line = forms.BooleanField(required=False)
    byline = _line()
    byline_name = _line()
    pronouns = _line()
    bio = _line()
    links = _line()  # where errors of the links are said
    sources = _line()  # and those of the sources
    rows = forms.IntegerField(required=False, min_value=0, max_value=SOURCES)
    version = forms.IntegerField(required=False, min_value=0)
    key = _line()

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, held: StoryRevision | None = None,
        bylines: list[Byline] = [], is_editor: bool = False,  # noqa: B006  (never changed)
    ) -> None:  # fmt: skip
        self.held, self.bylines, self.is_editor = held, bylines, is_editor
        super().__init__(data, initial=_initial(held, bylines))
        asked = str(data.get("rows", "")) if data is not None else ""
        there = len(held.read().sources) if held else 0
        self.count = min(int(asked) if re.fullmatch(r"\d{1,2}", asked) else there, SOURCES)
        for n in range(self.count + 1):
            self.fields |= {f"source-{n}-{part}": _line() for part in PARTS}
        for n in range(MOST_LINKS):
            self.fields |= {f"link-{n}-{part}": _line() for part in ("label", "url")}

    # --- what was typed, as a text ----------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        """Looks whether it can be kept; what is wrong is said at its field."""
        answers: dict[str, Any] = super().clean() or {}
        try:
            checked(self.content(answers), draft=True)
        except BadStory as bad:
            self.say(bad.errors)
        return answers

    def content(self, answers: dict[str, Any] | None = None) -> Text:
        """The text as it was typed; what only editors fill in stays as it was for everybody else."""
        said = self.cleaned_data if answers is None else answers
        before = self.held.read() if self.held else Text("", "")
        mine = said if self.is_editor else {"sponsor": before.sponsor, "advertising": before.advertising,
                                             "kind": before.kind}  # fmt: skip
        return Text(
            said.get("title", ""), said.get("body", ""), cast("Kind", mine.get("kind") or "story"),
            cast("Category", said.get("category") or "daily-life"), share_title=before.share_title,
            content_note=said.get("content_note", ""), topics=tuple(said.get("topics", ())),
            tags=tuple(one.strip() for one in said.get("tags", "").split(",") if one.strip()),
            sponsor=mine.get("sponsor", ""), advertising=mine.get("advertising", ""), sources=self._sources(said),
        )  # fmt: skip

    def _sources(self, said: dict[str, Any]) -> tuple[Source, ...]:
        rows = [[str(said.get(f"source-{n}-{part}", "")).strip() for part in PARTS] for n in range(self.count)]
        return tuple(Source(*row) for row in rows if any(row))

    def author(self) -> Author:
        """Who readers shall be told wrote it."""
        said = self.cleaned_data
        chosen = int(said["byline"]) if re.fullmatch(r"\d{1,15}", said["byline"]) else 0
        links = tuple((said[f"link-{n}-label"], said[f"link-{n}-url"]) for n in range(MOST_LINKS))
        return Author(chosen, said["byline_name"], said["pronouns"], said["bio"], links)

    @property
    def is_empty(self) -> bool:
        """True when there is neither a title nor a word of text."""
        return not (self.cleaned_data.get("title", "").strip() or self.cleaned_data.get("body", "").strip())

    # --- for the page -------------------------------------------------------------------------------

    def say(self, errors: dict[str, str]) -> None:
        """Says what is wrong where it stands on the page."""
        for name, sentence in errors.items():
            place = _AT.get(name, name)
            self.add_error(place if place in self.fields else None, ValidationError(sentence))

    def with_rows(self, press: str) -> None:
        """One row of sources more, or one less: "row", or "drop-2"."""
        if press == "row":
            self._show(rows=str(min(self.count + 1, SOURCES)))
            self.count = min(self.count + 1, SOURCES)
        elif (found := re.fullmatch(r"drop-(\d{1,2})", press)) and int(found[1]) < self.count:
            kept = [n for n in range(self.count) if n != int(found[1])]
            moved = {f"source-{to}-{part}": self.data.get(f"source-{at}-{part}", "")
                     for to, at in enumerate(kept) for part in PARTS}  # fmt: skip
            self.count = len(kept)
            self._show(rows=str(self.count), **moved)
        self._errors = ErrorDict()

    def now_at(self, version: int) -> None:
        """The next press is about the version that the reader has been shown now."""
        self._show(version=str(version))

    def _show(self, **changed: str) -> None:
        data = self.data.copy()  # type: ignore[attr-defined]
        for name, value in changed.items():
            data[name] = value
        self.data = data

    def source_rows(self) -> list[tuple[int, dict[str, Any]]]:
        """The fields of each row of sources."""
        return [(n, {part: self[f"source-{n}-{part}"] for part in PARTS}) for n in range(self.count)]

    def link_rows(self) -> list[tuple[Any, Any]]:
        """The fields of each link under the author's name."""
        return [(self[f"link-{n}-label"], self[f"link-{n}-url"]) for n in range(MOST_LINKS)]

    def said_errors(self) -> list[tuple[Any, str]]:
        """What is wrong, with the field it is about."""
        return [(self[name], str(one)) for name, found in self.errors.items() if name in self.fields for one in found]


def _initial(held: StoryRevision | None, bylines: list[Byline]) -> dict[str, Any]:
    if held is None:
        first = str(bylines[0].pk) if bylines else ANOTHER
        return {"category": "daily-life", "version": 0, "rows": 0, "byline": first, "key": secrets.token_hex(8)}
    content, now = held.read(), held.byline or held.story.byline
    plain = ("title", "body", "kind", "category", "content_note", "sponsor", "advertising")
    said: dict[str, Any] = {name: getattr(content, name) for name in plain}
    said |= {"topics": list(content.topics), "tags": ", ".join(content.tags), "rows": len(content.sources)}
    said |= {"version": held.version, "shows_a_line": held.story.shows_a_line, "byline": str(now.pk), "key": ""}
    for n, one in enumerate(content.sources):
        said |= {f"source-{n}-{part}": getattr(one, part) for part in PARTS}
    return said
