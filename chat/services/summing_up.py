"""After a live chat: a few lines for those who missed it, how people felt in sum, and how its host is."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Leaving, LiveChat, Membership
from chat.services import live_chats, live_told
from chat.services.leading import NotAChoice, NotYet, is_new, leading, one_line
from chat.services.live_clock import State, state_of
from community import names
from community.models import Member
from community.refusals import Refusal
from community.services import notices

LINES, LINE_LIMIT = 6, 160
PAGE_LIMIT = LINES * LINE_LIMIT * 2  # what is longer is not looked at line by line
ENOUGH = 5  # answers; a sum of fewer could tell who said what
TALK = "live-talk"
FELT: dict[str, Any] = {
    "fine": _("I'm fine"),
    "shaken": _("A bit shaken"),
    "talk": _("I'd like to talk to somebody"),
}
_WORD = re.compile(r"[\w.\-]+")


class NamesSomebody(Refusal):
    """A line of a summary names a member who was there."""

    code = "names-somebody"

    def __init__(self, name: str) -> None:
        words = _("“%(name)s” was here tonight. Please say it without names.")
        super().__init__(words % {"name": name})


class TooManyLines(Refusal):
    """A summary is short."""

    code = "too-many-lines"
    detail = _("Six lines are enough for each. Somebody may be tired who reads it.")


def as_text(chat: LiveChat) -> str:
    """The stored summary as one text, by which a form tells what it was filled in over."""
    return "\n".join([*chat.talked_about, "", *chat.what_helped])


def sum_up(by: Member, chat: LiveChat, talked: str, helped: str, seen: str) -> None:
    """Publishes the lines; none in either takes them down. Raises `NamesSomebody`."""
    about, what = _lines(talked), _lines(helped)
    with leading(by, chat) as row:
        _must_have_ended(row)
        _mind_names(row, [*about, *what])
        wanted = LiveChat(talked_about=about, what_helped=what)
        if is_new(as_text(row), as_text(wanted), seen):
            row.talked_about, row.what_helped = about, what
            row.summed_up_at = timezone.now() if about or what else None
            live_chats.changed(row, "talked_about", "what_helped", "summed_up_at")


def _lines(words: str) -> list[str]:
    if len(words) > PAGE_LIMIT:
        raise TooManyLines
    found = [one_line(line.strip().lstrip("·-*• "), LINE_LIMIT) for line in words.splitlines() if line.strip("·-*• \t")]
    if len(found) > LINES:
        raise TooManyLines
    return found


def _mind_names(row: LiveChat, lines: list[str]) -> None:
    places = Membership.objects.filter(room=row.room_id).exclude(member__in=live_told.led_by(row))
    here = dict(places.values_list("member__skeleton", "member__name"))
    for line in lines:
        whole = _WORD.findall(line)
        parts = {part for word in whole for part in (word, *re.split(r"[.\-_]", word)) if part}
        found = next((here[key] for key in map(names.skeleton, sorted(parts)) if key in here), None)
        found = found or next((name for name in here.values() if not name.isascii() and name in line), None)
        if found:
            raise NamesSomebody(found)


def felt_in_sum(chat: LiveChat) -> dict[str, int]:
    """How many said what at the end, by the words of the answer; empty until enough did."""
    said = list(Leaving.objects.filter(chat=chat).values_list("felt", flat=True))
    return {str(one.label): said.count(one.value) for one in Leaving.Felt} if len(said) >= ENOUGH else {}


def say_how_host_is(by: Member, chat: LiveChat, how: str) -> None:
    """The closing question. Only leads read the answer; who would like to talk is told to them at once."""
    if how not in FELT:
        raise NotAChoice
    with leading(by, chat) as row:
        _must_have_ended(row)
        if row.host_felt == how:
            return
        row.host_felt = how
        live_chats.changed(row, "host_felt")
        if how == "talk":
            leads = Member.objects.filter(groups__name="leads", is_active=True).exclude(pk=by.pk)
            ids = list(leads.values_list("pk", flat=True))
            notices.notify(ids, kind=TALK, key=f"{TALK}:{row.token}", subject=by.name, path=f"/people/{by.name}/")


def _must_have_ended(row: LiveChat) -> None:
    if state_of(row, timezone.now()) != State.ENDED:
        raise NotYet(_("You can do this once the chat is over."))
