"""Who holds which role. A role is given and taken by admins, and the last admin stays one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.access import ROLES, require
from community.models import Member
from community.refusals import Refusal
from community.services import audit


class LastAdmin(Refusal):
    """Nobody would be left to look after the site."""

    code = "last-admin"
    detail = _("Nobody else is an admin. Give the role to somebody first.")
    status = 409


@dataclass(frozen=True, slots=True)
class Difference:
    """Roles that a member did not hold before, and roles that they hold no longer."""

    given: tuple[str, ...]
    taken: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.given or self.taken)


def held_by(member: Member) -> tuple[str, ...]:
    """The member's roles, in the order in which the site names them."""
    held = {group.name for group in member.groups.all()}
    return tuple(role for role in ROLES if role in held)


def change(member: Member, *, give: Collection[str], take: Collection[str], by: Member) -> Difference:
    """Gives and takes these roles; what was so already stays as it is. Raises `LastAdmin`.

    Each change stands in the audit trail or does not happen. Two admins who take the role from each other wait for
    each other here, and the second is told no.
    """
    require(by, "site.administer")
    with transaction.atomic():
        groups = {one.name: one for one in Group.objects.select_for_update().filter(name__in=ROLES).order_by("pk")}
        held = set(member.groups.values_list("name", flat=True))
        given = tuple(role for role in ROLES if role in give and role not in held and role in groups)
        taken = tuple(role for role in ROLES if role in take and role in held)
        if "admins" in taken and not others_administer(member):
            raise LastAdmin
        member.groups.add(*(groups[role] for role in given))
        member.groups.remove(*(groups[role] for role in taken))
        for action, named in (("role.given", given), ("role.taken", taken)):
            for role in named:
                audit.record(by, action, f"role:{role}", about=member)
    return Difference(given, taken)


def others_administer(member: Member) -> bool:
    """True when somebody else can look after the site."""
    admins = Member.objects.filter(Q(groups__name="admins") | Q(is_superuser=True), is_active=True)
    return admins.exclude(pk=member.pk).exists()
