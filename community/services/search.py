"""The one door to finding things: `find`, and `index`, `forget`, `register` for those who have things to be found.

Words are met without case and accents, longer ones as beginnings, with others that mean the same. When nothing has all
of them, misspelt words are put right; when nothing has those either, things that have some of the words are given. What
somebody looks for is not stored, counted or logged anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise

from community import search_words
from community.models import Member, SearchSpelling, SearchWord
from community.search_words import Piece, Question, Term, Word, ask
from community.services.search_index import Document, Hit, Kind, Own, forget, index, kinds, owns, register, register_own

__all__ = ["Document", "Group", "Hit", "Kind", "Own", "Results", "Shown", "find", "forget", "index", "register",
           "ask", "register_own"]  # fmt: skip
SHOWN = 8
CANDIDATES = 3000  # words looked at for all misspelt ones together
TITLE_COUNTS = 8.0  # as much as so many words of the text
_SQLITE = """
WITH found AS MATERIALIZED (
  SELECT rowid AS id, -bm25(community_search, %s, 1.0) AS score FROM community_search WHERE community_search MATCH %s
), placed AS (
  SELECT e.kind, e.thing_id, COUNT(*) OVER (PARTITION BY e.kind) AS total, ROW_NUMBER() OVER (
    PARTITION BY e.kind ORDER BY e.near NOT IN (%s, 'INT', ''), found.score DESC, e.thing_id
  ) AS place
  FROM found JOIN community_searchentry e ON e.id = found.id WHERE e.kind IN ({kinds}) AND (e.is_public OR %s)
)
SELECT kind, thing_id, total FROM placed WHERE place <= %s ORDER BY kind, place
"""
_POSTGRES = """
WITH placed AS (
  SELECT e.kind, e.thing_id, COUNT(*) OVER (PARTITION BY e.kind) AS total, ROW_NUMBER() OVER (
    PARTITION BY e.kind ORDER BY e.near NOT IN (%s, 'INT', ''),
      ts_rank(e.title_found, asked.q) * %s + ts_rank(e.found, asked.q) DESC, e.thing_id
  ) AS place
  FROM community_searchentry e, (SELECT %s::tsquery AS q) asked
  WHERE e.found @@ asked.q AND e.kind IN ({kinds}) AND (e.is_public OR %s)
)
SELECT kind, thing_id, total FROM placed WHERE place <= %s ORDER BY kind, place
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit with what was found in it marked."""

    hit: Hit
    title: list[Piece]
    text: list[Piece]


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind: the best first; `count` says how many there are in all."""

    name: str
    title: str | Promise
    count: int
    shown: list[Shown]


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

_Found = dict[str, tuple[int, list[int]]]  # for each kind how many, and the first of them


@dataclass(frozen=True, slots=True)
class _Asker:
    kinds: list[Kind]
    viewer: Member | None
    near: str
    limit: int


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
    asker = _Asker([kind for kind in kinds() if names is None or kind.name in names], viewer, near, limit)
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
    asker = _Asker([kind for kind in kinds() if kind.name == of], None, near, limit)
    if not question.words:
        return []
    found, _, is_partial = _looked_up(question, asker, as_written=False)
    return [] if is_partial or of not in found else found[of][1]


def alike(words: Sequence[str], of: str, *, limit: int) -> list[int]:
    """Keys of the public things of the kind `of` that hold most of these whole words, best first. One query."""
    asker = _Asker([kind for kind in kinds() if kind.name == of], None, "", limit)
    asked = [Word(word, (Term(word),)) for word in words]
    return _matching(asked, asker, all_of_them=False).get(of, (0, []))[1] if asked and asker.kinds else []


def _own_group(own: Own, question: Question, used: Question, viewer: Member, limit: int) -> Group:
    """As it was written first: names and words of rooms may be known to no index."""
    count, hits = own.look(question, viewer, limit)
    sought = question.terms()
    if not hits and used is not question:
        count, hits = own.look(used, viewer, limit)
        sought = used.terms()
    return Group(own.name, own.title, count, [_marked(hit, sought) for hit in hits])


def _looked_up(question: Question, asker: _Asker, *, as_written: bool) -> tuple[_Found, Question, bool]:
    if not asker.kinds:
        return {}, question, False
    found = _matching(question.words, asker, all_of_them=True)
    if found:
        return found, question, False
    better = {} if as_written else put_right(question.words)
    if better:
        question = question.spelt(better)
        found = _matching(question.words, asker, all_of_them=True)
    if found or len(question.words) == 1:
        return found, question, False
    # "The", "of" and the like would match nearly everything.
    telling = [word for word in question.words if len(word.text) >= search_words.BEGINNINGS_FROM] or question.words
    return _matching(telling, asker, all_of_them=False), question, True


def _group(kind: Kind, count: int, pks: list[int], question: Question, viewer: Member | None) -> Group:
    hits = kind.show(pks, viewer)
    sought = question.terms()
    shown = [_marked(hits[pk], sought) for pk in pks if pk in hits]
    # An entry that went away a moment ago is not counted either.
    return Group(kind.name, kind.title, count - (len(pks) - len(shown)), shown)


def _marked(hit: Hit, sought: tuple[Term, ...]) -> Shown:
    return Shown(hit, search_words.marked(hit.title, sought), search_words.around(hit.text, sought))


# --- Asking the database ---------------------------------------------------------------------------


def _matching(words: Sequence[Word], asker: _Asker, *, all_of_them: bool) -> _Found:
    names = [kind.name for kind in asker.kinds]
    holes = ", ".join(["%s"] * len(names))
    near, members_too = asker.near or "-", asker.viewer is not None
    values: list[Any]
    if connection.vendor == "sqlite":
        asked = _joined([_fts5(word) for word in words], " AND " if all_of_them else " OR ")
        sql, values = _SQLITE, [TITLE_COUNTS, asked, near]
    else:
        asked = _joined([_tsquery(word) for word in words], " & " if all_of_them else " | ")
        sql, values = _POSTGRES, [near, TITLE_COUNTS, asked]
    with connection.cursor() as cursor:
        cursor.execute(sql.format(kinds=holes), [*values, *names, members_too, asker.limit])
        rows = cursor.fetchall()
    found: _Found = {}
    for kind, pk, total in rows:
        found.setdefault(kind, (total, []))[1].append(pk)
    return found


def _joined(parts: list[str], how: str) -> str:
    return how.join(f"({part})" for part in parts)


def _fts5(word: Word) -> str:
    return " OR ".join([_joined([_fts5_term(one) for one in word.terms], " AND "), *map(_fts5_term, word.others)])


def _fts5_term(term: Term) -> str:
    # A term is letters and digits only, so nothing in it can end the quotes.
    return f'"{term.text}"{" *" if term.is_beginning else ""}'


def _tsquery(word: Word) -> str:
    return " | ".join([_joined([_lexeme(one) for one in word.terms], " & "), *map(_lexeme, word.others)])


def _lexeme(term: Term) -> str:
    return f"'{term.text}'{':*' if term.is_beginning else ''}"


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
