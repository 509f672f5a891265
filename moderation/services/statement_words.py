"""The sentences of a statement of reasons: who did what, and what it means for the member (DESIGN 3.3 c, d and g)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.models import Decision
from moderation.services.appeals import Statement

Kind = Decision.Kind
_LEADS: dict[str, str | Promise] = {
    Kind.SUPPORT: gettext_lazy("{who} wrote to you."),
    Kind.HIDE: gettext_lazy("{who} took down your message{place}."),
    Kind.RESTORE: gettext_lazy("{who} put your message{place} back."),
    Kind.VEIL: gettext_lazy("{who} put a heads-up on your message{place}, so that people can choose when to read it."),
    Kind.EDIT_REQUEST: gettext_lazy("{who} asks you to change your message{place}."),
    Kind.SILENCE: gettext_lazy("{who} paused posting for you."),
    Kind.RESTRICT: gettext_lazy("{who} paused one thing for you."),
    Kind.SUSPEND: gettext_lazy("{who} closed this account for a time."),
    Kind.REMOVE: gettext_lazy("{who} ended your place in {room}."),
    Kind.STORY_OFF: gettext_lazy("{who} took your story away from its readers."),
    Kind.UPHELD: gettext_lazy("{who} had another look and left it as it was."),
    Kind.LIFTED: gettext_lazy("{who} had another look and took it back. We're sorry."),
}
_SCOPES: dict[str, str | Promise] = {
    Kind.HIDE: gettext_lazy("Others read “A moderator took this message down” in its place. Nothing else has changed."),
    Kind.VEIL: gettext_lazy("Your words are as you wrote them. Nothing else has changed."),
    Kind.EDIT_REQUEST: gettext_lazy("Nothing has been changed. You can take the message back or write it anew."),
    Kind.SILENCE: gettext_lazy("You can read everything. You can't post until {until}. It ends by itself."),
    Kind.SUSPEND: gettext_lazy("You can't sign in until {until}. Then the account opens again by itself."),
    Kind.STORY_OFF: gettext_lazy("Its words are kept, and you can read them. Nobody else does."),
    Kind.REMOVE: gettext_lazy("You can be in every other room as before."),
}
_ABILITIES: dict[str, str | Promise] = {
    "ask": gettext_lazy("You can't ask people to talk one to one until {until}. Everything else goes on."),
    "report": gettext_lazy("You can't tell moderators about messages until {until}. Everything else goes on."),
}
_ANSWERS: dict[str, str | Promise] = {
    Kind.LIFTED: gettext_lazy("We've had another look. It is taken back, and we're sorry."),
    Kind.UPHELD: gettext_lazy("We've had another look and left it. Here is why:"),
    Kind.UNDONE: gettext_lazy("It was taken back a moment later. Nothing has changed."),
}


def lead(one: Statement) -> SafeString:
    """Who did what, such as "Amara took down your message of 26 November, 19:40, in Evenings."."""
    return format_html(str(_LEADS.get(one.kind, one.what)), who=who(one), place=_place(one), room=_bdi(one.room))


def scope(one: Statement) -> str:
    """What it means for the member and until when; empty where nothing is limited."""
    found = _ABILITIES.get(one.ability, "") if one.kind == Kind.RESTRICT else _SCOPES.get(one.kind, "")
    return str(found).format(until=moment(one.until))


def answer(one: Statement) -> str:
    """How another look ended; empty until it has."""
    return str(_ANSWERS.get(one.answer, ""))


def who(one: Statement) -> SafeString:
    """The moderators' names; "A moderator" for one whose account is gone."""
    names = [_bdi(name) for name in one.by]
    if len(names) == 2:
        return format_html(_("{one} and {other}"), one=names[0], other=names[1])
    return names[0] if names else SafeString(_("A moderator"))


def moment(at: datetime | None) -> str:
    """A day and a time, as the member's clock shows them."""
    return date_format(timezone.localtime(at), "j F Y, H:i") if at else ""


def _place(one: Statement) -> SafeString:
    if one.said_at is None:
        return SafeString("")
    if not one.room:
        return format_html(_(" of {at}"), at=moment(one.said_at))
    return format_html(_(" of {at}, in {room}"), at=moment(one.said_at), room=_bdi(one.room))


def _bdi(name: str) -> SafeString:
    return format_html("<bdi>{}</bdi>", name)
