"""Asking the index of the search: one statement, however many kinds of things are looked through.

Of kinds that may be many, only so many are put in order: the newest, and those with the words in their title. A word
that half of a library holds says little about what is meant, and ordering all of it would take a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from community.models import Member
from community.search_words import Term, Word
from community.services.search_index import Kind

TITLE_COUNTS = 8.0  # as much as so many words of the text
Found = dict[str, tuple[int, list[int]]]  # for each kind how many, counted to one more than are ranked; and the first
_SQLITE = """
new{n} AS MATERIALIZED (
  SELECT rowid AS id, -bm25(community_search, %s, 1.0, 0.0) AS score FROM community_search
  WHERE community_search MATCH %s ORDER BY rowid DESC LIMIT %s
), titled{n} AS MATERIALIZED (
  SELECT rowid AS id, -bm25(community_search, %s, 1.0, 0.0) AS score FROM community_search
  WHERE community_search MATCH CASE WHEN (SELECT COUNT(*) FROM new{n}) >= %s THEN %s ELSE '""' END
  ORDER BY rowid DESC LIMIT %s
)"""
_POSTGRES = """
new{n} AS MATERIALIZED (
  SELECT id FROM community_search_newest(%s::tsquery, %s) AS id
), titled{n} AS MATERIALIZED (
  SELECT id FROM community_search_titled(%s::tsquery, %s) AS id WHERE (SELECT COUNT(*) FROM new{n}) >= %s
)"""
_PLACED = """
placed AS (
  SELECT e.kind, e.thing_id, COUNT(*) OVER (PARTITION BY e.kind) AS total, ROW_NUMBER() OVER (
    PARTITION BY e.kind ORDER BY e.near NOT IN (%s, 'INT', ''), {score} DESC, e.thing_id DESC
  ) AS place
  FROM ({found}) found JOIN community_searchentry e ON e.id = found.id
)
SELECT kind, thing_id, total FROM placed WHERE place <= %s ORDER BY kind, place"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for what: the kinds, near which country, how many of each; `ranked` instead of what the kinds say."""

    kinds: list[Kind]
    viewer: Member | None
    near: str
    limit: int
    ranked: int = 0


def matching(words: Sequence[Word], asker: Asker, *, all_of_them: bool) -> Found:
    """The best of each kind that hold these words, all of them or some. One query."""
    sql, values = (_sqlite if connection.vendor == "sqlite" else _postgres)(words, asker, all_of_them=all_of_them)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    found: Found = {}
    for kind, pk, total in rows:
        found.setdefault(kind, (total, []))[1].append(pk)
    return found


def _sought(kind: Kind, asker: Asker) -> tuple[str, int]:
    """How entries of this kind that the viewer may see are marked (migration `search_marks`); how many are too many."""
    mark = f"_{kind.name}" if asker.viewer is not None else f"_{kind.name}_all"
    return mark, 1 + (asker.ranked or kind.ranked)


def _sqlite(words: Sequence[Word], asker: Asker, *, all_of_them: bool) -> tuple[str, list[Any]]:
    asked = _joined([_fts5(word) for word in words], " AND " if all_of_them else " OR ")
    values: list[Any] = []
    for kind in asker.kinds:
        mark, beyond = _sought(kind, asker)
        values += [TITLE_COUNTS, f'"{mark}" AND ({asked})', beyond]
        values += [TITLE_COUNTS, beyond, f'"{mark}" AND {{title_terms}} : ({asked})', beyond]
    both = " UNION ALL ".join(f"SELECT * FROM {name}" for name in _named(asker))  # noqa: S608  (our own names)
    found = f"SELECT id, MAX(score) AS score FROM ({both}) GROUP BY id"  # noqa: S608
    return _statement(_SQLITE, asker, "found.score", found), [*values, asker.near or "-", asker.limit]


def _postgres(words: Sequence[Word], asker: Asker, *, all_of_them: bool) -> tuple[str, list[Any]]:
    asked = _joined([_tsquery(word) for word in words], " & " if all_of_them else " | ")
    values: list[Any] = []
    for kind in asker.kinds:
        mark, beyond = _sought(kind, asker)
        marked = f"'{mark}' & ({asked})"
        values += [marked, beyond, marked, beyond, beyond]
    found = " UNION ".join(f"SELECT id FROM {name}" for name in _named(asker))  # noqa: S608
    score = "ts_rank(e.title_found, %s::tsquery) * %s + ts_rank(e.found, %s::tsquery)"
    values += [asker.near or "-", asked, TITLE_COUNTS, asked, asker.limit]
    return _statement(_POSTGRES, asker, score, found), values


def _named(asker: Asker) -> list[str]:
    return [f"{part}{n}" for n in range(len(asker.kinds)) for part in ("new", "titled")]


def _statement(part: str, asker: Asker, score: str, found: str) -> str:
    parts = [part.format(n=n) for n in range(len(asker.kinds))]
    return "WITH " + ", ".join([*parts, _PLACED.format(score=score, found=found)])


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
