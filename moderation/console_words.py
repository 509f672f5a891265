"""What moderators read: the plain words behind severities, rules, steps, kinds of decisions and lines of a history."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from moderation.detector import Category, Severity

BANDS: dict[int, Any] = {Severity.IMMINENT: _("Now"), Severity.HIGH: _("Soon"), Severity.MODERATE: _("Today")}
LEVELS: dict[int, Any] = {
    Severity.IMMINENT: _("now"),
    Severity.HIGH: _("soon"),
    Severity.MODERATE: _("today"),
    Severity.LOW: _("distress, nothing for the queue"),
    Severity.NONE: _("nothing"),
}
CATEGORIES: dict[str, Any] = {
    Category.DISTRESS: _("distress"),
    Category.SUICIDE: _("suicide"),
    Category.SELF_HARM: _("self-harm"),
    Category.METHOD_SEEKING: _("looking for a method"),
    Category.GOODBYE: _("a goodbye"),
    Category.ENCOURAGEMENT: _("urging somebody on"),
    Category.THIRD_PARTY: _("worry about somebody else"),
    Category.ABUSE: _("being hurt by somebody"),
    Category.EATING_DISORDER: _("eating"),
    Category.PSYCHOSIS: _("voices, or losing hold of what is real"),
    Category.VIOLENCE: _("violence"),
}
LOOKED_FOR = (Category.METHOD_SEEKING, Category.GOODBYE, Category.ENCOURAGEMENT)
VERDICTS: dict[str, Any] = {
    "real-risk": _("A real risk"),
    "distress-but-safe": _("Distress, but safe"),
    "not-about-self": _("Not about themselves"),
    "idiom": _("A way of speaking"),
    "wrong": _("Not what it means"),
}
STEPS: dict[str, Any] = {
    "plan": _("A plan was stated"),
    "time": _("A time was stated"),
    "place": _("A place was stated"),
    "offered-company": _("I have offered to stay with them"),
    "told-of-emergency-number": _("I have told them the emergency number"),
    "asked-for-no-address": _("I have not asked for an address"),
}
ABILITIES: dict[str, Any] = {"ask": _("Asking others to talk one to one"), "report": _("Telling moderators")}
SOURCES: dict[str, Any] = {
    "rise": _("more members in danger than on other days"),
    "method": _("several members named the same way"),
    "event": _("several members named the same person, place or thing"),
    "words": _("words that the software knows"),
    "worried": _("somebody is worried"),
    "not-okay": _("somebody said that it isn't okay"),
    "asked": _("its member asked for a moderator"),
    "harm": _("somebody said that it gives details of harm"),
    "unkind": _("somebody said that it is unkind"),
    "identity": _("somebody said that it gives away who someone is"),
    "medicine": _("somebody said that it is advice about medicine"),
    "selling": _("somebody said that it sells or collects"),
    "under-age": _("somebody said that its member may be under 18"),
    "could-harm": _("somebody said that it could harm its readers"),
    "about-me": _("somebody said that it is about them"),
    "other": _("somebody told us"),
}
EVENTS: dict[str, Any] = {
    "opened": _("It came to the queue"),
    "joined": _("Another report or reading joined it"),
    "raised": _("It was raised"),
    "taken": _("took it"),
    "released": _("gave it back"),
    "note": _("left a note"),
    "second-wanted": _("asked for a second opinion"),
    "second-given": _("gave a second opinion"),
    "amber": _("Half of its time was over"),
    "paged": _("Its time was over, and somebody was called"),
    "decided": _("decided"),
    "appealed": _("asked for another look"),
    "undone": _("took back at once"),
}
STATES: dict[str, Any] = {
    "withdrawn": _("Its author took this back."),
    "held": _("Held until one of us has looked. Only its author sees it."),
    "hidden": _("Taken down. Members don't see it."),
    "unreadable": _("This can't be opened right now."),
}


def band(severity: int) -> Any:
    """The band of the queue that this severity stands in."""
    return BANDS.get(severity, BANDS[Severity.MODERATE])


def source(code: str) -> Any:
    """Where a case came from, in words."""
    return SOURCES.get(code, SOURCES["other"])
