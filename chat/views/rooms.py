"""Today, the list of rooms, and a room's page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chat import beside, hub
from chat.models import Membership, Message, Room
from chat.models.room import READ_AFTER
from chat.services import conversations, kind_notes, levels, live_chats, live_gate, memorials, story_talk
from chat.services import rooms as services
from chat.services.checks import PausedHere, paused_until
from chat.services.messages import Ended
from chat.views import guard_shown, live_shown, live_today, story_shown, talks
from chat.views.shown import MessageView, RoomCard, cards, shown
from community.access import may
from community.models import Member
from community.services.topics import folding_for
from community.views.apart import tomorrow_morning
from community.views.story_cards import for_tonight

PAGE = 50
TALKS_ON_TODAY = 2


def me(request: HttpRequest) -> Member:
    """The signed-in member of a view that requires one."""
    assert isinstance(request.user, Member)
    return request.user


@require_GET
@login_required
def today(request: HttpRequest) -> HttpResponse:
    """What is new in one's own rooms: those with something new first, then the lit ones."""
    mine = _cards(me(request), joined=True)
    mine.sort(key=lambda card: (not card.unread, not card.is_lit, card.room.place))
    suggested = [] if mine else _cards(me(request), joined=False)[:2]
    written = [thread for thread in talks.threads(me(request)) if thread.unread][:TALKS_ON_TODAY]
    context = {"member": me(request), "greeting": greeting(me(request), mine), "rooms": mine[:4] or suggested,
               "has_news": any(card.unread for card in mine), "first_day": not mine, "threads": written,
               "kind_note": kind_notes.newest_for(me(request)), "tonight": for_tonight(me(request))}  # fmt: skip
    live = live_today.live_today(me(request))
    context |= {"live": live, "quiet": live_today.quiet_words(live) if mine else ""}
    return render(request, "chat/today.html", context)


def greeting(member: Member, mine: list[RoomCard], now: datetime | None = None) -> str:
    """A greeting by the hour of the member's zone; by night it says so, and whether others are up."""
    hour = timezone.localtime(now).hour
    words = {"name": member.name}
    if hour >= 23 or hour < 5:
        if any(card.is_lit for card in mine):
            return _("You're up late, %(name)s. So are others.") % words
        return _("You're up late, %(name)s.") % words
    if hour < 12:
        return _("Good morning, %(name)s.") % words
    return (_("Good afternoon, %(name)s.") if hour < 18 else _("Good evening, %(name)s.")) % words


@require_GET
def room_list(request: HttpRequest) -> HttpResponse:
    """All listed rooms. Visitors see names and purposes only."""
    if not request.user.is_authenticated:
        rooms = Room.objects.listed()
        more = [RoomCard(room, False, "") for room in rooms]
        live = live_today.next_row(None)
        return render(request, "chat/rooms.html", {"mine": [], "more": more, "lit_only": False, "live": live})
    lit_only = request.GET.get("show") == "lit"
    mine, more = _cards(me(request), joined=True), _cards(me(request), joined=False)
    if lit_only:
        mine, more = [c for c in mine if c.is_lit], [c for c in more if c.is_lit]
    context = {"mine": mine, "more": more, "lit_only": lit_only, "live": live_today.next_row(me(request))}
    if lit_only and not mine and not more:
        context["resting"] = live_today.resting_words()
    return render(request, "chat/rooms.html", context)


def _cards(member: Member, *, joined: bool) -> list[RoomCard]:
    rooms = Room.objects.visible_to(member).filter(kind=Room.Kind.GROUP).prefetch_related("keepers")
    mine = Membership.objects.filter(member=member).values("room")
    chosen = rooms.filter(pk__in=mine) if joined else rooms.exclude(pk__in=mine)
    return cards(list(chosen), member, hub.present())


