"""What one text of a story or article says: its fields, their limits, how long it takes to read. No I/O."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from community import text
from community.refusals import Refusal
from community.topics import LABELS, plain_form

Kind = Literal["story", "article"]
Category = Literal["managing", "treatment", "daily-life", "relationships", "work", "beginnings"]
CATEGORIES: dict[str, str | Promise] = {
    "managing": _("Managing depression"),
    "treatment": _("Treatment"),
    "daily-life": _("Daily life"),
    "relationships": _("Relationships"),
    "work": _("Work and money"),
    "beginnings": _("Asking for help"),
}
WORDS_PER_MINUTE = 200
BODY, SOURCES, TAGS = 40_000, 30, 6
LIMITS = {"title": 90, "share_title": 90, "content_note": 120, "sponsor": 160, "advertising": 160, "source": 200,
          "address": 500, "tag": 40, "day": 10}  # fmt: skip
# Words in a page's title or a shared link that would tell whoever looks over a shoulder.
TELLING = ("depress", "suicid", "bipolar", "self harm", "anxiety", "psychos", "ketamine", "antidepress", "crisis",
           "medication", "therapy", "mental", "diagnos", "depresi", "ansiedad", "terapia")  # fmt: skip


class BadStory(Refusal):
    """Fields that cannot be kept as they are: `errors` names each with a sentence."""

    code = "bad-story"
    detail = _("Some fields need another look.")
    status = 400

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a fact comes from, and when somebody last looked."""

    title: str
    publisher: str = ""
    url: str = ""
    published: str = ""  # a year, or a date in ISO form
    looked_at: str = ""  # a date in ISO form

    @property
    def site(self) -> str:
        """The name of its site: "nice.org.uk"; empty without an address."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that a reader is shown of one revision, and what a link to it says."""

    title: str
    body: str  # Markdown, see `community.text.story_to_html`
    kind: Kind = "story"
    category: Category = "daily-life"
    share_title: str = ""  # instead of the title in shared links, page titles and previews
    content_note: str = ""
    topics: tuple[str, ...] = ()  # keys of `community.topics.LABELS`: readers may have them folded
    tags: tuple[str, ...] = ()
    sponsor: str = ""
    advertising: str = ""
    sources: tuple[Source, ...] = ()

    @property
    def minutes(self) -> int:
        """How long it takes to read, in whole minutes, at least one."""
        return max(1, round(len(self.body.split()) / WORDS_PER_MINUTE))

    @property
    def first_sentence(self) -> str:
        """What a list shows of it."""
        plain = text.markdown_to_plain(self.body[:800])
        found = re.match(r".{20,220}?[.!?…](?=\s|$)", plain)
        return found.group(0) if found else text.quote(plain, 200)

    @property
    def quiet_title(self) -> str:
        """A title that tells nobody anything: the one chosen for sharing, or the title where it is harmless."""
        return self.share_title or ("" if is_telling(self.title) else self.title)


def is_telling(title: str) -> bool:
    """True for a title that names a diagnosis or a danger to whoever reads it over a shoulder."""
    plain = plain_form(title)
    return any(f" {word}" in plain for word in TELLING)


def to_json(content: Text) -> dict[str, object]:
    """The text as plain values, for a JSON column; `from_json` reads it again."""
    return dict(msgspec.to_builtins(content))


def from_json(value: object) -> Text:
    """What `to_json` wrote. Raises `msgspec.ValidationError` when the shape is another."""
    return msgspec.convert(value, Text)


def checked(content: Text, *, draft: bool = False) -> Text:
    """The same, tidied. Raises `BadStory` with a sentence for each field that cannot be kept.

    A draft may be unfinished anywhere: only what does not fit, or is no text, is refused.
    """
    errors: dict[str, Any] = {}
    title = _tidy(content.title, "title", errors, wanted=not draft)
    body = _tidy(content.body, "body", errors, limit=BODY, wanted=not draft, keeps_lines=True)
    fields = {name: _tidy(getattr(content, name), name, errors)
              for name in ("share_title", "content_note", "sponsor", "advertising")}  # fmt: skip
    if not draft and fields["share_title"] and is_telling(fields["share_title"]):
        errors["share_title"] = _("This title would tell others what it is about. Choose quieter words.")
    if content.category not in get_args(Category) or content.kind not in get_args(Kind):
        errors["category"] = _("Choose one of these.")
    if len(content.tags) > TAGS:
        errors["tags"] = _("A few words are enough.")
    topics = tuple(one for one in content.topics if one in LABELS)
    tags = tuple(dict.fromkeys(_tidy(one, "tag", errors) for one in content.tags[:TAGS] if one.strip()))
    sources = _sources(content.sources, errors, draft=draft)
    if errors:
        raise BadStory({name: str(words) for name, words in errors.items()})
    return Text(title, body, content.kind, content.category, topics=topics, tags=tags, sources=sources, **fields)


def _sources(given: tuple[Source, ...], errors: dict[str, Any], *, draft: bool) -> tuple[Source, ...]:
    if len(given) > SOURCES:
        errors["sources"] = _("Thirty sources fit here.")
        return ()
    return tuple(_source(one, errors, draft=draft) for one in given)


def _source(one: Source, errors: dict[str, Any], *, draft: bool) -> Source:
    address = _tidy(one.url, "address", errors)
    if address and not draft and not is_address(address):
        errors["sources"] = _("An address begins with https:// or http://.")
    published, looked_at = (_tidy(written, "day", errors) for written in (one.published, one.looked_at))
    if not draft and not all(_is_day(written) for written in (published, looked_at) if written):
        errors["sources"] = _("Write a day as 2026-11-30, or a year.")
    title = _tidy(one.title, "source", errors, wanted=not draft)
    return Source(title, _tidy(one.publisher, "source", errors), address, published, looked_at)


def is_address(written: str) -> bool:
    """True for the address of a site: nothing else may stand behind a link."""
    try:
        parts = urlsplit(written)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(written) <= LIMITS["address"]


def is_link(written: str) -> bool:
    """True for the address of a site that is reached with TLS: no other stands below a name."""
    return is_address(written) and written.lower().startswith("https://")


def _is_day(written: str) -> bool:
    if re.fullmatch(r"\d{4}", written.strip()):
        return True
    try:
        date.fromisoformat(written.strip())
    except ValueError:
        return False
    return True


def _tidy(words: str, name: str, errors: dict[str, Any], *, limit: int = 0, wanted: bool = False,
          keeps_lines: bool = False) -> str:  # fmt: skip
    if not words.strip():
        if wanted:
            errors[name] = _("This is still empty.")
        return ""
    try:
        tidy = text.tidy(words, limit=limit or LIMITS[name])
    except text.TooLong as too_long:
        said = ngettext("%(n)s character more than fits.", "%(n)s characters more than fit.", too_long.over)
        errors[name] = said % {"n": too_long.over}
        return ""
    except Refusal as refusal:
        errors[name] = refusal.detail
        return ""
    return tidy if keeps_lines else " ".join(tidy.split())
