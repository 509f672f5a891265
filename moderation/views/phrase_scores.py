"""How lists and phrases do, on the pages of the phrases: found in 30 days, kept, verdicts in words, what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.utils.translation import gettext as _

from moderation import phrase_words
from moderation.console_words import VERDICTS
from moderation.services import scorecards
from moderation.services.phrases import Lists
from moderation.services.scorecards import Card
from moderation.views.phrase_shown import own_group

DAYS = 30
FEW, MOST_LISTED = 5, 15  # verdicts before a rule is listed; rules listed
MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """One list or phrase in 30 days, as pages show it."""

    hits: int = 0
    flags: int = 0
    decided: int = 0
    kept: str = "–"
    last: Any = None
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A rule that was mostly judged wrong."""

    name: str
    phrase: str
    group: str
    wrong: int
    decided: int
    advice: str


def score(card: Card | None) -> Score:
    """A card as pages show it; nothing was found where there is none."""
    if card is None:
        return Score()
    kept = "–" if card.kept is None else _("%(n)s %%") % {"n": round(card.kept * 100)}
    return Score(card.hits, card.flags, card.decided, kept, card.last_verdict, _advice(card))


def _advice(card: Card) -> str:
    if card.advice == scorecards.RETIRE:
        return _("Nearly always judged wrong: let it rest, or say it more narrowly.")
    return _("Nobody has judged it for long. Please read what it finds.") if card.advice == scorecards.REVIEW else ""


def by_list() -> dict[str, Score]:
    """How each list did, by the name that rule ids begin with."""
    return {one.name: score(one) for one in scorecards.by_list(DAYS)}


def verdicts(card: Card | None) -> list[tuple[Any, int]]:
    """What moderators said of what it found, in the order of the verdicts."""
    return [(said, card.verdicts[key]) for key, said in VERDICTS.items() if card.verdicts[key]] if card else []


def rule_name(group: str, phrase: str) -> str:
    """How figures name the rule of a phrase, whatever its version."""
    return f"{group}.{crc32(phrase.encode()) & 0xFFFF:04x}"


def of_group(group: str) -> tuple[Card | None, dict[str, Card]]:
    """The card of one list, and of each of its rules."""
    whole = next((one for one in scorecards.by_list(DAYS) if one.name == group), None)
    return whole, {one.name: one for one in scorecards.by_rule(DAYS) if scorecards.list_of(one.name) == group}


def doubtful(several: list[Lists]) -> list[Doubtful]:
    """Rules that most of at least five verdicts of the month called wrong, the most wrong first."""
    cards = [one for one in scorecards.by_rule(DAYS) if one.decided >= FEW and (one.precision or 0) < MOSTLY]
    if not cards:
        return []
    phrases = _phrases(several)
    found = (_doubtful(one, phrases) for one in cards if one.name in phrases)
    return sorted(found, key=lambda one: one.decided - 2 * one.wrong)[:MOST_LISTED]


def _doubtful(card: Card, phrases: dict[str, tuple[str, str, str]]) -> Doubtful:
    group, name, phrase = phrases[card.name]
    return Doubtful(name, phrase, group, card.decided - card.right, card.decided, _advice(card))


def _phrases(several: list[Lists]) -> dict[str, tuple[str, str, str]]:
    """By rule: its list's name in rule ids, that in words, the phrase."""
    found: dict[str, tuple[str, str, str]] = {}
    for lists in several:
        for group in lists.groups:
            name = phrase_words.group_name(group.id)
            found |= {rule_name(group.id, each.phrase): (group.id, name, each.phrase) for each in group.phrases}
        for one in lists.lists:
            key = own_group(one)
            found |= {rule_name(key, each): (key, one.name, each) for each in one.phrases}
    return found
