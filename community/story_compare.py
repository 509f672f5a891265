"""Two texts of a story beside each other: which fields and paragraphs differ, and by which words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community import curate_words, text
from community.curate_words import MOST_PAIRS
from community.story_content import CATEGORIES, Text
from community.topics import LABELS

KINDS: dict[str, str | Promise] = {"story": _("Story"), "article": _("Article")}
FIELDS: dict[str, str | Promise] = {
    "title": _("Title"),
    "share_title": _("Title for sharing"),
    "kind": _("Kind"),
    "category": _("Subject"),
    "content_note": _("Heads-up"),
    "topics": _("Topics that may be folded"),
    "tags": _("Words to find it by"),
    "sponsor": _("Paid for by"),
    "advertising": _("Advertising"),
    "sources": _("Sources"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field or paragraph of two texts. `before` and `after` hold (kind, words): "same", "gone" or "new"."""

    label: str | Promise  # of a field; empty for a paragraph
    number: int  # of the paragraph in the newer text, from 1; 0 where it is gone, and for fields
    before: list[tuple[str, str]]
    after: list[tuple[str, str]]


def compared(before: Text, after: Text) -> list[Difference]:
    """Everything that differs, fields first, then paragraphs in their order."""
    return [*_fields(before, after), *_paragraphs(text.story_to_plain(before.body), text.story_to_plain(after.body))]


def _fields(before: Text, after: Text) -> Iterator[Difference]:
    old, new = said(before), said(after)
    for name, label in FIELDS.items():
        if old[name] != new[name]:
            yield Difference(label, 0, *curate_words.by_words(old[name], new[name]))


def said(content: Text) -> dict[str, str]:
    """Field → what it says, on one line; every field but the text itself."""
    sources = (f"{one.title} {one.publisher} {one.url} {one.published} {one.looked_at}" for one in content.sources)
    plain = ("title", "share_title", "content_note", "sponsor", "advertising")
    return {
        **{name: str(getattr(content, name)) for name in plain},
        "kind": str(KINDS[content.kind]),
        "category": str(CATEGORIES[content.category]),
        "topics": ", ".join(str(LABELS[one]) for one in content.topics if one in LABELS),
        "tags": ", ".join(content.tags),
        "sources": "; ".join(" ".join(one.split()) for one in sources),
    }


def _paragraphs(old: list[str], new: list[str]) -> Iterator[Difference]:
    first = _shared(old, new)
    last = _shared(old[first:][::-1], new[first:][::-1])
    was, now = old[first : len(old) - last], new[first : len(new) - last]
    if len(was) * len(now) > MOST_PAIRS:
        steps = [("replace", 0, len(was), 0, len(now))]
    else:
        steps = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()  # type: ignore[assignment]
    for kind, start, end, begin, stop in steps:
        if kind != "equal":
            yield from _changed(was[start:end], now[begin:stop], first + begin)


def _shared(one: list[str], other: list[str]) -> int:
    """How many paragraphs are the same from the beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _changed(was: list[str], now: list[str], at: int) -> Iterator[Difference]:
    for step, (old, new) in enumerate(zip_longest(was, now), start=at + 1):
        before, after = curate_words.by_words(old or "", new or "")
        yield Difference("", step if new is not None else 0, before, after)
