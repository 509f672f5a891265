"""The page of an open case, from what the service gives: words with their marks, why it came, and what can be done."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from chat.models import Room
from chat.views.rooms import me
from community.helplines import name_of
from community.models import Member, Story
from community.services import story_reading
from moderation.console_words import EVENTS, STATES, band, source
from moderation.forms_console import DecisionForm, NoteForm
from moderation.models import Flag, Report
from moderation.services import care_load, cases, decisions, emergency, undoing, watching
from moderation.services.cases import Case, Line
from moderation.services.choices import Kind
from moderation.services.colleagues import Said
from moderation.views import acts, cluster_shown, marking, reasons
from moderation.views.care_strip import strip
from moderation.views.queue import STANDING, place_of, side_list, span

NEAR = 3  # messages each side that are in view at once


def shown(
    request: HttpRequest, opened: Case, *, status: int = 200, bound: DecisionForm | None = None, **more: Any
) -> HttpResponse:
    """The page. `bound` is a form that was refused, shown open with what was typed."""
    by, flag = me(request), opened.flag
    team = care_load.team([by])
    is_mine = flag.holder_id == by.pk
    proposal = decisions.proposed(flag)
    context = {
        "case": opened,
        "flag": flag,
        "title": _title(opened),
        "band": band(flag.severity),
        "look": STANDING.get(flag.severity, ""),
        "is_mine": is_mine,
        "until": until_words(flag),
        "proposal": acts.proposal_of(proposal) if proposal else None,
        "may_turn": proposal is not None and proposal.by_id != by.pk,
        **_words(opened),
        "story": _story(flag),
        "cluster": cluster_shown.shown(flag, by),
        **_known(opened, by),
        "told": [_told(one, {line.body for line in opened.lines}) for one in opened.told],
        "history": [
            {"one": one, "says": _says(one.kind, one.says), "what": EVENTS[one.kind]} for one in opened.history
        ],
        "note_form": NoteForm(auto_id="note-%s"),
        "undo": undoing.offered(by) if is_mine else None,
        "care": strip(by, team),
        **side_list(by, team),
    }
    if flag.kind == Flag.Kind.APPEAL:
        context |= acts.appeal_of(flag, by)
    elif is_mine:
        context["acts"] = acts.acts_of(opened, by, bound)
        context["emergency"] = emergency.lines_for(opened.record.member)
    return render(request, "moderation/case.html", {**context, **more}, status=status)


def until_words(flag: Flag) -> str:
    """Until when it is held, on the clock of whoever reads."""
    return timezone.localtime(flag.held_until).strftime("%H:%M") if flag.held_until else ""


def _title(opened: Case) -> str:
    if opened.flag.kind == Flag.Kind.CLUSTER:
        return cluster_shown.title(opened.flag)
    member, message = opened.record.member, opened.flag.message
    name = member.name if member else _("Someone who left")
    if opened.flag.story:
        return _("A story by %(name)s") % {"name": name}
    if message is None:
        return name
    one_to_one = message.room.kind == Room.Kind.CONVERSATION
    place = place_of("" if one_to_one else message.room.name, one_to_one=one_to_one)
    return _("%(name)s, in %(place)s") % {"name": name, "place": place} if not one_to_one else f"{name}, {place}"


def _story(flag: Flag) -> dict[str, Any] | None:
    """The story that a case is about, or whose comments the message is one of: its title, and where readers stand."""
    story = flag.story
    if story is None and flag.message and flag.message.room.kind == Room.Kind.STORY:
        story = Story.objects.filter(talk__room=flag.message.room_id).first()
    if story is None:
        return None
    now = story.published.number if story.published else None
    is_public = story_reading.is_public(story, timezone.now())
    return {"one": story, "number": now, "is_public": is_public, "is_about_it": flag.story is not None}


def _words(opened: Case) -> dict[str, Any]:
    why = reasons.of_case(opened)
    present = next((one for one in why if one.is_present), None)
    places = present.places if present else {}
    people = Member.objects.in_bulk({one.author_id for one in opened.lines if one.author_id})
    rows = [_row(one, people, places.get(one.seq, []), why) for one in opened.lines]
    at = next((place for place, row in enumerate(rows) if row["line"].is_flagged), 0)
    first, last = max(0, at - NEAR), at + NEAR + 1
    return {"earlier": rows[:first], "near": rows[first:last], "later": rows[last:], "why": why}


def _row(
    line: Line, people: dict[int, Member], places: list[tuple[int, int, int]], why: list[reasons.Why]
) -> dict[str, Any]:
    return {
        "line": line,
        "author": people.get(line.author_id or 0),
        "pieces": marking.pieces(line.body, places, line.covered),
        "state": _state(line),
        "earlier": _earlier(line, why),
    }


def _earlier(line: Line, why: list[reasons.Why]) -> list[list[marking.Piece]]:
    """What it said before, each wording with the marks of its own reading."""
    places = {one.words: one.places[line.seq] for one in why if one.nth}
    return [marking.pieces(words, places.get(words, [])) for words in line.earlier]


def _state(line: Line) -> Any:
    if line.hidden_until is None:
        return STATES.get(line.state, "")
    until = timezone.localtime(line.hidden_until).strftime("%H:%M")
    return _("Hidden for now, until %(time)s. Only its author sees it.") % {"time": until}


def _known(opened: Case, by: Member) -> dict[str, Any]:
    member = opened.record.member
    if member is None:
        return {"member": None}
    return {
        "member": member,
        "here": span(timezone.now() - member.joined_at),
        "country": name_of(member.country) if member.country else "",
        "hour": _hour(member),
        "in_force": decisions.in_force(member),
        "watch": watching.of(by, member),
        "watch_days": watching.DAYS,
    }


def _hour(member: Member) -> str:
    try:
        return timezone.localtime(timezone.now(), zoneinfo.ZoneInfo(member.time_zone)).strftime("%H:%M")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return ""


def _told(told: cases.Told, bodies: set[str]) -> dict[str, Any]:
    """A report; with the words as they were, where they were others."""
    then = "" if told.words_then in bodies else told.words_then
    reason = Report.Reason(told.reason).label if told.reason else ""
    return {"one": told, "door": Report.Door(told.door).label, "reason": reason, "then": then}


def _said(one: Said) -> dict[str, Any]:
    return {"one": one, "says": _says(one.kind, one.says), "what": EVENTS.get(one.kind, one.kind)}


def _says(kind: str, code: str) -> Any:
    if kind in ("opened", "joined", "raised"):
        return source(code)
    if kind in ("decided", "undone"):
        return dict(Kind.choices).get(code, code)
    return ""
