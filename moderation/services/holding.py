"""Who holds a flag: a lease that lapses by itself, and one clear answer to whoever comes too late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.models import Conversation
from community.access import has_role, require
from community.models import Member, NoContact
from community.refusals import NotYours, Refusal
from moderation.models import Appeal, Flag, FlagEvent
from moderation.models.flag import FlagQuerySet

LEASE = timedelta(minutes=15)
_SAID: dict[str, Any] = {
    FlagEvent.Kind.TAKEN: gettext_lazy("%(who)s took it at %(time)s."),
    FlagEvent.Kind.RELEASED: gettext_lazy("%(who)s gave it back at %(time)s."),
    FlagEvent.Kind.DECIDED: gettext_lazy("%(who)s decided it at %(time)s."),
    FlagEvent.Kind.NOTE: gettext_lazy("%(who)s left a note at %(time)s."),
    FlagEvent.Kind.SECOND_WANTED: gettext_lazy("%(who)s asked for a second opinion at %(time)s."),
    FlagEvent.Kind.SECOND_GIVEN: gettext_lazy("%(who)s gave a second opinion at %(time)s."),
    FlagEvent.Kind.JOINED: gettext_lazy("Another report or reading joined it at %(time)s."),
    FlagEvent.Kind.RAISED: gettext_lazy("It was raised at %(time)s."),
    FlagEvent.Kind.UNDONE: gettext_lazy("%(who)s took back what they had decided, at %(time)s."),
    FlagEvent.Kind.APPEALED: gettext_lazy("Its member asked for another look at %(time)s."),
}


class Stale(Refusal):
    """Somebody was quicker, or it changed meanwhile. Says who and what; nothing was done."""

    code = "stale"
    status = 409

    def __init__(self, flag: Flag, since: int = 0) -> None:
        self.changes = changes_since(flag, since)
        super().__init__(" ".join(self.changes) or _("It changed meanwhile. Please look again."))


class NotHeld(Refusal):
    """The lease lapsed, or was never there: whoever acts takes it first."""

    code = "not-held"
    detail = gettext_lazy("You don't hold this any more. Take it again to go on.")
    status = 409


def changes_since(flag: Flag, version: int) -> list[str]:
    """What happened to a flag after this version, a sentence each, oldest first."""
    rows = flag.events.filter(version__gt=version).exclude(kind__in=(FlagEvent.Kind.AMBER, FlagEvent.Kind.PAGED))
    return [_sentence(one) for one in rows.select_related("by").order_by("pk")][-3:]


def _sentence(event: FlagEvent) -> str:
    said = _SAID.get(event.kind, gettext_lazy("It was opened at %(time)s."))
    who = event.by.name if event.by else _("Somebody")
    return str(said) % {"who": who, "time": timezone.localtime(event.at).strftime("%H:%M")}


def for_whom(rows: FlagQuerySet, by: Member) -> FlagQuerySet:
    """Those flags that `by` may work on: nothing of their own, of people kept apart from them, or of a talk of theirs.

    Appeals go to somebody who had no part in what is appealed against; what was escalated goes to leads.
    """
    return rows.filter(is_for(by))


def is_for(by: Member) -> Q:
    """The same as a condition on flags, so that it can be asked for several people in one pass."""
    own = Conversation.objects.filter(Q(low=by) | Q(high=by), pk=OuterRef("message__room"))
    acted = Appeal.objects.filter(Q(decision__by=by) | Q(decision__second=by), flag=OuterRef("pk"))
    theirs = ~Q(member__in=[by.pk, *kept_from(by)]) & ~Exists(own) & ~Exists(acted)
    return theirs if has_role(by, "leads") else theirs & Q(is_for_leads=False)


def kept_from(by: Member) -> list[int]:
    """Members whom a no-contact pair keeps apart from `by`."""
    pairs = NoContact.objects.filter(Q(low=by) | Q(high=by)).values_list("low", "high")
    return [high if low == by.pk else low for low, high in pairs]


def flag_for(by: Member, token: str, *, lock: bool = False) -> Flag:
    """The flag, if `by` may work on it. Raises `NotYours`, the same for absent, one's own and not for them."""
    require(by, "flags.work")
    rows = for_whom(Flag.objects.filter(token=token), by)
    found = (rows.select_for_update(no_key=True, of=("self",)) if lock else rows).first()
    if found is None:
        raise NotYours
    return found


def held_flag(by: Member, token: str, *, version: int) -> Flag:
    """The flag, locked and its lease renewed, for an act that was chosen while looking at `version`.

    Raises `NotYours`, `Stale` when it moved on since, and `NotHeld` when the lease lapsed and nobody else came.
    """
    flag = flag_for(by, token, lock=True)
    now = timezone.now()
    if flag.closed_at or (flag.is_held(now) and flag.holder_id != by.pk):
        raise Stale(flag, version)
    if flag.holder_id != by.pk or not flag.is_held(now):
        raise Stale(flag, version) if flag.version != version else NotHeld()
    if flag.version != version:
        raise Stale(flag, version)
    flag.held_until = now + LEASE
    return flag
