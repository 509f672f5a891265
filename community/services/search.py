"""The one door to finding things: `find`, and `index`, `forget`, `register` for those who have things to be found.

Words are met without case and accents, longer ones as beginnings, with others that mean the same. When nothing has all
of them, misspelt words are put right; when nothing has those either, things that have some of the words are given. What
somebody looks for is not stored, counted or logged anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.functional import Promise

from community import search_marking, search_words
from community.models import Member, SearchSpelling, SearchWord
from community.search_marking import Piece
from community.search_words import Question, Term, Word, ask
from community.services.search_asking import Asker, Found, matching
from community.services.search_index import Document, Hit, Kind, Own, forget, index, kinds, owns, register, register_own

__all__ = ["Document", "Group", "Hit", "Kind", "Own", "Results", "Shown", "find", "forget", "index", "register",
           "ask", "register_own"]  # fmt: skip
SHOWN = 8
ALIKE = 5000  # things with rare words in common, of which the nearest are taken
CANDIDATES = 3000  # words looked at for all misspelt ones together


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit with what was found in it marked."""

    hit: Hit
    title: list[Piece]
    text: list[Piece]


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind: the best first; `count` says how many, `is_more` that there are more than that."""

    name: str
    title: str | Promise
    count: int
    shown: list[Shown]
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """What was found. `instead` is what was looked for in place of a misspelt question, else empty.

    `is_partial`: nothing has all the words; these have some of them.
    """

    question: Question
    groups: list[Group] = field(default_factory=list)
    instead: str = ""
    is_partial: bool = False


MOST_KEYS = 5000


def find(
    query: str,
    of: Iterable[str] | None = None,
    *,
    viewer: Member | None,
    limit: int = SHOWN,
    near: str = "",
    as_written: bool = False,
) -> Results:
    """At most `limit` things of each kind (of all, or those named in `of`) that `viewer` may see; best first.

    Whatever `query` holds, it is words. `near` is the country whose entries come first, with
    those for people anywhere: a number of another country is of little use. `as_written` insists on
    the spelling. How many queries it takes is bounded, and does not depend on how much is found.
    """
    question = ask(query)
    names = None if of is None else set(of)
    asker = Asker([kind for kind in kinds() if names is None or kind.name in names], viewer, near, limit)
    if not question.words:
        return Results(question)
    found, used, is_partial = _looked_up(question, asker, as_written=as_written)
    groups = [(kind.place, _group(kind, *found[kind.name], used, viewer)) for kind in asker.kinds if kind.name in found]
    if viewer is not None:
        mine = [own for own in owns() if names is None or own.name in names]
        groups += [(own.place, _own_group(own, question, used, viewer, limit)) for own in mine]
    kept = [group for _, group in sorted(groups, key=lambda pair: pair[0]) if group.shown]
    instead = " ".join(word.text for word in used.words) if used is not question and kept else ""
    return Results(question, kept, instead, is_partial and bool(found))


def keys(query: str, of: str, *, near: str = "", limit: int = MOST_KEYS) -> list[int]:
    """Keys of the things of the kind `of` that hold every word of `query`, best first, misspelt words put right.

    For what every reader may see, to be narrowed further by the caller.
    """
    question = ask(query)
    asker = Asker([kind for kind in kinds() if kind.name == of], None, near, limit)
    if not question.words:
        return []
    found, _, is_partial = _looked_up(question, asker, as_written=False)
    return [] if is_partial or of not in found else found[of][1]


def alike(words: Sequence[str], of: str, *, limit: int) -> list[int]:
    """Keys of the public things of the kind `of` that hold most of these whole words, best first. One query."""
    asker = Asker([kind for kind in kinds() if kind.name == of], None, "", limit, ranked=ALIKE)
    asked = [Word(word, (Term(word),)) for word in words]
    return matching(asked, asker, all_of_them=False).get(of, (0, []))[1] if asked and asker.kinds else []


def _own_group(own: Own, question: Question, used: Question, viewer: Member, limit: int) -> Group:
    """As it was written first: names and words of rooms may be known to no index."""
    count, hits = own.look(question, viewer, limit)
    sought = question.terms()
    if not hits and used is not question:
        count, hits = own.look(used, viewer, limit)
        sought = used.terms()
    return Group(own.name, own.title, count, [_marked(hit, sought) for hit in hits])


def _looked_up(question: Question, asker: Asker, *, as_written: bool) -> tuple[Found, Question, bool]:
    if not asker.kinds:
        return {}, question, False
    found = matching(question.words, asker, all_of_them=True)
    if found:
        return found, question, False
    better = {} if as_written else put_right(question.words)
    if better:
        question = question.spelt(better)
        found = matching(question.words, asker, all_of_them=True)
    if found or len(question.words) == 1:
        return found, question, False
    # "The", "of" and the like would match nearly everything.
    telling = [word for word in question.words if len(word.text) >= search_words.BEGINNINGS_FROM] or question.words
    return matching(telling, asker, all_of_them=False), question, True


def _group(kind: Kind, count: int, pks: list[int], question: Question, viewer: Member | None) -> Group:
    hits = kind.show(pks, viewer)
    sought = question.terms()
    shown = [_marked(hits[pk], sought) for pk in pks if pk in hits]
    # An entry that went away a moment ago is not counted either.
    is_more = count > kind.ranked
    return Group(kind.name, kind.title, min(count, kind.ranked) - (len(pks) - len(shown)), shown, is_more)


def _marked(hit: Hit, sought: tuple[Term, ...]) -> Shown:
    return Shown(hit, search_marking.marked(hit.title, sought), search_marking.around(hit.text, sought))


# --- Spelling ----------------------------------------------------------------------------------------


def put_right(words: Sequence[Word]) -> dict[str, str]:
    """For each word that stands nowhere, not even as a beginning, the one that was most likely meant. Two queries."""
    doubtful = [word.text for word in words if word.may_be_misspelt]
    if not doubtful:
        return {}
    begins = Q()
    for text in doubtful:
        begins |= Q(word__startswith=search_words.singular(text))
    known = [*SearchWord.objects.filter(begins).values_list("word", flat=True)[:CANDIDATES], *search_words.synonyms()]
    unknown = [text for text in doubtful if not any(one.startswith(search_words.singular(text)) for one in known)]
    keys = {key for text in unknown for key in search_words.near(text)}
    near = SearchSpelling.objects.filter(key__in=keys).order_by("-word__uses", "word__word")
    candidates = list(near.values_list("word__word", "word__uses").distinct()[:CANDIDATES])
    candidates += [(word, 1) for word in search_words.synonyms()]
    meant = {text: search_words.nearest(text, candidates) for text in unknown}
    return {text: word for text, word in meant.items() if word}
