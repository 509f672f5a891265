"""Where an entry stands in the directory, and by what it can be found: one table each. Pure.

Topics and audiences come from many sources in many words. Each row of a table here names the beginnings of words that
belong to it, in lower case; an entry may have several subjects, and stands on exactly one shelf.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from community.resource_content import ANYONE, Content

Words = tuple[str | Promise, tuple[str, ...]]
TALK, UNDERSTAND, DAY, LOVED = "talk", "understand", "day", "loved"
ANYWHERE_SHELF = "anywhere"

SHELVES: dict[str, str | Promise] = {
    TALK: _("Talk to someone"),
    UNDERSTAND: _("Understand it"),
    DAY: _("Day by day"),
    LOVED: _("For someone you love"),
    ANYWHERE_SHELF: _("Open to people anywhere"),
}
# The shelf of each kind, and its place there: people before pages.
_STANDS: dict[str, tuple[str, int]] = {
    "helpline": (TALK, 0),
    "peer support": (TALK, 1),
    "directory": (TALK, 2),
    "professional help finder": (TALK, 3),
    "guidance": (UNDERSTAND, 4),
    "education": (UNDERSTAND, 5),
    "book": (UNDERSTAND, 6),
    "self-help tool": (DAY, 7),
    "app": (DAY, 8),
}
KINDS: dict[str, tuple[str | Promise, frozenset[str]]] = {
    "talk": (_("Someone to talk to"), frozenset(kind for kind, (shelf, _n) in _STANDS.items() if shelf == TALK)),
    "read": (_("Something to read"), frozenset(kind for kind, (shelf, _n) in _STANDS.items() if shelf == UNDERSTAND)),
    "do": (_("Something to do"), frozenset(kind for kind, (shelf, _n) in _STANDS.items() if shelf == DAY)),
}
SUBJECTS: dict[str, Words] = {
    "sleep": (_("Sleep"), ("sleep", "insomnia")),
    "treatment": (_("Treatment"), ("treatment", "therap", "cbt", "counsel", "medicat", "screening", "assessment",
                                   "self-assessment", "finding help", "cost of care")),
    "low-mood": (_("Low mood"), ("depress", "low mood", "mood", "bipolar")),
    "worry": (_("Worry and stress"), ("anxi", "worry", "stress", "panic", "grounding", "ptsd", "trauma")),
    "work": (_("Work and money"), ("work", "money", "debt", "unemploy", "burnout", "housing", "rights")),
    "grief": (_("Grief"), ("grief", "griev", "bereave", "loss")),
    "suicide": (_("Thoughts of suicide"), ("suicid", "safety plan")),
    "self-harm": (_("Self-harm"), ("self-harm", "self harm")),
    "violence": (_("Violence and abuse"), ("abuse", "domestic", "sexual violence", "stalking", "hate crime",
                                           "child protection", "neglect", "bullying")),
    "addiction": (_("Alcohol and drugs"), ("addict", "substance", "alcohol", "drug")),
    "food": (_("Food and weight"), ("eating",)),
}  # fmt: skip
PEOPLE: dict[str, Words] = {
    "parents": (_("New parents"), ("new parent", "pregnan", "perinatal", "postnatal", "parenting", "parents")),
    "students": (_("Students"), ("student", "universit", "school")),
    "young": (_("Young people"), ("young", "youth", "child", "adolescen", "teen", "under 19", "under 35")),
    "older": (_("Older people"), ("older", "elder", "senior")),
    "loved": (_("Someone I love"), ("carer", "famil", "supporter", "worried about", "people worried", "friends",
                                    "loved one", "relatives")),
    "lgbtq": (pgettext_lazy("people", "LGBTQ+ people"), ("lgbt", "trans ", "queer", "sexuality")),
    "men": (pgettext_lazy("people", "Men"), ("men",)),
    "women": (pgettext_lazy("people", "Women"), ("women",)),
    "veterans": (_("Veterans"), ("veteran", "defence", "service members")),
}  # fmt: skip


def shelf_of(content: Content) -> str:
    """The shelf an entry stands on; empty for the emergency numbers, which stand apart."""
    if content.kind not in _STANDS:
        return ""
    shelf, _place = _STANDS[content.kind]
    loved = PEOPLE["loved"][1]
    audiences = [one for one in content.audiences if one != ANYONE]
    if audiences and all(_begins(one, loved) for one in audiences):
        return LOVED
    # A line for many keeps its place among the lines, also when it names families among its topics.
    if shelf != TALK and not audiences and any(_begins(one, loved) for one in content.topics):
        return LOVED
    return shelf


def place_of(content: Content) -> tuple[int, bool, bool, str]:
    """Sorts a shelf: people before pages, lines for the worst hour first, then those for everyone, then by name."""
    place = _STANDS.get(content.kind, ("", 9))[1]
    return (place, not content.is_severe_path, not content.is_for_anyone, content.name.casefold())


def subjects_of(content: Content) -> frozenset[str]:
    """What it is about, as keys of SUBJECTS."""
    return frozenset().union(*(_subjects_in(one) for one in content.topics))


def people_of(content: Content) -> frozenset[str]:
    """Whom it is for, as keys of PEOPLE; empty for everyone."""
    return frozenset().union(*(_people_in(one) for one in (*content.audiences, *content.topics)))


@lru_cache(maxsize=4096)
def _subjects_in(said: str) -> frozenset[str]:
    return frozenset(key for key, (_label, starts) in SUBJECTS.items() if _begins(said, starts))


@lru_cache(maxsize=4096)
def _people_in(said: str) -> frozenset[str]:
    return frozenset(key for key, (_label, starts) in PEOPLE.items() if _begins(said, starts))


def _begins(said: str, starts: Iterable[str]) -> bool:
    """True when a word or phrase in `said` begins with one of `starts`."""
    plain = f" {said.lower()} "
    return any(f" {start}" in plain for start in starts)
