"""What one version of the site's own phrases says, and the changes one can make to it. Pure; kept as JSON."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from community.refusals import Refusal
from moderation.detector import Category, Severity

MOST_LISTS, MOST_PHRASES, MOST_CHANGES = 100, 10_000, 2_000
LONGEST_PHRASE, LONGEST_SENTENCE, LONGEST_NAME, LONGEST_PURPOSE = 300, 300, 60, 300
LEAST_EXAMPLES, MOST_EXAMPLES = 3, 50
LANGUAGES = ("en", "es")
PERSONS = ("self", "any")
_KEY = re.compile(r"[a-z][a-z0-9-]{1,29}")


class NotAllowed(Refusal):
    """Not a change that can be made; the sentence says why."""

    code = "not-allowed"
    status = 422


@dataclass(frozen=True, slots=True)
class SiteList:
    """A list of the site's own. `key` names it in rule ids ("en.site-KEY.ab12@s7") and never changes.

    `context`: ordinary words of this community; they add to a score, and never flag on their own (severity low).
    `must` and `must_not`: sentences that its phrases find, and that they leave alone, in every draft.
    """

    key: str
    language: str
    name: str
    purpose: str
    category: str
    severity: str  # "low", "moderate", "high", "imminent"
    context: bool = False
    person: str = "self"  # or "any": whether it must be about the writer
    negatable: bool = True  # "not" before it takes it away
    phrases: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """A phrase of the release that counts otherwise here; with `phrase` empty, its whole group ("en.intent")."""

    group: str
    phrase: str
    severity: str  # empty: it rests, and is not looked for


@dataclass(frozen=True, slots=True)
class Content:
    """One whole text: lists of our own, and what of the release rests or weighs otherwise."""

    lists: tuple[SiteList, ...] = ()
    weights: tuple[Weight, ...] = ()

    def list_of(self, key: str) -> SiteList:
        """The list of this key. Raises NotAllowed when there is none."""
        for one in self.lists:
            if one.key == key:
                return one
        raise NotAllowed(_("There is no such list in this draft."))


def read(stored: dict[str, Any]) -> Content:
    """The content of a stored version."""
    lists = tuple(SiteList(**_as_tuples(one)) for one in stored.get("lists", ()))
    return Content(lists, tuple(Weight(**one) for one in stored.get("weights", ())))


def _as_tuples(one: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}


def written(content: Content) -> dict[str, Any]:
    """The content as it is stored."""
    return asdict(content)


# --- changes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PutList:
    """Adds a list, or gives the one of this key other settings and examples; an old one keeps its phrases."""

    list: SiteList


@dataclass(frozen=True, slots=True)
class RemoveList:
    """Takes a whole list away."""

    key: str


@dataclass(frozen=True, slots=True)
class AddPhrase:
    """Adds a phrase to a list."""

    key: str
    phrase: str


@dataclass(frozen=True, slots=True)
class RemovePhrase:
    """Takes a phrase from a list."""

    key: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Rest:
    """A phrase of the release, or with `phrase` empty a whole group, is not looked for."""

    group: str
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Reweigh:
    """A phrase of the release, or with `phrase` empty a whole group, has another severity here."""

    group: str
    severity: str
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class AsShipped:
    """Takes a `Rest` or `Reweigh` back."""

    group: str
    phrase: str = ""


Change = PutList | RemoveList | AddPhrase | RemovePhrase | Rest | Reweigh | AsShipped


def changed(content: Content, change: Change) -> Content:
    """The content after this change. Raises NotAllowed, saying why, when it can't be made."""
    match change:
        case PutList(one):
            return _with_list(content, one)
        case RemoveList(key):
            gone = content.list_of(key)
            return replace(content, lists=tuple(one for one in content.lists if one != gone))
        case AddPhrase(key, phrase):
            return _with_phrase(content, content.list_of(key), phrase)
        case RemovePhrase(key, phrase):
            return _without_phrase(content, content.list_of(key), phrase)
        case AsShipped(group, phrase):
            return replace(content, weights=_others(content, group, phrase))
        case _:
            return _weighed(content, change)


def says(change: Change) -> str:
    """The change as a line for colleagues: what was done, with the phrases of lists and no words of members."""
    match change:
        case PutList(one):
            return f"settings of “{one.name}”"
        case RemoveList(key):
            return f"− list {key}"
        case AddPhrase(key, phrase):
            return f"+ “{phrase}” in {key}"
        case RemovePhrase(key, phrase):
            return f"− “{phrase}” in {key}"
        case Rest(group, phrase):
            return f"{group} “{phrase}” rests" if phrase else f"{group} rests"
        case Reweigh(group, severity, phrase):
            return f"{group} “{phrase}” is {severity}" if phrase else f"{group} is {severity}"
        case AsShipped(group, phrase):
            return f"{group} “{phrase}” as in the release" if phrase else f"{group} as in the release"


