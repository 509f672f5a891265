"""What readers tell the curators: an entry that is wrong, or one that is missing. Place and hour, never who."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import text, throttle
from community.access import require
from community.models import Member, MissingResource, Resource, ResourceFeedback
from community.refusals import NotYours, Refusal, TooFast

NOTE = 300
WRONG, NO_ANSWER, OTHER = "wrong", "no answer", "other"
SAID = {
    WRONG: _("The number or link doesn't work"),
    NO_ANSWER: _("Nobody answered"),
    OTHER: _("It isn't what it says"),
}


class NothingSaid(Refusal):
    """A form without a word."""

    code = "nothing-said"
    detail = _("Write a few words first.")


def say_wrong(resource: Resource, *, said: str, note: str, country: str, who: str) -> None:
    """Keeps a report about an entry for the curators. `who` is only counted, for a while, against floods."""
    _count(who)
    ResourceFeedback.objects.create(
        resource=resource,
        said=said if said in SAID else OTHER,
        note=text.tidy(note, limit=NOTE) if note.strip() else "",
        country=country if len(country) == 2 else "",
        hour=timezone.localtime().hour,
        on=timezone.localdate(),
    )


def say_missing(*, said: str, country: str, looked_for: str, who: str) -> None:
    """Keeps a word about what the directory lacks. Raises `NothingSaid`."""
    if not said.strip():
        raise NothingSaid
    tidy = text.tidy(said, limit=NOTE)
    _count(who)
    MissingResource.objects.create(said=tidy, country=country, looked_for=looked_for[:200], on=timezone.localdate())


def put_aside(pk: str, *, by: Member) -> None:
    """Notes that a curator has seen to what was missing. Raises `NotYours` when there is nothing of this number."""
    require(by, "resources.curate")
    waiting = MissingResource.objects.filter(pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else 0)
    if not waiting.exists():
        raise NotYours
    waiting.filter(closed_at=None).update(closed_at=timezone.now(), closed_by=by)


def _count(who: str) -> None:
    if wait := throttle.wrong(who):
        raise TooFast(retry_after=wait)
