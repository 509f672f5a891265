"""The queue: how much waits, which is next, what one holds; never any words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from chat.models import Room
from chat.views.rooms import me
from community.models import Member
from community.views.staff import behind
from moderation.console_words import BANDS, band
from moderation.detector import Severity
from moderation.models import Flag, Proposal
from moderation.services import care_load, decisions, rehearsing, undoing
from moderation.services import queue as lines
from moderation.services.care_load import Team
from moderation.services.queue import Item, Queue
from moderation.views import care_taking
from moderation.views.care_strip import with_question

STANDING = {4: "now", 3: "soon"}  # names of looks
SEVERE = (Severity.IMMINENT, Severity.HIGH)  # what is spoken when it is new, as in live.js


@require_safe
@behind("flags.work")
def queue(request: HttpRequest) -> HttpResponse:
    """The whole of it."""
    by, team = me(request), care_load.team([me(request)])
    waiting = lines.listed(by, team=team)
    held = [held_row(one) for one in lines.held_by(by)]
    keys = [key_row(one) for one in decisions.waiting_for(by)]
    context = {**list_of(waiting), "held": held, "keys": keys, "is_free": has_free(waiting)}
    context |= {"undo": undoing.offered(by), "care": with_question(by, team), "scene": rehearsing.latest(by)}
    context["is_after"] = request.GET.get("after") == "1"  # a moment ago they decided one
    return render(request, "moderation/queue.html", context)


@require_POST
@behind("flags.work")
def take_next(request: HttpRequest) -> HttpResponse:
    """The most urgent one that is free, opened."""
    try:
        flag = lines.take_next(me(request))
    except care_taking.REFUSALS as refusal:
        return care_taking.instead(request, refusal)
    if flag is None:
        return care_taking.nothing_free(request, me(request))
    return redirect("moderation:case", token=flag.token)


@require_POST
@behind("flags.work")
def release_all(request: HttpRequest) -> HttpResponse:
    """All that one holds goes back."""
    given = lines.release_all(me(request))
    messages.success(request, ngettext("%(n)s went back.", "%(n)s went back.", given) % {"n": given})
    return redirect("moderation:queue")


def side_list(by: Member, team: Team) -> dict[str, Any]:
    """The lines beside an open case."""
    return list_of(lines.listed(by, team=team))


def list_of(waiting: Queue) -> dict[str, Any]:
    """Lines with their words, and how many there are in each band."""
    bands = [(name, waiting.counts.get(level, 0), STANDING.get(level, "")) for level, name in BANDS.items()]
    return {
        "bands": bands,
        "waiting_total": waiting.total,
        "severe_total": sum(waiting.counts.get(one, 0) for one in SEVERE),
        "more": waiting.total - len(waiting.items),
        "lines": [line(one, waiting.counts) for one in waiting.items],
        "spared": [line(one) for one in waiting.spared],
        "late": sum(one.is_late and not one.holder for one in waiting.items),
    }


def has_free(waiting: Queue) -> bool:
    """True when somebody could take one now."""
    return any(not one.holder for one in waiting.items) or waiting.total > len(waiting.items)


def line(one: Item, counts: dict[int, int] | None = None) -> dict[str, Any]:
    """One line, as a template shows it."""
    return {
        "one": one,
        "band": band(one.severity),
        "count": (counts or {}).get(one.severity, 0),
        "look": STANDING.get(one.severity, ""),
        "place": _("Several members at once")
        if is_cluster(one.kind)
        else place_of(one.place, one_to_one=one.is_one_to_one, is_story=one.is_story),
        "waits": span(timezone.now() - one.opened_at),
        "late_by": span(timezone.now() - one.due_at) if one.is_late else "",
        "is_appeal": one.kind == Flag.Kind.APPEAL,
    }


def is_cluster(kind: str) -> bool:
    """True for a case that stands for several members."""
    return kind == Flag.Kind.CLUSTER


def held_row(flag: Flag) -> dict[str, Any]:
    """A case that one holds."""
    room = flag.message.room if flag.message else None
    one_to_one = room is not None and room.kind == Room.Kind.CONVERSATION
    name = "" if room is None or one_to_one else room.name
    place = place_of(name, one_to_one=one_to_one, is_story=flag.story_id is not None)
    place = _("Several members at once") if is_cluster(flag.kind) else place
    return {"one": flag, "place": place, "band": band(flag.severity), "look": STANDING.get(flag.severity, "")}


def key_row(proposal: Proposal) -> dict[str, Any]:
    """A decision that waits for a second key."""
    kind = str(proposal.choice.get("kind", ""))
    what = dict(decisions.Kind.choices).get(kind, kind)
    return {**held_row(proposal.flag), "what": what, "by": proposal.by.name if proposal.by else "", "at": proposal.at}


def place_of(room: str, *, one_to_one: bool, is_story: bool = False) -> str:
    """Where it was said."""
    if is_story:
        return _("About a story")
    if one_to_one:
        return _("One-to-one")
    return room or _("About a member")


def span(length: timedelta) -> str:
    """A length of time in few words: "3 min", "2 h", "4 days"."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s h") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return _("%(n)s days") % {"n": days} if days < 15 else _("%(n)s weeks") % {"n": days // 7}