@require_GET
@login_required
def room(request: HttpRequest, slug: str) -> HttpResponse:
    """A room: its messages for members, its door for everyone else."""
    if slug.startswith("live-"):
        page = reverse("live-chat", args=[live_chats.token_of(slug)])
        return redirect(page + (f"?{request.GET.urlencode()}" if request.GET else ""))
    found = services.room_for(me(request), slug, "room.join")
    if found.kind in (Room.Kind.CONVERSATION, Room.Kind.STORY):
        return redirect(page_url(found) + (f"?{request.GET.urlencode()}" if request.GET else ""))
    if not may(me(request), "room.read", found):
        card = cards([found], me(request), hub.present())[0]
        door = {"room": found, "card": card, "keepers": card.keepers, "memorial": memorials.of_room(found)}
        return render(request, "chat/door.html", door)
    return render_room(request, found)


def render_room(
    request: HttpRequest,
    found: Room,
    *,
    draft: str = "",
    error: str = "",
    status: int = 200,
    template: str = "",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of a room the member has a place in; with the words of a refused message kept in the box.

    Another `template` that extends the room's own is given `more`.
    """
    context = {**_room_context(request, found), "draft": draft, "form_error": error}
    its_own, its_context = _by_kind(me(request), found)
    return render(request, template or its_own, {**context, **its_context, **(more or {})}, status=status)


def _room_context(request: HttpRequest, found: Room) -> dict[str, Any]:
    member = me(request)
    place = Membership.objects.get(room=found, member=member)
    found.refresh_from_db()
    page = page_of(found, member, request.GET)
    first_unread = place.read_to + 1 if place.read_to < found.top else 0
    card = cards([found], member, hub.present())[0]
    folding = folding_for(member)
    views = shown(page["messages"], member, first_unread=first_unread, hidden=page["hidden"], folding=folding)
    put_beside(request, page["messages"], views)
    closed, guard = why_not(member, found), guard_shown.context_of(member, found)
    return {
        "room": found,
        "folding": folding.for_script(),
        "card": card,
        "keepers": card.keepers,
        "is_member": True,
        "messages": views,
        "position": {"seq": found.top, "revision": found.revision},
        "more_before": page["more_before"],
        "more_after": page["more_after"],
        "first_unread": first_unread or None,
        "can_post": not closed,
        "why_not": closed,
        "slow_seconds": guard.get("guarded_slow_seconds", found.pace(timezone.now())),
        **guard,
        "muted_until": place.muted_until if place.muted_until and place.muted_until > timezone.now() else None,
        "client_id": str(uuid4()),
        "blank": MessageView(is_blank=True),
    }


def _by_kind(member: Member, found: Room) -> tuple[str, dict[str, Any]]:
    if found.kind == Room.Kind.LIVE:
        return "chat/live_room.html", live_shown.context_of(member, found)
    if found.kind == Room.Kind.CONVERSATION:
        return "chat/conversation.html", talks.context_of(member, conversations.conversation_for(member, found.slug))
    if found.kind == Room.Kind.STORY:
        return "chat/story_talk.html", story_shown.context_of(member, found)
    context: dict[str, Any] = {"live_next": live_today.next_row(member, within=live_today.IN_ROOMS_BEFORE)}
    if memorial := memorials.of_room(found):
        context |= {"memorial": memorial, "terms": memorials.terms_of(member, memorial)}
    return "chat/room.html", context


def put_beside(request: HttpRequest, messages: list[Message], views: list[MessageView]) -> None:
    """Gives each view of one's own message what stands beside it."""
    own = {message.pk: message.seq for message in messages if message.author_id == me(request).pk}
    by_seq = {own[pk]: piece for pk, piece in beside.pieces(request, list(own)).items()}
    for view in views:
        view.beside = by_seq.get(view.seq, "")


def page_url(found: Room) -> str:
    """The address of a room's page."""
    if found.kind == Room.Kind.LIVE:
        return reverse("live-chat", args=[live_chats.token_of(found.slug)])
    if found.kind == Room.Kind.STORY:
        return reverse("story-talk", args=[story_talk.slug_of(found)])
    return reverse("conversation" if found.kind == Room.Kind.CONVERSATION else "room", args=[found.slug])


def page_of(found: Room, member: Member, asked: Any) -> dict[str, Any]:
    """Up to 50 messages, oldest first, by key: `before`, `after` or `around` a seq, else the newest.

    Each is a number; anything else counts as not asked.
    """
    hidden = services.unseen_by(member, found)
    # One bound on seq in each query: SQLite uses an index for the first of two and walks through the rest.
    rows = Message.objects.filter(room=found).hiding(hidden)
    asked_for = [key for key in ("before", "after", "around") if _is_seq(asked.get(key, ""))]
    wanted = {key: min(int(asked[key]), found.top + 1) for key in asked_for}
    if "around" in wanted:
        below = list(rows.before(wanted["around"] + 1, PAGE // 2))[::-1]
        messages = below + list(rows.after(wanted["around"], PAGE - len(below)))
    elif "after" in wanted:
        messages = list(rows.after(wanted["after"], PAGE))
    else:
        messages = list(rows.before(wanted.get("before", found.top + 1), PAGE))[::-1]
    messages = [message for message in messages if message.seq <= found.top]
    first = messages[0].seq if messages else 0
    last = messages[-1].seq if messages else found.top
    return {
        "messages": messages,
        "hidden": hidden,
        # Places have no holes, so only somebody who is not given every author's words has to ask.
        "more_before": first > 1 and (not hidden or rows.filter(seq__lt=first).exists()),
        "more_after": last < found.top and (not hidden or rows.filter(seq__gt=last).exists()),
    }


def _is_seq(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) <= 15


def why_not(member: Member, found: Room) -> str:
    """Why the member may read but not write here, in words; empty when they may."""
    if found.kind == Room.Kind.CONVERSATION and conversations.is_over(found):
        return str(Ended.detail)
    may_write = may(member, "room.post", found)
    if may_write and found.kind == Room.Kind.LIVE:
        no = live_gate.gates([found.pk], timezone.now())[found.pk].why_not(member)
        return str(no.detail) if no else ""
    if may_write:
        return ""
    if member.silenced_until and member.is_silenced():
        until = timezone.localtime(member.silenced_until)
        return _("You can read everything. You can't post until %(time)s.") % {"time": until.strftime("%H:%M, %d %B")}
    if paused := paused_until(member.pk, found.slug, timezone.now()):
        return str(PausedHere(paused).detail)
    if found.ends_at and found.is_over():
        until = timezone.localtime(found.ends_at + READ_AFTER)
        return _("This room has ended. You can read it until %(day)s.") % {"day": date_format(until, "j F")}
    return _("This room is for reading now.")


@require_POST
@login_required
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes a place in an open room; in a memorial by agreeing to its terms."""
    found = services.room_for(me(request), slug, "room.join")
    memorial = memorials.of_room(found) if request.POST.get("agree") == "yes" else None
    if memorial:
        memorials.agree(me(request), memorial, hands_over=request.POST.get("hands-over") == "yes")
    else:
        services.join(me(request), found)
    return redirect("room", slug=found.slug)


@require_POST
@login_required
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives up one's place in a room."""
    services.leave(me(request), services.room_for(me(request), slug, "room.leave"))
    return redirect("rooms")


@require_POST
@login_required
def mute(request: HttpRequest, slug: str) -> HttpResponse:
    """Quiet from a room for an hour or until tomorrow; anything else ends it."""
    found = services.room_for(me(request), slug)
    levels.mute_room(me(request), found, until=_quiet_until(request.POST.get("for", "")))
    return redirect(f"{page_url(found)}#about")


def _quiet_until(asked: str) -> datetime | None:
    if asked == "hour":
        return timezone.now() + timedelta(hours=1)
    return tomorrow_morning() if asked == "tomorrow" else None


@require_POST
@login_required
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Counts everything in a room as read; the way without scripts, since opening a page changes nothing (W1)."""
    found = services.room_for(me(request), slug)
    services.mark_read(me(request).pk, found.slug, found.top)
    return redirect("room", slug=found.slug)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Counts everything in all of one's rooms as read."""
    places = Membership.objects.filter(member=me(request), room__kind=Room.Kind.GROUP)
    marks = [(me(request).pk, slug, top) for slug, top in places.values_list("room__slug", "room__top")]
    services.mark_all_read(marks)
    return redirect("today")
