"""The site's own phrases in words: levels, what a draft changes line by line, what to do about a problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from moderation.console_words import BANDS
from moderation.phrase_content import Content, Difference, Weight

MORE, LESS, OTHER = "+", "\N{MINUS SIGN}", "~"
LEVELS: dict[str, Any] = {
    "imminent": _("Now"),
    "high": _("Soon"),
    "moderate": _("Today"),
    "low": _("Distress, nothing for the queue"),
    "": _("rests"),
    "mark": _("changes what signs mean"),
}
EFFECTS: dict[str, Any] = {
    "cancels": _("takes a sign away"),
    "lowers": _("lowers a sign to a level"),
    "softens": _("lowers a sign by one level"),
    "insists": _("keeps a sign from being lowered"),
    "retracts": _("takes a denial back"),
}
STATES: dict[str, Any] = {
    "draft": _("Draft"),
    "waiting": _("Waits for a second reader"),
    "trial": _("On trial"),
    "in-force": _("In force"),
    "replaced": _("Replaced"),
    "dropped": _("Let go"),
}
ADVICE: dict[str, Any] = {
    "bad-phrase": _("Write it another way; “How phrases are written” shows what can stand in one."),
    "everything": _("Add a word that says what it is about, or begin with a longer word before the star."),
    "nothing": _("Look at its words: none of the ways to read it can occur in a message."),
    "costly": _("Use fewer alternatives and gaps, or part it into two phrases."),
    "example": _("Change the phrases until the sentence is read as it should be, or change the sentence."),
    "smoke": _("This sentence has to be found always. Take the change back that keeps it from being found."),
    "empty": _("Add a phrase to the list, or take the list out."),
    "gone": _("This release says it otherwise. Take the change back."),
}
# Why somebody looks at a message that was no concern: codes, so that no words of anybody are in the trail.
LOOKING: dict[str, Any] = {
    "phrase-misreads": _("To see whether a phrase reads people wrongly"),
    "phrase-missing": _("To see what a phrase would no longer find"),
    "phrase-example": _("To write an example that must be found, or must not"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change: its sign, the phrase, where it stands, what becomes of it. `undo`: fields that take it back."""

    sign: str  # MORE, LESS or OTHER
    words: str
    where: str = ""
    says: str = ""
    undo: Mapping[str, str] = field(default_factory=dict)

    @property
    def spoken(self) -> str:
        """The sign for whoever hears the page."""
        return {MORE: _now("Added:"), LESS: _now("Taken away:")}.get(self.sign, _now("Changed:"))


def level(severity: str) -> str:
    """A level in words, as the queue calls its bands."""
    return str(LEVELS.get(severity, severity))


def band(severity: int) -> str:
    """The band of a reading's number, or what it is below the queue."""
    return str(BANDS.get(severity) or (_("distress only") if severity else _("nothing")))


def group_name(group: str) -> str:
    """A name for a group of the release: "en.wish-to-die" is "Wish to die"."""
    return group.partition(".")[2].replace("-", " ").capitalize()


def lines(found: Difference, before: Content, after: Content) -> list[Line]:
    """What a text changes, one line each: lists, phrases, and what of the release counts otherwise."""
    return [*_of_lists(found, before, after), *_of_phrases(found, before, after), *_of_release(found, after)]


def _of_lists(found: Difference, before: Content, after: Content) -> Iterator[Line]:
    for key in found.new_lists:
        one = after.list_of(key)
        says = _now("a new list: %(level)s") % {"level": level(one.severity)}
        yield Line(MORE, one.name, "", says, {"do": "remove-list", "key": key})
    for key in found.gone_lists:
        gone = before.list_of(key)
        says = ngettext("the whole list, %(n)s phrase", "the whole list, %(n)s phrases", len(gone.phrases))
        yield Line(LESS, gone.name, "", says % {"n": len(gone.phrases)}, {"do": "put-back-list", "key": key})
    for key in found.settings:
        yield Line(OTHER, after.list_of(key).name, "", _now("settings or examples"))


def _of_phrases(found: Difference, before: Content, after: Content) -> Iterator[Line]:
    was, now = ({one.key: one for one in content.lists} for content in (before, after))
    for key, phrase in found.added:
        one = now[key]
        undo = {"do": "remove-phrase", "key": key, "phrase": phrase}
        yield Line(MORE, phrase, one.name, level(one.severity), undo)
    for key, phrase in found.removed:
        if key in now:
            undo = {"do": "add-phrase", "key": key, "phrase": phrase}
            yield Line(LESS, phrase, was[key].name, level(was[key].severity), undo)


def _of_release(found: Difference, after: Content) -> Iterator[Line]:
    for one in found.weights:
        undo = {"do": "as-shipped", "group": one.group, "phrase": one.phrase}
        yield Line(OTHER if one.severity else "−", one.phrase, group_name(one.group), weighed(one), undo)
    known = {(one.group, one.phrase) for one in after.weights}
    for one in found.as_shipped:
        if (one.group, one.phrase) not in known:
            again = {"do": "reweigh" if one.severity else "rest", "severity": one.severity}
            undo = {**again, "group": one.group, "phrase": one.phrase}
            yield Line(OTHER, one.phrase, group_name(one.group), _now("as in the release again"), undo)


def weighed(one: Weight) -> str:
    """What becomes of a phrase of the release, or of its whole group."""
    if not one.severity:
        return _now("rests: not looked for here") if one.phrase else _now("the whole group rests")
    said = _now("counts as “%(level)s” here") if one.phrase else _now("the whole group counts as “%(level)s” here")
    return said % {"level": level(one.severity)}


def advised(problems: Iterable[Any]) -> list[tuple[Any, str]]:
    """Problems, each with what to do about it."""
    return [(one, str(ADVICE.get(one.code, ""))) for one in problems]
