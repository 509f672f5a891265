"""The sentence of a notice, by its kind. Names stand in it isolated, so that every script reads well."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Who it was, or about whom, is on the page that it leads to.
NAMELESS = frozenset({
    "outcome", "decision", "page", "care-call", "support-after", "live-planned", "live-declined", "story-approved",
    "shift-asked", "shift-open", "story-changes", "story-declined", "story-out", "story-withdrawn", "story-back",
    "stories-due", "story-waits",
})  # fmt: skip
_SENTENCES: dict[str, Callable[[int], str]] = {
    "mention": lambda n: ngettext("Someone named you in {name}", "You were named {n} times in {name}", n),
    "room": lambda n: ngettext("A new message in {name}", "{n} new messages in {name}", n),
    "request": lambda n: _("{name} would like to talk with you"),
    "yes": lambda n: _("{name} said yes to talking"),
    "outcome": lambda n: _("There is an answer to something you told us"),
    "page": lambda n: _("Somebody in the queue has waited longer than they should"),
    "handover": lambda n: _("{name} left a handover"),
    "shift-asked": lambda n: _("Your shift was to end. Are you still here?"),
    "shift-open": lambda n: _("A shift ended with something open, and nobody comes next"),
    "shift-offer": lambda n: _("{name} would like to hand their shift to you"),
    "shift-answer": lambda n: _("{name} answered about your shift"),
    "roster-withdrawn": lambda n: _("{name} can't come after all, within a day"),
    "care-call": lambda n: _("Nobody who is here now can take more: you are needed at the queue"),
    "care-talk": lambda n: _("{name} would like someone to talk to"),
    "care-talk-taken": lambda n: _("{name} will get in touch with you"),
    "live-cover": lambda n: _("You are needed as host: {name}"),
    "live-call": lambda n: _("A host asks for a moderator: {name}"),
    "live-talk": lambda n: _("{name} would like to talk after hosting"),
    "live-note": lambda n: _("{name} left you a few kind words"),
    "decision": lambda n: _("A moderator has written to you"),
    "live-moved": lambda n: _("{name} is at another time"),
    "live-cancelled": lambda n: _("{name} is cancelled"),
    "live-led": lambda n: _("Who leads {name} has changed"),
    "live-series": lambda n: _("The plan of {name} has changed"),
    "live-planned": lambda n: _("A live chat that you asked for is planned"),
    "live-declined": lambda n: _("The live chat that you asked for can't be planned for now. Thank you for asking"),
    "support-after": lambda n: _("One question, if you like"),
    "live-off": lambda n: _("{name} isn't taking place: nobody could come to lead it"),
    "live-on": lambda n: _("{name} is taking place after all"),
    "live-unled": lambda n: _("Nobody has checked in for {name} yet"),
    "live-soon": lambda n: _("A live chat you wanted to come to is about to begin: {name}"),
    "live-seat": lambda n: _("A seat is yours in the live chat {name}"),
    "story-approved": lambda n: _("Something you wrote was read, and goes on to a second reader"),
    "story-changes": lambda n: _("There are suggestions for something you wrote"),
    "story-declined": lambda n: _("There is an answer about something you wrote"),
    "story-out": lambda n: _("Something you wrote is out"),
    "story-withdrawn": lambda n: _("Something you wrote was taken away from readers for now"),
    "story-back": lambda n: _("Something you wrote is being read once more, so that it can come back"),
    "story-waits": lambda n: _("A text is waiting for a clinician"),
    "stories-due": lambda n: ngettext("A text is due to be read again", "{n} texts are due to be read again", n),
    "conversation": lambda n: ngettext("A new message from {name}", "{n} new messages from {name}", n),
}


def of(kind: str, count: int, subject: str) -> SafeString:
    """What the list of notices says, such as "3 new messages in Evenings"."""
    sentence = _SENTENCES.get(kind, lambda n: _("Something new for you"))(count)
    return format_html(sentence, n=count, name=format_html("<bdi>{}</bdi>", subject))


def kinds() -> frozenset[str]:
    """Every kind that has a sentence of its own."""
    return frozenset(_SENTENCES)
