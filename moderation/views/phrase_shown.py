"""What the pages of the phrases show: rows of the table, a version with its changes, a reading in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import may
from community.languages import name_of
from community.models import Member
from moderation import phrase_content, phrase_words
from moderation.console_words import CATEGORIES
from moderation.detector import Finding
from moderation.models import PhraseVersion
from moderation.phrase_content import Content, SiteList
from moderation.services import phrase_examples, phrases
from moderation.services.phrase_examples import Example
from moderation.services.phrases import Lists, ShippedGroup, ShippedPhrase
from moderation.views.marking import pieces

State = PhraseVersion.State
FEW = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a list of our own, or a group of the release."""

    group: str  # as rule ids name it
    name: str
    purpose: str
    count: int
    level: str
    is_own: bool
    resting: int = 0
    is_otherwise: bool = False  # something of it counts otherwise than in the release
    is_mark: bool = False  # it changes what signs mean, and has no level


def own_group(one: SiteList) -> str:
    """How rule ids name a list of our own."""
    return f"{one.language}.site-{one.key}"


def rows(found: Lists) -> list[Row]:
    """The table: our own lists, then what the release looks for."""
    own = [Row(own_group(one), one.name, one.purpose, len(one.phrases), _own_level(one), True) for one in found.lists]
    return [*own, *(group_row(one) for one in found.groups if not one.effect)]


def mark_rows(found: Lists) -> list[Row]:
    """What changes the meaning of signs."""
    return [group_row(one) for one in found.groups if one.effect]


def _own_level(one: SiteList) -> str:
    return _("Ordinary words: adds to a score") if one.context else phrase_words.level(one.severity)


def group_row(one: ShippedGroup) -> Row:
    """A group of the release as a row."""
    looked_for = [each for each in one.phrases if each.severity]
    here = list(dict.fromkeys(each.severity for each in looked_for))
    level = phrase_words.EFFECTS.get(one.effect) or ", ".join(phrase_words.level(each) for each in here[:3])
    return Row(
        group=one.id,
        name=phrase_words.group_name(one.id),
        purpose=one.reason,
        count=len(looked_for),
        level=str(level or phrase_words.level("")),
        is_own=False,
        resting=len(one.phrases) - len(looked_for),
        is_otherwise=any(each.severity != each.shipped for each in one.phrases),
        is_mark=bool(one.effect),
    )


def phrase_row(one: ShippedGroup, each: ShippedPhrase) -> Row:
    """One phrase of a group of the release as a row."""
    name, level = phrase_words.group_name(one.id), phrase_words.level(each.severity)
    is_otherwise = each.severity != each.shipped
    return Row(one.id, name, one.reason, 1, level, False, is_otherwise=is_otherwise, is_mark=bool(one.effect))


def languages() -> list[tuple[str, str]]:
    """Codes and names of the languages that can be looked at."""
    return [(code, name_of(code)) for code in phrase_content.LANGUAGES]


def found_in(shown: Sequence[str], wanted: str) -> list[str]:
    """Those phrases with this in them, whatever its case."""
    needle = " ".join(wanted.split()).casefold()
    return [one for one in shown if needle in one.casefold()] if needle else list(shown)


def shipped_in(shown: Sequence[ShippedPhrase], wanted: str) -> list[ShippedPhrase]:
    """The same for phrases of the release."""
    kept = set(found_in([one.phrase for one in shown], wanted))
    return [one for one in shown if one.phrase in kept]


def examples(one: SiteList, version: PhraseVersion | None = None) -> list[tuple[str, list[Example]]]:
    """The sentences of a list under their headings, with how they are read now or with a version."""
    found = phrase_examples.of_list(one, version)
    must, must_not = ([each for each in found if each.must is wanted] for wanted in (True, False))
    return [(_("Must be found"), must), (_("Must not be found"), must_not)]


# --- a version ---------------------------------------------------------------------------------


