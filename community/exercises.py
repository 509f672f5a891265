"""Something small for the next ten minutes. Own words; nothing here treats anything."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Exercise:
    """A short text in steps."""

    slug: str
    icon: str
    title: str | Promise
    steps: tuple[str | Promise, ...]


EXERCISES = (
    Exercise(
        "breathe",
        "i-breath",
        _("Breathe with a slow line"),
        (
            _("Sit or lie so that something holds your back."),
            _("Breathe in through your nose while you count to four."),
            _("Breathe out slowly while you count to six. Let it be a little longer than the breath in."),
            _("Do that ten times. If you lose count, begin again at one. Nothing is wrong with that."),
            _("Put a hand on your belly if it helps to feel it rise and fall."),
            _("When you are done, look at one thing in the room and say its name."),
        ),
    ),
    Exercise(
        "five-things",
        "i-eye",
        _("Five things around you"),
        (
            _("Name five things you can see. Small ones count."),
            _("Name four things you can feel: the chair, your sleeve, the floor."),
            _("Name three things you can hear, near or far."),
            _("Name two things you can smell, or two smells you like."),
            _("Name one thing you can taste, or take a sip of water."),
            _("Go round again if you like, with other things."),
        ),
    ),
    Exercise(
        "another-place",
        "i-leave",
        _("Go to another room, or outside"),
        (
            _("Stand up, slowly. Take your phone and your keys if you may go out."),
            _("Go where someone else is, or where it is light: a kitchen, a stairwell, a street with a shop."),
            _("If there is something near you that you could hurt yourself with, leave it behind you."),
            _("Ask someone to keep it for you tonight, or to stay on the phone while you walk."),
            _("You do not have to explain. “Can you be with me for a bit?” is enough."),
            _("Feelings this strong rise and fall. Ten minutes from now can be different."),
        ),
    ),
)
