"""How a member hears of a decision about them: among their notices, and for some kinds by a neutral letter."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from community.models import Member
from community.services import digest, notices, outbox
from moderation.models import Decision

Kind = Decision.Kind
DECISION = "decision"  # kind of the notice
WRITTEN = Decision.APPEALABLE | {Kind.UPHELD, Kind.LIFTED}  # of these a letter goes out, too
LETTERS_WAIT = timedelta(seconds=60)  # where the decision can be undone for a moment


def key_of(decision: Decision) -> str:
    """The cause "this was decided"."""
    return f"decision:{decision.token}"


def tell(decision: Decision) -> None:
    """The member finds its statement of reasons among their notices. Call in the transaction that stores it."""
    if decision.member_id and decision.kind in Decision.TELLS:
        path = f"/you/decisions/{decision.token}/"
        notices.notify([decision.member_id], kind=DECISION, key=key_of(decision), subject="", path=path)
        letter = _letter_to(decision.member) if decision.member and decision.kind in WRITTEN else None
        if letter:
            outbox.write(**letter, wait=LETTERS_WAIT if decision.before else timedelta())


def take_back(decision: Decision) -> None:
    """Nothing of it is told any more, as far as nobody has seen it. Call in the transaction that undoes it."""
    notices.take_back(key_of(decision))
    letter = _letter_to(decision.member) if decision.member and decision.kind in WRITTEN else None
    if letter:
        outbox.take_back(to=letter["to"], body=letter["body"], since=decision.at)


def _letter_to(member: Member) -> dict[str, str] | None:
    """Whoever can't sign in sees no notice. The letter says that something is new, and no more."""
    address = digest.address_of(member)
    if address is None:
        return None
    with translation.override(member.language):
        link, help_now = (settings.BASE_URL + reverse(name) for name in ("notifications", "help-now"))
        context = {"site_name": settings.SITE_NAME, "link": link, "help": help_now}
        body = render_to_string("emails/decided.txt", context)
        return {"to": address, "subject": _("Something new for you"), "body": body}