def changes(version: PhraseVersion, now: Content) -> list[phrase_words.Line]:
    """What it changes: a text on its way against what is in force, an older one against what it was based on."""
    over = version.state in (State.IN_FORCE, State.REPLACED, State.DROPPED)
    before = phrases.content_of(version.based_on) if over else now
    after = phrases.content_of(version)
    return between(before, after)


def between(before: Content, after: Content) -> list[phrase_words.Line]:
    """What one text says otherwise than another."""
    return phrase_words.lines(phrase_content.difference(before, after), before, after)


def card(version: PhraseVersion, now: Content, by: Member, *, is_behind: bool = False) -> dict[str, Any]:
    """A version for a list of them; one that another overtook against what it was based on."""
    lines = changes(version, phrases.content_of(version.based_on) if is_behind else now)
    return {
        "one": version,
        "title": title(version),
        "state": phrase_words.STATES[version.state],
        "lines": lines[:FEW],
        "more": max(len(lines) - FEW, 0),
        "signed": version.signed_at is not None,
        "is_mine": by.pk in phrases.writers(version),
        "is_behind": is_behind,
    }


def title(version: PhraseVersion) -> str:
    """What a version is called on pages."""
    if version.number:
        return _("Version %(n)s") % {"n": version.number}
    name = version.by.name if version.by else _("somebody who left")
    return _("Draft by %(name)s") % {"name": name}


def history(version: PhraseVersion) -> list[dict[str, Any]]:
    """What was done to a draft, newest first, with names."""
    done = phrases.acts(version)[::-1][:50]
    names = dict(Member.objects.filter(pk__in={one.by_id for one in done}).values_list("pk", "name"))
    return [{"one": one, "name": names.get(one.by_id, _("Somebody who left"))} for one in done]


def rights(by: Member, version: PhraseVersion) -> dict[str, bool]:
    """What this person may do with it; the services ask again."""
    writes, signs = may(by, "phrases.write"), may(by, "phrases.sign")
    is_writer, waits = by.pk in phrases.writers(version), version.state == State.WAITING
    is_signed = version.signed_at is not None
    return {
        "writes": writes,
        "edits": writes and version.state == State.DRAFT,
        "signs": signs and waits and not is_signed and not is_writer,
        "waits_for_another": waits and not is_signed and is_writer,
        "tries": signs and waits and is_signed,
        "enforces": signs and is_signed and version.state in (State.WAITING, State.TRIAL),
        "drops": writes and version.state in (State.DRAFT, State.WAITING, State.TRIAL),
        "begins_again": writes and version.state != State.DRAFT,
    }


# --- a reading ---------------------------------------------------------------------------------


def reading(text: str, found: Finding) -> dict[str, Any]:
    """A text with what was found in it marked, the level, the score and the reasons."""
    places = [(number, one.start, one.end) for number, one in enumerate(found.spans, 1) if one.message == 0]
    return {
        "pieces": pieces(text, places),
        "level": phrase_words.band(found.severity),
        "percent": round(found.score * 100),
        "categories": [str(CATEGORIES[one]) for one in found.categories if one in CATEGORIES],
        "reasons": list(_reasons(text, found, places)),
        "version": found.version,
    }


def _reasons(text: str, found: Finding, places: list[tuple[int, int, int]]) -> Iterator[Mapping[str, Any]]:
    for one in found.reasons[:30]:
        inside = (number for number, start, end in places if start <= one.span.start and one.span.end <= end)
        rule, _at, version = one.rule.partition("@")
        yield {
            "number": 0 if one.kind == "context" else next(inside, 0),
            "kind": one.kind,
            "quote": text[one.span.start : one.span.end],
            "says": one.says,
            "category": CATEGORIES.get(one.category, ""),
            "rule": rule,
            "version": version,
            "before": phrase_words.band(one.before),
            "after": phrase_words.band(one.after),
            "is_changed": one.before != one.after,
            "is_lowered": one.after < one.before,
            "weight": f"{one.weight:+.1f}" if one.kind == "model" else "",
        }


def page_of(version: PhraseVersion) -> str:
    """Where a version has its page."""
    return reverse("moderation:phrase-version", args=[version.token])
