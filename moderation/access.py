"""Moderation's rows of the access table."""

from __future__ import annotations

from community.access import has_role, rule
from community.models import Member


@rule("members.keep-apart")
def _keep_apart(actor: Member, thing: object) -> bool:
    return has_role(actor, "moderators", "leads")


@rule("flags.work")
def _work(actor: Member, thing: object) -> bool:
    return has_role(actor, "moderators", "leads")


@rule("care.lead")
def _lead_with_care(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads")


@rule("replies.see")
def _see_replies(actor: Member, thing: object) -> bool:
    return has_role(actor, "hosts", "moderators", "leads")


@rule("flags.set-times")
def _set_times(actor: Member, thing: object) -> bool:
    return has_role(actor, "admins")


@rule("audit.read")
def _read_audit(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads", "admins")


@rule("phrases.see")
def _see_phrases(actor: Member, thing: object) -> bool:
    return has_role(actor, "moderators", "leads", "admins")


@rule("phrases.write")
def _write_phrases(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads", "admins")


@rule("phrases.sign")
def _sign_phrases(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads", "admins")


@rule("numbers.see")
def _see_numbers(actor: Member, thing: object) -> bool:
    return has_role(actor, "moderators", "leads", "admins")


@rule("numbers.take-out")
def _take_numbers_out(actor: Member, thing: object) -> bool:
    return has_role(actor, "admins")


@rule("thresholds.set")
def _set_thresholds(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads", "admins")


@rule("roster.lead")
def _lead_roster(actor: Member, thing: object) -> bool:
    return has_role(actor, "leads")
