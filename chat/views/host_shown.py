"""What the host's page shows: how the chat stands, its controls, and lists for whoever leads it only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chat import host_side, hub
from chat.models import LiveChat, Membership, Prompt
from chat.services import host_lists, hosting, kind_notes, live_chats, live_clock, live_state, prompting, summing_up
from chat.services.leading import mark
from chat.services.live_clock import ON, OVER, State, state_of
from chat.views.shown import presence_words
from community.access import has_role
from community.models import Member


@dataclass(frozen=True, slots=True)
class PromptView:
    """A question as its host sees it: where it may move to, and by what a change tells what it was made over."""

    prompt: Prompt
    mark: str
    is_pinned: bool
    up: int | None
    down: int | None


def page_of(member: Member, chat: LiveChat) -> dict[str, Any]:
    """Everything that the host's page shows, apart from the room itself."""
    now, present = timezone.now(), hub.present().get(chat.room_id, 0)
    state = state_of(chat, now)
    host = {**_standing(member, chat), **_controls(chat, present)}
    if state in ON:
        host |= {"newcomers": host_lists.newcomers(chat, member), "waiting": host_lists.waiting(chat, member)}
    if state in ON or state == State.ENDED:
        host |= {"left": host_lists.left_after(chat, member), "starts": kind_notes.STARTS}
    if state == State.ENDED:
        host |= _after(chat)
        host["for_leads"] = summing_up.FELT.get(chat.host_felt) if has_role(member, "leads") else None
    host["presence"] = presence_words(chat.room, present)
    host["questions"] = host_lists.questions(chat, member)
    return {"chat": chat, "state": state.value, "closes_at": live_clock.closes_at(chat), "host": host}


def is_in_room(member: Member, chat: LiveChat) -> bool:
    """True when the page is the room with the controls beside it: before the end, for whoever has a place."""
    return state_of(chat, timezone.now()) not in OVER and has_place(member, chat)


def has_place(member: Member, chat: LiveChat) -> bool:
    """True for whoever came in."""
    return Membership.objects.filter(room=chat.room_id, member=member).exists()


def _standing(member: Member, chat: LiveChat) -> dict[str, Any]:
    now, state, leader = timezone.now(), state_of(chat, timezone.now()), chat.leader
    i_lead = leader is not None and leader.pk == member.pk
    is_here = _is_here(chat)
    is_host_back = member.pk == chat.host_id and not i_lead  # somebody else leads it for them
    from_when = chat.starts_at - live_clock.CHECK_IN_FROM
    return {
        "leader": leader,
        "i_lead": i_lead,
        "is_on": state in ON,
        "is_over": state in OVER,
        "is_before": state not in ON and state not in OVER,
        "has_place": has_place(member, chat),
        "is_here": is_here,
        "checks_in_from": from_when,
        "may_check_in": state not in OVER and now >= from_when and (not is_here or is_host_back),
        "may_enter": state in ON or live_chats.leads(member, chat),
        "may_open": now >= from_when and state not in OVER,
        "others": _others(chat),
        "moderates": has_role(member, "moderators", "leads"),
    }


def _is_here(chat: LiveChat) -> bool:
    """True once somebody said that they lead it, and nobody asked for cover since."""
    return chat.checked_in_at is not None and chat.cover_asked_at is None


def _others(chat: LiveChat) -> list[tuple[str, Member]]:
    """Who may be handed the chat: (what they are, who), each once."""
    named = {key: getattr(chat, key) for key in ("host", "cover", "moderator")}
    found = {one.pk: (key, one) for key, one in reversed(named.items()) if one and one != chat.leader}
    return list(reversed(found.values()))


def _controls(chat: LiveChat, present: int) -> dict[str, Any]:
    now, pinned = timezone.now(), live_state.pinned_in([chat]).get(chat.pk)
    prompts, is_opened = _prompts(chat, pinned), hosting.is_opened(chat)
    has_begun = is_opened or any(one.prompt.released_at for one in prompts)
    return {
        "prompts": prompts,
        "next": next((one.prompt for one in prompts if one.prompt.released_at is None), None),
        "pinned": pinned,
        "put_away": prompting.put_away(chat),
        "is_opened": is_opened,
        "wants_opening": bool(_is_here(chat) and chat.opening and not has_begun and state_of(chat, now) not in OVER),
        "opening_mark": mark(chat.opening),
        "so_far_mark": mark(chat.so_far),
        "slow": hosting.SLOW,
        "wants_slow": host_lists.wants_slow(chat, present),
        "resting_until": chat.paused_until if chat.paused_until and chat.paused_until > now else None,
        "is_called": hosting.is_called(chat),
        "looking": host_side.looking(chat.room_id),
        "may_reopen": hosting.may_reopen(chat),
        "winds_down": live_clock.winds_down_at(chat),
    }


def _prompts(chat: LiveChat, pinned: Prompt | None) -> list[PromptView]:
    rows = prompting.listed(chat)
    last, pinned_pk = len(rows) - 1, pinned.pk if pinned else 0
    return [
        PromptView(one, mark(one.text), one.pk == pinned_pk, at - 1 if at else None, at + 1 if at < last else None)
        for at, one in enumerate(rows)
    ]


def _after(chat: LiveChat) -> dict[str, Any]:
    return {
        "summary_mark": mark(summing_up.as_text(chat)),
        "talked": "\n".join(chat.talked_about),
        "helped": "\n".join(chat.what_helped),
        "felt_in_sum": summing_up.felt_in_sum(chat),
        "felt": summing_up.FELT,
        "summary_by": live_clock.closes_at(chat) + timedelta(days=1),
        "kept_until": live_clock.closes_at(chat) + timedelta(days=chat.keep_days),
    }
