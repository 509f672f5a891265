"""The index of the search: what each thing can be found by, the words in use, and keys to find a misspelt one by.

Beside these tables each database has its own full text index over them, which it keeps equal by itself: SQLite an FTS5
table with a generated column and triggers, PostgreSQL generated columns (migrations `search`, `search_marks`). Whoever
rebuilds SearchEntry's table on SQLite has to make column and triggers again.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class SearchEntry(models.Model):
    """What one thing can be found by. Only things that every member may see are here; never messages."""

    kind = models.CharField(max_length=20)
    thing_id = models.BigIntegerField()
    near = models.CharField(max_length=3, blank=True, help_text="Country whose people are given it first")
    is_public = models.BooleanField(default=True, help_text="Visitors may find it too")
    title_terms = models.TextField(help_text="Plain words with spaces between")
    body_terms = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "thing_id"], name="a_thing_is_indexed_once"),
        ]


class SearchWord(models.Model):
    """One word of the index that misspelt ones may be taken for. `uses` is as of the last repair."""

    word = models.CharField(max_length=40, unique=True)
    uses = models.PositiveIntegerField(default=1)


class SearchSpelling(models.Model):
    """A key that a word shares with every word that is one or two faults away from it."""

    key = models.CharField(max_length=8)
    word = models.ForeignKey(SearchWord, on_delete=models.CASCADE, related_name="spellings")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "word"], name="a_word_has_a_key_once")]
