"""Members: joining, changing what others see, suspending, silencing, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import names
from community.models import Member, Restriction
from community.services import consent, plan, sessions
from community.signals import member_left, member_suspended

SUGGESTIONS_TRIED = 12


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody answered on the join page."""

    name: str
    password: str
    email: str = ""
    country: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    pebble: int = 6
    consents: tuple[str, ...] = ()


def join(answers: Joining) -> Member:
    """A new member with their consents, in one transaction. Raises `names.NameRefused` for a name they can't have.

    Two people may give the same unconfirmed address, so joining tells nobody who is already here (promise S7).
    """
    names.check(answers.name)
    try:
        with transaction.atomic():
            member = Member.objects.create_user(
                answers.name,
                answers.email,
                answers.password,
                country=answers.country,
                language=answers.language,
                time_zone=answers.time_zone,
                pebble=answers.pebble,
                suspended_until=_suspension_of(answers.email),
            )
            consent.give(member, answers.consents)
            if answers.email:
                EmailAddress.objects.create(user=member, email=answers.email.lower(), primary=True)
    except IntegrityError:
        raise names.NameRefused(taken(answers.name)) from None
    return member


def taken(name: str) -> str:
    """The sentence for a name that somebody has, or that reads like somebody's."""
    return str(_("%(name)s is taken, or looks like a name that is.") % {"name": name})


def is_free(name: str) -> bool:
    """True when nobody's name is read like this one."""
    return not Member.objects.filter(skeleton=names.skeleton(name)).exists()


def free_suggestions(count: int = 3) -> list[str]:
    """Names that are free now."""
    offered = list(dict.fromkeys(names.suggestions(SUGGESTIONS_TRIED)))
    skeletons = {names.skeleton(name): name for name in offered}
    had = set(Member.objects.filter(skeleton__in=skeletons).values_list("skeleton", flat=True))
    return [name for form, name in skeletons.items() if form not in had][:count]


def _suspension_of(email: str) -> datetime | None:
    """A suspended member does not come back by joining again under the same address (promise S4)."""
    if not email:
        return None
    theirs = Q(email__iexact=email) | Q(emailaddress__email__iexact=email)
    rows = Member.objects.filter(theirs, suspended_until__gt=timezone.now())
    return rows.order_by("-suspended_until").values_list("suspended_until", flat=True).first()


def update_profile(member: Member, *, pronouns: str, bio: str, pebble: int) -> None:
    """What others see on the member's profile."""
    member.pronouns, member.bio, member.pebble = pronouns, bio, pebble
    member.save(update_fields=["pronouns", "bio", "pebble"])


def suspend(member: Member, *, until: datetime) -> None:
    """The member may not sign in until then. Sessions and sockets end at once."""
    with transaction.atomic():
        Member.objects.filter(pk=member.pk).update(suspended_until=until)
        sessions.end_all(member)
        transaction.on_commit(lambda: member_suspended.send(Member, member_id=member.pk))


def silence(member: Member, *, until: datetime) -> None:
    """The member may read but not post until then; each write asks for it afresh."""
    Member.objects.filter(pk=member.pk).update(silenced_until=until)


def restrict(member: Member, ability: str, *, until: datetime, cause: str) -> None:
    """One thing the member may not do until then; each use of it asks afresh."""
    Restriction.objects.update_or_create(cause=cause, defaults={"member": member, "ability": ability, "until": until})


def free_of(cause: str) -> None:
    """Ends the restriction that followed from this cause, and no other."""
    Restriction.objects.filter(cause=cause).delete()


def is_restricted(member: Member, ability: str) -> bool:
    """True while the member may not do this one thing."""
    return Restriction.objects.filter(member=member, ability=ability, until__gt=timezone.now()).exists()


def close_account(member: Member) -> None:
    """The account can't be used any more. Sessions and sockets end at once; what was the member's alone is erased."""
    with transaction.atomic():
        Member.objects.filter(pk=member.pk).update(is_active=False)
        plan.delete(member)
        sessions.end_all(member)
        transaction.on_commit(lambda: member_left.send(Member, member_id=member.pk))
