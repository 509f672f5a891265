"""What curators should see to in a plan, said in words: hours that nobody leads, and people in two places at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from chat.models import LiveChat
from chat.services import live_chats, organising
from chat.services.roster import A_WEEK, REST, week_of
from community.models import Member

AROUND = timedelta(days=8)  # a week to either side, with room for clocks


def of(chats: Sequence[LiveChat]) -> dict[int, list[str]]:
    """By id, what is missing or clashes in each of these chats; nothing for those that are cancelled. Two queries."""
    if not chats:
        return {}
    times = Q(ends_at__gt=min(one.starts_at for one in chats) - AROUND) & Q(
        starts_at__lt=max(one.ends_at for one in chats) + AROUND
    )
    around = list(LiveChat.objects.filter(times, cancelled_at=None).select_related(*live_chats.LED_BY))
    roles = _roles_of({pk for one in around for part in live_chats.LED_BY if (pk := getattr(one, f"{part}_id"))})
    mine: dict[int, list[LiveChat]] = defaultdict(list)
    for one in around:
        for pk in _ids(one):
            mine[pk].append(one)
    asked = {one.pk for one in chats}
    return {one.pk: _of_one(one, roles, mine) for one in around if one.pk in asked}


def _roles_of(ids: set[int]) -> dict[int, set[str]]:
    rows = Member.objects.filter(pk__in=ids, groups__isnull=False).values_list("pk", "groups__name")
    found: dict[int, set[str]] = defaultdict(set)
    for pk, role in rows:
        found[pk].add(role)
    return found


def _of_one(chat: LiveChat, roles: dict[int, set[str]], mine: dict[int, list[LiveChat]]) -> list[str]:
    said = list(_missing(chat, roles))
    for pk in _ids(chat):
        member = next(one for part in live_chats.LED_BY if (one := getattr(chat, part)) and one.pk == pk)
        said += _clashes(chat, member, [one for one in mine[pk] if one.pk != chat.pk])
    if len(_ids(chat)) < len([part for part in live_chats.LED_BY if getattr(chat, f"{part}_id")]):
        said.append(_("One person has two parts in it: if they can't come, nobody else does."))
    return said


def _missing(chat: LiveChat, roles: dict[int, set[str]]) -> Iterable[str]:
    nobody = {
        "host": _("Nobody hosts it yet."),
        "cover": _("No cover, if the host can't come."),
        "moderator": _("No moderator: these are unattended hours."),
    }
    no_role = {
        "host": _("%(name)s hosts it without the role of a host."),
        "cover": _("%(name)s is cover without the role of a host or moderator."),
        "moderator": _("%(name)s looks after it without the role of a moderator."),
    }
    for part in live_chats.LED_BY:
        member = getattr(chat, part)
        if member is None:
            yield nobody[part]
        elif not member.is_active or member.is_suspended(chat.starts_at):
            # Why is the moderators' business.
            yield _("%(name)s can't come. Somebody else is needed.") % {"name": member.name}
        elif not roles.get(member.pk, set()) & set(organising.ROLES[part]):
            yield no_role[part] % {"name": member.name}


def _clashes(chat: LiveChat, member: Member, others: list[LiveChat]) -> Iterable[str]:
    said = {"name": member.name}
    for one in others:
        if one.starts_at < chat.ends_at and one.ends_at > chat.starts_at:
            yield _("%(name)s is in “%(topic)s” at the same time.") % {**said, "topic": one.topic}
    hosted = [one for one in others if one.host_id == member.pk]
    if chat.host_id != member.pk:
        return
    if any(_is_near(one, chat) for one in hosted):
        yield _("%(name)s hosts another one less than two hours before or after.") % said
    first, last = week_of(chat)
    count = 1 + sum(first <= one.starts_at <= last for one in hosted)
    if count > A_WEEK:
        yield _("%(name)s hosts %(count)s chats in this week.") % {**said, "count": count}


def _is_near(one: LiveChat, chat: LiveChat) -> bool:
    is_apart = one.starts_at >= chat.ends_at + REST or one.ends_at <= chat.starts_at - REST
    overlaps = one.starts_at < chat.ends_at and one.ends_at > chat.starts_at
    return not is_apart and not overlaps


def _ids(chat: LiveChat) -> list[int]:
    return list(dict.fromkeys(pk for part in live_chats.LED_BY if (pk := getattr(chat, f"{part}_id"))))
