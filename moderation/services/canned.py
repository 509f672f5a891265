"""Texts to begin from, for a moderator who is tired: each is changed before it is sent, and none is sent by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from moderation.services.choices import Kind


@dataclass(frozen=True, slots=True)
class Canned:
    """One text. `kinds`: for which decisions it is offered; "answer" is the answer to an appeal."""

    key: str
    title: Any
    words: Any
    kinds: tuple[str, ...]


PAUSES = (Kind.SILENCE, Kind.RESTRICT, Kind.SUSPEND)
TEXTS = (
    Canned("check-in", _("Some company"), _(
        "Hi %(name)s, it's %(moderator)s, one of the moderators. I read what you wrote. Would you like some company "
        "for a while? You don't have to explain anything."), (Kind.SUPPORT,)),
    Canned("lines", _("With people who are awake"), _(
        "Hi %(name)s, it's %(moderator)s, one of the moderators. I read what you wrote. The people in Need help now "
        "are awake right now, whatever happens next. I'm here too."), (Kind.SUPPORT,)),
    Canned("edge", _("At the edge of what I can do"), _(
        "%(name)s, I've come to the edge of what I can do from here, and I want you to have more than me. Could we "
        "look at one of the lines together?"), (Kind.SUPPORT,)),
    Canned("going", _("Going off shift"), _(
        "%(name)s, I'm going offline soon. Whoever is here after me has read my note, so you won't need to start "
        "again."), (Kind.SUPPORT,)),
    Canned("details", _("Details of harm"), _(
        "%(name)s, you're welcome to say how bad it is. Please leave out how and with what: people read here at a low "
        "time."), (Kind.EDIT_REQUEST, Kind.HIDE, Kind.VEIL)),
    Canned("identity", _("A way to find someone"), _(
        "%(name)s, please leave out names, numbers and places, yours too. It keeps everyone safer."),
        (Kind.EDIT_REQUEST, Kind.HIDE)),
    Canned("medicine", _("Advice about medicine"), _(
        "%(name)s, what happened to you is yours to tell. Doses and changes are for a prescriber."),
        (Kind.EDIT_REQUEST, Kind.HIDE)),
    Canned("pause", _("A pause"), _(
        "%(name)s, this was hard on other people who read it. You can read everything; the pause ends by itself, and "
        "you can write to me."), (*PAUSES, Kind.REMOVE)),
    Canned("back", _("Taken back"), _(
        "We've had another look. Your message is back, and we're sorry it was gone."), ("answer",)),
    Canned("left", _("Left as it was"), _("We've had another look and left it. Here is why: "), ("answer",)),
)  # fmt: skip


def texts_for(kind: str) -> list[Canned]:
    """What is offered for this kind of decision."""
    return [one for one in TEXTS if kind in one.kinds]


def filled(key: str, *, name: str, moderator: str) -> str:
    """The text with both names in it; empty when there is none of this key."""
    found = next((one for one in TEXTS if one.key == key), None)
    return str(found.words) % {"name": name, "moderator": moderator} if found else ""
