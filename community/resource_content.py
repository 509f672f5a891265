"""What one entry of the resource lists says: its fields, their limits, and how a number becomes a link. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args
from urllib.parse import quote, urlsplit

import msgspec
from django.utils.translation import gettext_lazy as _
from django_countries import countries as country_names

from community import text
from community.hours import BadHours, Hours, check
from community.refusals import Refusal

ANYWHERE = "INT"  # a country: open to people from everywhere
Kind = Literal[
    "emergency", "helpline", "peer support", "directory", "professional help finder", "education", "guidance", "book",
    "self-help tool", "app",
]  # fmt: skip
Way = Literal["phone", "text", "whatsapp", "chat", "mail", "page"]
KINDS, WAYS = get_args(Kind), get_args(Way)
DIALLED = ("phone", "text", "whatsapp")
ANYONE = "anyone"
MOST_IN_A_LIST, MOST_CHANNELS = 20, 12
LIMITS = {"name": 120, "offers": 2000, "for_whom": 200, "what_happens": 1000, "note": 160, "tag": 60, "address": 500}
_NUMBER = re.compile(r"^[\d\s\-*+()#/.]+")
_NOTE = re.compile(r"\([^()]*[^\W\d][^()]*\)")  # words in parentheses; "(011)" is part of the number
_MAIL = re.compile(r"^[^\s@<>\"]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,}$")
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")


class BadContent(Refusal):
    """Fields that cannot be kept as they are: `errors` names each with a sentence."""

    code = "bad-content"
    detail = _("Some fields need another look.")
    status = 400

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


class Channel(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way to get in touch. `shown` is what a person dials or opens, exactly as held."""

    way: Way
    shown: str
    keyword: str = ""  # the word to send first, for a text
    note: str = ""
    hours: Hours | None = None  # where they differ from those of the entry

    @property
    def plain(self) -> str:
        """The digits behind a number, the address behind a page; empty when there is none."""
        if self.way not in DIALLED:
            return self.shown
        found = _NUMBER.match(_NOTE.sub("", self.shown).strip())
        number = found.group(0) if found else ""
        # After the code of a country the bracketed zero is not dialled.
        number = number.replace("(0)", "") if number.startswith("+") else number
        return re.sub(r"[^\d*+#]", "", number)

    @property
    def site(self) -> str:
        """The name of the site behind an address: "findahelpline.com"; empty for a number."""
        return "" if self.way in DIALLED else (urlsplit(self.shown).hostname or "").removeprefix("www.")

    @property
    def href(self) -> str:
        """What a link to it opens: tel:, sms:, mailto: or the address."""
        if self.way == "phone":
            return f"tel:{quote(self.plain, safe='+*')}"
        if self.way == "text":
            return f"sms:{quote(self.plain, safe='+*')}"
        if self.way == "whatsapp":
            return f"https://wa.me/{re.sub(r'[^0-9]', '', self.plain)}"
        return f"mailto:{self.shown}" if self.way == "mail" else self.shown


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything a member is told about a help line or resource."""

    name: str
    kind: Kind
    country: str = ANYWHERE  # ISO 3166 alpha-2, or INT
    offers: str = ""  # what it is, in plain words (Markdown without HTML)
    for_whom: str = ""  # as the source says it
    audiences: tuple[str, ...] = (ANYONE,)
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    hours: Hours = Hours()
    cost: Literal["", "free", "paid"] = ""  # empty: nobody told us
    anonymous: Literal["", "yes", "no"] = ""
    access: tuple[str, ...] = ()  # "sign language", "by text for deaf people" …
    what_happens: str = ""
    is_severe_path: bool = False  # shown to people in danger: checked every 30 days instead of 180

    def hours_of(self, channel: Channel) -> Hours:
        """When this channel is answered."""
        return channel.hours or self.hours

    @property
    def is_for_anyone(self) -> bool:
        """True when nobody is left out by age, sex or anything else."""
        return not self.audiences or ANYONE in self.audiences


def to_json(content: Content) -> dict[str, object]:
    """The content as plain values, for a JSON column or file; `from_json` reads it again."""
    return dict(msgspec.to_builtins(content))


def from_json(value: object) -> Content:
    """The content that `to_json` wrote. Raises `msgspec.ValidationError` when the shape is another."""
    return msgspec.convert(value, Content)


def checked(content: Content) -> Content:
    """The content, tidied. Raises `BadContent` with a sentence for every field that cannot stay so."""
    errors: dict[str, str] = {}
    fields: dict[str, Any] = {name: _tidied(name, value, errors) for name, value in _texts(content)}
    fields |= {name: _tags(name, getattr(content, name), errors) for name in ("audiences", "topics", "access")}
    _check_place(content, errors)
    fields["channels"] = tuple(_channel(n, one, errors) for n, one in enumerate(content.channels[:MOST_CHANNELS]))
    if len(content.channels) > MOST_CHANNELS:
        errors["channels"] = f"At most {MOST_CHANNELS} ways to get in touch."
    if not content.channels:
        errors.setdefault("channels", "Add at least one way to get in touch.")
    fields["hours"] = _hours("hours", content.hours, errors)
    if errors:
        raise BadContent(errors)
    return msgspec.structs.replace(content, **fields)


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    for name in ("name", "offers", "for_whom", "what_happens"):
        yield name, getattr(content, name)


def _tidied(field: str, value: str, errors: dict[str, str], limit: int = 0) -> str:
    if not value.strip():
        if field == "name":
            errors[field] = "Write a name."
        return ""
    try:
        return text.tidy(value, limit=limit or LIMITS[field])
    except Refusal as refusal:
        errors[field] = str(refusal.detail)
        return value


def _tags(field: str, values: tuple[str, ...], errors: dict[str, str]) -> tuple[str, ...]:
    if len(values) > MOST_IN_A_LIST:
        errors[field] = f"At most {MOST_IN_A_LIST}."
        return values
    tidy = (_tidied(field, " ".join(value.split()), errors, LIMITS["tag"]) for value in values)
    return tuple(dict.fromkeys(filter(None, tidy)))


def _check_place(content: Content, errors: dict[str, str]) -> None:
    if content.country != ANYWHERE and content.country not in dict(country_names):
        errors["country"] = f"There is no country “{content.country[:10]}”. Use a code such as GB, or {ANYWHERE}."
    if len(content.languages) > 3 * MOST_IN_A_LIST:
        errors["languages"] = f"At most {3 * MOST_IN_A_LIST}."
    for language in content.languages:
        if not _LANGUAGE.match(language):
            errors["languages"] = f"“{language[:20]}” is not a language code. Use codes such as en, es, pt-BR."


def _channel(place: int, channel: Channel, errors: dict[str, str]) -> Channel:
    where = f"channels.{place}"
    shown = _tidied(where, channel.shown, errors, LIMITS["address"])
    note = _tidied(f"{where}.note", channel.note, errors, LIMITS["note"])
    keyword = _tidied(f"{where}.keyword", channel.keyword, errors, LIMITS["tag"])
    hours = _hours(f"{where}.hours", channel.hours, errors) if channel.hours else None
    tidy = msgspec.structs.replace(channel, shown=shown, note=note, keyword=keyword, hours=hours)
    if problem := _problem_of(tidy):
        errors.setdefault(where, problem)
    return tidy


def _problem_of(channel: Channel) -> str:
    if channel.way in DIALLED:
        digits = sum(one.isdigit() for one in channel.plain)
        return "" if 2 <= digits <= 16 else f"“{channel.shown[:40]}” does not begin with a number that can be dialled."
    if channel.way == "mail":
        return "" if _MAIL.match(channel.shown) else f"“{channel.shown[:60]}” is not a mail address."
    return "" if _is_address(channel.shown) else f"“{channel.shown[:60]}” is not a web address such as https://…"


def _is_address(shown: str) -> bool:
    try:
        parts = urlsplit(shown)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and "." in host and parts.username is None


def _hours(field: str, hours: Hours, errors: dict[str, str]) -> Hours:
    try:
        return check(hours)
    except BadHours as bad:
        errors[field] = str(bad)
        return hours


def differences(before: Content | None, after: Content) -> list[tuple[str, object, object]]:
    """(field, before, after) of every field that is another, in the order of the fields."""
    old = to_json(before) if before else {}
    new = to_json(after)
    # The values are compared, not their JSON: a default may be written out or left out.
    fields = Content.__struct_fields__
    names = (one for one in fields if (getattr(before, one) != getattr(after, one) if before else one in new))
    return [(name, old.get(name), new.get(name)) for name in names]


def days_until_review(content: Content) -> int:
    """How long a verification holds: 30 days on the severe path, 180 elsewhere."""
    return 30 if content.is_severe_path else 180


def as_date(value: str) -> date | None:
    """The day that "2026-11-23" names, or None."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
