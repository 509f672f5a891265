"""The one place that decides who may do what: `may(actor, action, thing)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from community.models import Member
from community.refusals import NotYours

Rule = Callable[[Member, Any], bool]
ROLES = ("hosts", "moderators", "leads", "reviewers", "curators", "admins")  # Django's groups, made by a migration
_rules: dict[str, Rule] = {}


def rule(action: str) -> Callable[[Rule], Rule]:
    """Enters a row into the table: the decorated function answers for `action`."""

    def enter(function: Rule) -> Rule:
        if action in _rules:
            raise ValueError(f"two rules for {action}")
        _rules[action] = function
        return function

    return enter


def actions() -> frozenset[str]:
    """Every action that has a rule."""
    return frozenset(_rules)


def may(actor: Member | None, action: str, thing: Any = None) -> bool:
    """True when `actor` may do `action` to `thing`. Nobody signed in, or unable to sign in, may do nothing.

    Raises KeyError for an action without a rule: forgetting a row must not open a door.
    """
    decide = _rules[action]
    return isinstance(actor, Member) and actor.may_sign_in() and decide(actor, thing)


def require(actor: Member | None, action: str, thing: Any = None) -> None:
    """Raises `NotYours` unless `may(actor, action, thing)`."""
    if not may(actor, action, thing):
        raise NotYours


def has_role(member: Member, *roles: str) -> bool:
    """True when the member is in one of these groups."""
    return any(group.name in roles for group in member.groups.all())


@rule("resources.curate")
def _curate(actor: Member, thing: object) -> bool:
    return has_role(actor, "curators", "admins")


@rule("resources.withdraw")
def _withdraw(actor: Member, thing: object) -> bool:
    return has_role(actor, "curators", "admins", "moderators", "leads")


@rule("site.administer")
def _administer(actor: Member, thing: object) -> bool:
    return actor.is_superuser or has_role(actor, "admins")


@rule("story.write")
def _story_write(actor: Member, story: Any) -> bool:
    return actor.pk == story.writer_id or has_role(actor, "curators", "admins")


@rule("story.review")
def _story_review(actor: Member, thing: object) -> bool:
    return has_role(actor, "reviewers")


@rule("story.edit")
def _story_edit(actor: Member, thing: object) -> bool:
    return has_role(actor, "curators", "admins")


@rule("story.withdraw")
def _story_withdraw(actor: Member, story: Any) -> bool:
    return actor.pk == story.writer_id or has_role(actor, "curators", "admins", "moderators", "leads", "reviewers")


@rule("story.desk")
def _story_desk(actor: Member, thing: object) -> bool:
    return has_role(actor, "reviewers", "curators", "admins")


@rule("story.look")
def _story_look(actor: Member, thing: object) -> bool:
    return has_role(actor, "reviewers", "curators", "admins", "moderators", "leads")
