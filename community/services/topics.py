"""What a member asked to meet folded: shared topics, and words of their own, which are stored sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from community import fieldcrypt, text
from community.fieldcrypt import NotReadable
from community.models import FoldedTopic, Member
from community.refusals import Refusal
from community.services import keyring
from community.topics import LABELS, NOTHING, Folding, folding_of, piece_of

WORDS_LIMIT = 30
SHORTEST, LONGEST = 2, 40


class NotAWord(Refusal):
    """Too short, too long, or nothing that could be found in a message."""

    code = "not-a-word"
    detail = _("Write a word or a few, with 2 to 40 letters.")


class TooManyWords(Refusal):
    """As many own words as fit."""

    code = "too-many-words"

    def __init__(self) -> None:
        words = ngettext("%(n)s word fits here.", "%(n)s words fit here. You could remove one first.", WORDS_LIMIT)
        super().__init__(words % {"n": WORDS_LIMIT})


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one member chose, to show and to change."""

    topics: list[tuple[str, str | Promise, bool]]  # key, label, whether it is folded
    words: list[str]
    is_some_closed: bool  # words that no key of the ring opens right now


def folding_for(member: Member) -> Folding:
    """The rules by which messages of others arrive folded for this member."""
    rows = list(FoldedTopic.objects.filter(member=member))
    if not rows:
        return NOTHING
    words, _closed = _words(rows)
    return folding_of((row.topic for row in rows), words.values())


def chosen_by(member: Member) -> Chosen:
    """Every shared topic and whether it is folded, and the member's own words in the order they came."""
    rows = list(FoldedTopic.objects.filter(member=member).order_by("pk"))
    folded = {row.topic for row in rows}
    words, closed = _words(rows)
    return Chosen([(key, label, key in folded) for key, label in LABELS.items()], list(words.values()), bool(closed))


def choose(member: Member, topics: Iterable[str]) -> None:
    """Folds exactly these shared topics; own words stay. What is no topic is left out."""
    wanted = set(topics) & LABELS.keys()
    with transaction.atomic():
        FoldedTopic.objects.filter(member=member).exclude(topic="").exclude(topic__in=wanted).delete()
        rows = [FoldedTopic(member=member, topic=topic) for topic in wanted]
        FoldedTopic.objects.bulk_create(rows, ignore_conflicts=True)


def add_words(member: Member, words: str) -> None:
    """One more word or phrase to fold; the same again changes nothing. Raises `NotAWord`, `TooManyWords`."""
    words = _tidied(words)
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)  # so that two devices don't pass the limit together
        rows = list(FoldedTopic.objects.filter(member=member, topic=""))
        if piece_of(words) in {piece_of(one) for one in _words(rows)[0].values()}:
            return
        if len(rows) >= WORDS_LIMIT:
            raise TooManyWords
        FoldedTopic.objects.create(member=member, words=fieldcrypt.seal(words, purpose=_purpose(member.pk)))


def remove_words(member: Member, words: str) -> None:
    """No longer folds this word or phrase. Named by itself, since a number would count everybody's."""
    rows = FoldedTopic.objects.filter(member=member, topic="")
    FoldedTopic.objects.filter(pk__in=[pk for pk, one in _words(rows)[0].items() if one == words]).delete()


def remove_closed(member: Member) -> None:
    """Takes away the words that can't be opened with the keys there are."""
    rows = FoldedTopic.objects.filter(member=member, topic="")
    FoldedTopic.objects.filter(pk__in=_words(rows)[1]).delete()


@keyring.turns("words to fold")
def rewrap_all() -> int:
    """Seals everybody's own words anew under the first key of the ring; how many were not yet."""
    return fieldcrypt.rewrap(FoldedTopic.objects.all(), "words", purpose=lambda row: _purpose(row.member_id))


def _tidied(words: str) -> str:
    try:
        found = " ".join(text.tidy(words, limit=LONGEST).split())
    except Refusal as refusal:
        raise NotAWord from refusal
    if len(found) < SHORTEST or not piece_of(found):
        raise NotAWord
    return found


def _words(rows: Iterable[FoldedTopic]) -> tuple[dict[int, str], list[int]]:
    """Own words by row, and the rows that can't be opened."""
    found: dict[int, str] = {}
    closed = []
    for row in rows:
        try:
            if not row.topic:
                found[row.pk] = fieldcrypt.unseal(row.words, purpose=_purpose(row.member_id))
        except NotReadable:
            closed.append(row.pk)
    return found, closed


def _purpose(member_id: int) -> str:
    return f"folded-words:{member_id}"
