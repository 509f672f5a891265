"""The way of a version: handed in, read by a second person, tried, put in force, and back again in one step."""

from __future__ import annotations

from community.models import Member
from moderation.models import PhraseVersion


def ask(by: Member, token: str, *, edits: int) -> PhraseVersion:
    """Hands a draft in for a second reader: it gets its number, is compiled, and never changes again.

    Raises `phrase_checks.NotSound` with its `problems`, `Changed`, `NotNow` and `NotYours`.
    """
    raise NotImplementedError


def sign(by: Member, token: str, reason: str = "") -> PhraseVersion:
    """The second person's yes. Raises `NotNow` to whoever wrote at it, without a finished dry run of this very text,
    and, where something that mattered would be missed, unless the author's and the reader's reasons are there.
    """
    raise NotImplementedError


def trial(by: Member, token: str, *, days: int = 7) -> PhraseVersion:
    """Counts what a signed version finds for so many days (1 to 30), without consequences."""
    raise NotImplementedError


def put_in_force(by: Member, token: str) -> PhraseVersion:
    """Makes a signed version the one in force; the smoke list is read once more before."""
    raise NotImplementedError


def go_back(by: Member) -> PhraseVersion | None:
    """The version before in force again, or none: the release alone. One step."""
    raise NotImplementedError


def drop(by: Member, token: str) -> PhraseVersion:
    """A draft, or one that waits or is on trial, is let go. Raises `NotNow` and `NotYours`."""
    raise NotImplementedError
