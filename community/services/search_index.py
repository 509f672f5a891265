"""Keeping the index of the search equal to what there is: one thing at a time as it changes, everything when in doubt.

Each kind of thing says by itself what its things can be found by (`Kind.documents`). The index holds plain words only;
what a page shows of a thing is always read afresh (`Kind.show`), so an index that lags gives nobody what is not theirs.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, models, transaction
from django.utils.functional import Promise

from community import search_words
from community.duties import duty
from community.models import Member, SearchEntry, SearchSpelling, SearchWord
from community.search_words import Question

AT_ONCE = 500
MOST_WORDS = 600  # of one thing; what stands further down is not found
CHECKED_EVERY_SECONDS = 15 * 60
_WRITTEN = ["near", "is_public", "title_terms", "body_terms"]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """What one thing can be found by. `near`: country whose people get it first. Not `is_public`: members only."""

    pk: int
    title: str
    body: str = ""
    near: str = ""
    is_public: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing as a page shows it: where it is, a line about it, and the text in which words were found."""

    title: str
    url: str
    detail: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that can be found.

    `documents(None)` gives all things that some member may see, `documents(pks)` those of them that are among `pks`.
    `show(pks, viewer)` gives what this viewer (None: a visitor) may see of them now, in a fixed number of queries.
    Where more than `ranked` of them have a word, the newest so many are put in order, and those with it in their title.
    """

    name: str
    title: str | Promise
    model: type[models.Model]
    documents: Callable[[Iterable[int] | None], Iterable[Document]]
    show: Callable[[Sequence[int], Member | None], Mapping[int, Hit]]
    place: int = 0
    ranked: int = 12_000


@dataclass(frozen=True, slots=True)
class Own:
    """A kind of thing that is in no index, because only the viewer may find it.

    `look(question, viewer, limit)` says how many there are and gives the first of them, with bounded work.
    """

    name: str
    title: str | Promise
    look: Callable[[Question, Member, int], tuple[int, Sequence[Hit]]]
    place: int = 0


_kinds: dict[str, Kind] = {}
_owns: dict[str, Own] = {}


def register(kind: Kind) -> Kind:
    """Enters a kind; an app does so when it starts. Entering it again replaces it."""
    _kinds[kind.name] = kind
    return kind


def kinds() -> list[Kind]:
    """Every kind, in the order of their groups on the page."""
    return sorted(_kinds.values(), key=lambda kind: (kind.place, kind.name))


def register_own(own: Own) -> Own:
    """Enters a kind of things that are looked through for each viewer."""
    _owns[own.name] = own
    return own


def owns() -> list[Own]:
    """Every kind that is looked through for each viewer."""
    return list(_owns.values())


def kind_of(thing: models.Model) -> Kind:
    """The kind that this thing belongs to. Raises KeyError when its model has none."""
    found = next((kind for kind in _kinds.values() if isinstance(thing, kind.model)), None)
    if found is None:
        raise KeyError(type(thing).__name__)
    return found


def index(thing: models.Model) -> None:
    """Makes a thing be found by what it says now, or not at all if nobody may see it. Safe to repeat."""
    kind = kind_of(thing)
    with transaction.atomic():
        _write(kind, [thing.pk])


def forget(thing: models.Model) -> None:
    """Nobody finds it any more."""
    SearchEntry.objects.filter(kind=kind_of(thing).name, thing_id=thing.pk).delete()


def index_quietly(thing: models.Model) -> None:
    """`index` for those who have stored something and cannot wait for the search: the next repair makes up for it."""
    try:
        index(thing)
    except DatabaseError as error:
        log.warning("A %s could not be indexed yet: %s", type(thing).__name__, type(error).__name__)


def _write(kind: Kind, pks: list[int]) -> int:
    """Brings the entries of these things up to date; how many were not."""
    # Held first, read afterwards: of two who index the same thing at once, the later one reads the newer text.
    held = SearchEntry.objects.select_for_update().filter(kind=kind.name, thing_id__in=pks).order_by("thing_id")
    stale, gone = _compared(kind, pks, list(held))
    if gone:
        SearchEntry.objects.filter(kind=kind.name, thing_id__in=gone).delete()
    if stale:
        SearchEntry.objects.bulk_create(
            stale, update_conflicts=True, unique_fields=["kind", "thing_id"], update_fields=_WRITTEN
        )
        _learn({word for entry in stale for word in _words_of(entry)})
    return len(stale) + len(gone)


def _compared(kind: Kind, pks: list[int], held: list[SearchEntry]) -> tuple[list[SearchEntry], list[int]]:
    """The entries that have to be written, and the keys of those that have to go."""
    stored = {entry.thing_id: entry for entry in held}
    wanted = {one.pk: _entry(kind, one) for one in kind.documents(pks)}
    stale = [entry for pk, entry in wanted.items() if pk not in stored or _differ(stored[pk], entry)]
    return stale, [pk for pk in stored if pk not in wanted]


def _entry(kind: Kind, one: Document) -> SearchEntry:
    title = search_words.terms(one.title)[:MOST_WORDS]
    body = search_words.terms(one.body)[:MOST_WORDS]
    return SearchEntry(
        kind=kind.name, thing_id=one.pk, near=one.near, is_public=one.is_public,
        title_terms=" ".join(title), body_terms=" ".join(body),
    )  # fmt: skip


def _differ(one: SearchEntry, other: SearchEntry) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in _WRITTEN)


def _words_of(entry: SearchEntry) -> set[str]:
    found = {*entry.title_terms.split(), *entry.body_terms.split()}
    return {word for word in found if search_words.is_spelling_kept(word)}


# --- The words in use ----------------------------------------------------------------------------


def _learn(words: set[str]) -> None:
    """Keeps words that are new, with the keys by which misspelt ones find them."""
    for some in _portions(sorted(words)):
        known = set(SearchWord.objects.filter(word__in=some).values_list("word", flat=True))
        new = [word for word in some if word not in known]
        if not new:
            continue
        SearchWord.objects.bulk_create([SearchWord(word=word) for word in new], ignore_conflicts=True)
        rows = SearchWord.objects.filter(word__in=new).order_by("word")
        spellings = [SearchSpelling(key=key, word=row) for row in rows for key in sorted(search_words.near(row.word))]
        SearchSpelling.objects.bulk_create(spellings, ignore_conflicts=True, batch_size=2000)


def _portions(items: Sequence[Any]) -> Iterator[list[Any]]:
    return (list(items[start : start + AT_ONCE]) for start in range(0, len(items), AT_ONCE))


def _count_words() -> None:
    """Drops words that nobody uses any more, learns those that are missing, notes how often each stands somewhere."""
    uses: Counter[str] = Counter()
    for entry in SearchEntry.objects.only("title_terms", "body_terms").iterator(AT_ONCE):
        uses.update(_words_of(entry))
    kept = dict(SearchWord.objects.values_list("word", "uses"))
    for some in _portions(sorted(kept.keys() - uses.keys())):
        SearchWord.objects.filter(word__in=some).delete()
    _learn(uses.keys() - kept.keys())
    moved = [word for word, count in uses.items() if kept.get(word) != count]
    for some in _portions(sorted(moved)):
        rows = list(SearchWord.objects.filter(word__in=some).order_by("word"))
        for row in rows:
            row.uses = uses[row.word]
        SearchWord.objects.bulk_update(rows, ["uses"])


# --- Repair --------------------------------------------------------------------------------------


@duty("search index", every_seconds=CHECKED_EVERY_SECONDS)
def repair() -> int:
    """Makes the index say what there is, whatever went wrong; how many entries were not right. Harmless twice."""
    wrong = sum(_repair(kind) for kind in kinds())
    strangers = SearchEntry.objects.exclude(kind__in=[kind.name for kind in kinds()])
    wrong += strangers.delete()[0]
    _count_words()
    return wrong


def _repair(kind: Kind) -> int:
    wrong = 0
    for pks in _portions(list(kind.model._default_manager.order_by("pk").values_list("pk", flat=True))):
        # Looked at without holding anything; mostly there is nothing to write.
        stale, gone = _compared(kind, pks, list(SearchEntry.objects.filter(kind=kind.name, thing_id__in=pks)))
        if stale or gone:
            with transaction.atomic():
                wrong += _write(kind, [*(entry.thing_id for entry in stale), *gone])
    there = kind.model._default_manager.values("pk")
    return wrong + SearchEntry.objects.filter(kind=kind.name).exclude(thing_id__in=there).delete()[0]


def rebuild() -> int:
    """Throws the index away and makes it anew; how many things can be found."""
    for model in (SearchEntry, SearchSpelling, SearchWord):
        model._default_manager.all().delete()
    repair()
    return SearchEntry.objects.count()
