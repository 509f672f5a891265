"""Under which name and profession readers see who reviewed a text: a clinician's own, with consent that is dated."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import text
from community.access import require
from community.models import Byline, Member, Story
from community.refusals import Refusal
from community.services import audit
from community.services.story_rows import tell

NAME, PROFESSION, BIO = 60, 80, 400


class Incomplete(Refusal):
    """A name or a profession is missing."""

    code = "byline-incomplete"
    detail = _("Readers are told a name and a profession. Write both.")


def byline_of(member: Member) -> Byline | None:
    """The clinician's own; None before they made one."""
    return Byline.objects.filter(member=member).exclude(profession="").order_by("pk").first()


def signing(member: Member) -> Byline | None:
    """The same, while its member agrees that readers see it: without it nobody gives a verdict."""
    mine = byline_of(member)
    return mine if mine and mine.agreed_at else None


def write(member: Member, *, name: str, profession: str, bio: str = "", agrees: bool) -> Byline:
    """Makes or changes it. Raises `Incomplete`.

    Without consent the name is shown nowhere from now on, and what was read under it is due to be read again.
    """
    require(member, "story.review")
    if not name.strip() or not profession.strip():
        raise Incomplete
    said = {"name": _line(name, NAME), "profession": _line(profession, PROFESSION), "bio": _line(bio, BIO)}
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)  # two tabs make one
        mine = byline_of(member) or Byline(member=member, pebble=member.pebble)
        before = mine.agreed_at
        for field, words in said.items():
            setattr(mine, field, words)
        mine.agreed_at = (before or timezone.now()) if agrees else None
        mine.save()
        if before and not agrees:
            _read_by_others_again(mine)
        if bool(before) != agrees:
            audit.record(member, "byline.agreed" if agrees else "byline.taken-back", mine)
    return mine


def _read_by_others_again(byline: Byline) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    rows = Story.objects.select_for_update(of=("self",)).filter(published__reviewed_as=byline).order_by("pk")
    for one in rows.filter(Q(review_due=None) | Q(review_due__gt=yesterday)):
        one.review_due = yesterday
        one.save(update_fields=["review_due"])
        tell(one)


def _line(words: str, limit: int) -> str:
    return " ".join(text.tidy(words, limit=limit).split()) if words.strip() else ""