def _with_list(content: Content, wanted: SiteList) -> Content:
    old = next((one for one in content.lists if one.key == wanted.key), None)
    if old is None and len(content.lists) >= MOST_LISTS:
        raise NotAllowed(_("There are as many lists as there can be."))
    new = _checked(replace(wanted, phrases=old.phrases if old else ()))
    if old and old.language != new.language:
        raise NotAllowed(_("A list keeps its language. Make another one for this."))
    with_all = replace(content, lists=(*(one for one in content.lists if one.key != new.key), new))
    for phrase in () if old else wanted.phrases:
        with_all = _with_phrase(with_all, with_all.list_of(new.key), phrase)
    return with_all


def _checked(one: SiteList) -> SiteList:
    if not _KEY.fullmatch(one.key) or one.language not in LANGUAGES or one.person not in PERSONS:
        raise NotAllowed(_("A list has a short key of small letters, a language, and says whom it is about."))
    if not one.name.strip() or len(one.name) > LONGEST_NAME:
        raise NotAllowed(_("A list needs a name of up to 60 characters."))
    if not one.purpose.strip() or len(one.purpose) > LONGEST_PURPOSE:
        raise NotAllowed(_("Please say in a line what the list is for."))
    if one.category not in set(Category) - {Category.NONE} or one.severity not in _severities():
        raise NotAllowed(_("A list has a category and a level."))
    must, must_not = _examples(one.must), _examples(one.must_not)
    severity = "low" if one.context else one.severity
    return replace(one, must=must, must_not=must_not, severity=severity, name=one.name.strip())


def _examples(sentences: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(" ".join(one.split()) for one in sentences if one.strip()))
    if len(found) < LEAST_EXAMPLES:
        raise NotAllowed(_("At least three sentences that must be found and three that must not."))
    if len(found) > MOST_EXAMPLES or any(len(one) > LONGEST_SENTENCE for one in found):
        raise NotAllowed(_("Up to 50 sentences of each kind, of up to 300 characters."))
    return found


def _with_phrase(content: Content, one: SiteList, phrase: str) -> Content:
    phrase = " ".join(phrase.split())
    if not phrase or len(phrase) > LONGEST_PHRASE:
        raise NotAllowed(_("A phrase has up to 300 characters."))
    if not phrase.isprintable():
        raise NotAllowed(_("There is a character in it that nobody can see."))
    if phrase in one.phrases:
        raise NotAllowed(_("This list has that phrase already."))
    if sum(len(each.phrases) for each in content.lists) >= MOST_PHRASES:
        raise NotAllowed(_("There are as many phrases as there can be."))
    return _replaced(content, replace(one, phrases=(*one.phrases, phrase)))


def _without_phrase(content: Content, one: SiteList, phrase: str) -> Content:
    if phrase not in one.phrases:
        raise NotAllowed(_("This list does not have that phrase."))
    return _replaced(content, replace(one, phrases=tuple(each for each in one.phrases if each != phrase)))


def _replaced(content: Content, new: SiteList) -> Content:
    return replace(content, lists=tuple(new if one.key == new.key else one for one in content.lists))


def _weighed(content: Content, change: Rest | Reweigh) -> Content:
    severity = change.severity if isinstance(change, Reweigh) else ""
    if isinstance(change, Reweigh) and severity not in _severities():
        raise NotAllowed(_("That is no level."))
    weight = Weight(change.group, change.phrase, severity)
    others = _others(content, weight.group, weight.phrase)
    if len(others) >= MOST_CHANGES:
        raise NotAllowed(_("That is too much of the release to change."))
    return replace(content, weights=(*others, weight))


def _others(content: Content, group: str, phrase: str) -> tuple[Weight, ...]:
    return tuple(one for one in content.weights if (one.group, one.phrase) != (group, phrase))


def _severities() -> tuple[str, ...]:
    return tuple(one.label for one in Severity if one)


# --- what differs ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """What a text adds to another and takes from it. Phrases as (list's key, phrase)."""

    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    new_lists: tuple[str, ...] = ()
    gone_lists: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()  # keys of lists whose settings or examples differ
    weights: tuple[Weight, ...] = ()  # as they are now
    as_shipped: tuple[Weight, ...] = field(default=())  # those that were taken back

    def __bool__(self) -> bool:
        return any(getattr(self, one) for one in self.__slots__)


def difference(before: Content, after: Content) -> Difference:
    """What `after` says that `before` did not, and the other way round."""
    was = {one.key: one for one in before.lists}
    now = {one.key: one for one in after.lists}
    had = {(key, each) for key, one in was.items() for each in one.phrases}
    has = {(key, each) for key, one in now.items() for each in one.phrases}
    both = was.keys() & now.keys()
    return Difference(
        added=tuple(sorted(has - had)),
        removed=tuple(sorted(had - has)),
        new_lists=tuple(sorted(now.keys() - was.keys())),
        gone_lists=tuple(sorted(was.keys() - now.keys())),
        settings=tuple(sorted(k for k in both if replace(was[k], phrases=()) != replace(now[k], phrases=()))),
        weights=tuple(one for one in after.weights if one not in before.weights),
        as_shipped=tuple(
            one
            for one in before.weights
            if (one.group, one.phrase) not in {(each.group, each.phrase) for each in after.weights}
        ),
    )
