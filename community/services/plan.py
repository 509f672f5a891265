"""My safety plan: what helps one member in a bad hour. For that member only, sealed with their own key."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import ownkeys
from community.fieldcrypt import NotReadable
from community.models import Member, SafetyPlan
from community.refusals import Refusal
from community.services import keyring

LINES = 20
LINE_LENGTH = 300
PURPOSE = "safety-plan"
log = logging.getLogger(__name__)


class CannotOpen(Refusal):
    """The key that opens this plan is not here, or the stored text was changed. Nothing is overwritten."""

    code = "plan-closed"
    detail = _("Your plan can't be opened right now. It is still stored, and nothing of it was changed.")
    status = 503


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of a plan. Each is a list of lines, and each may be empty."""

    signs: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    safer: tuple[str, ...] = ()
    remember: str = ""

    def __repr__(self) -> str:
        # So that no error report or log can show what is in it.
        return "Plan(…)"

    @property
    def is_empty(self) -> bool:
        """True when nothing is written in any part."""
        return not any(asdict(self).values())


def read(member: Member) -> Plan | None:
    """The member's plan, or None if they have none. Raises `CannotOpen`."""
    row = SafetyPlan.objects.filter(member=member).first()
    return _opened(member, row) if row else None


def is_kept_offline(member: Member) -> bool:
    """True when the member has a plan, and asked to have it on a device without a network."""
    return SafetyPlan.objects.filter(member=member, keeps_offline=True).exists()


def save(member: Member, plan: Plan) -> None:
    """Stores the plan in place of the one before. Raises `CannotOpen` rather than replace what can't be read now."""
    with transaction.atomic():
        try:
            key = ownkeys.key_for_writing(member)
        except NotReadable as error:
            raise _closed() from error
        row = SafetyPlan.objects.select_for_update().filter(member=member).first()
        if row:
            _opened(member, row)
        sealed = key.seal(json.dumps(asdict(plan), ensure_ascii=False), purpose=PURPOSE)
        SafetyPlan.objects.update_or_create(member=member, defaults={"sealed": sealed, "changed_at": timezone.now()})


def delete(member: Member) -> None:
    """Erases the plan and the key that opened it. This also works for a plan that can't be opened."""
    with transaction.atomic():
        ownkeys.destroy(member)  # first, as `save` locks them, so that neither waits for the other forever
        SafetyPlan.objects.filter(member=member).delete()


def keep_offline(member: Member, *, on: bool) -> bool:
    """Allows the member's devices to keep the plan, or no longer. False when there is no plan."""
    return bool(SafetyPlan.objects.filter(member=member).update(keeps_offline=on))


def _opened(member: Member, row: SafetyPlan) -> Plan:
    try:
        key = ownkeys.key_of(member)
        words = key.unseal(row.sealed, purpose=PURPOSE) if key else ""
    except NotReadable as error:
        raise _closed() from error
    if not words:
        raise _closed()
    found = json.loads(words)
    lists = {part: tuple(found.get(part, ())) for part in Plan.__slots__ if part != "remember"}
    return Plan(**lists, remember=found.get("remember", ""))


def _closed() -> CannotOpen:
    log.warning("a safety plan cannot be opened with the keys in FIELD_KEYS")
    return CannotOpen()


@keyring.turns("members' own keys")
def _rewrap_keys() -> int:
    return ownkeys.rewrap_all()
