"""Triggers that refuse to change or delete rows of a table, on SQLite and PostgreSQL.

They stop mistakes and the application's own role. Whoever owns the database can lift them; the chain of the audit
trail and its heads outside the database are for that. Used by migrations: what is here stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

TABLES = ("community_auditentry",)
WORDS = "rows of this table are never changed"


def guard(line: Any, tables: Iterable[str] = TABLES) -> None:
    """From now on the database of this connection refuses to change rows of these tables."""
    for statement in _making(line.vendor, tables):
        _run(line, statement)


def guard_columns(line: Any, table: str, columns: Iterable[str]) -> None:
    """From now on these columns of a row stay as they were stored. Who it was about may still go with the account."""
    changing = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    if line.vendor == "postgresql":
        _run(line, f"CREATE TRIGGER {table}_stays {changing} FOR EACH ROW EXECUTE FUNCTION rows_stay()")
    else:
        _run(line, f"CREATE TRIGGER {table}_is_not_changed {changing} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END")


def lift(line: Any, tables: Iterable[str] = TABLES) -> None:
    """Takes the refusal back."""
    for table in tables:
        if line.vendor == "postgresql":
            _run(line, f"DROP TRIGGER IF EXISTS {table}_stays ON {table}")
            _run(line, f"DROP TRIGGER IF EXISTS {table}_stays_whole ON {table}")
        else:
            _run(line, f"DROP TRIGGER IF EXISTS {table}_is_not_changed")
            _run(line, f"DROP TRIGGER IF EXISTS {table}_is_not_deleted")


def _making(vendor: str, tables: Iterable[str]) -> list[str]:
    return _on_postgres(tables) if vendor == "postgresql" else _on_sqlite(tables)


def _on_postgres(tables: Iterable[str]) -> list[str]:
    made = [
        "CREATE OR REPLACE FUNCTION rows_stay() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ]
    for table in tables:
        each = f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION rows_stay()"
        whole = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION rows_stay()"
        made += [f"CREATE TRIGGER {table}_stays {each}", f"CREATE TRIGGER {table}_stays_whole {whole}"]
    return made


def _on_sqlite(tables: Iterable[str]) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    return [
        f"CREATE TRIGGER {table}_is_not_{done} BEFORE {what} ON {table} {refuse}"
        for table in tables
        for done, what in (("changed", "UPDATE"), ("deleted", "DELETE"))
    ]


def _run(line: Any, statement: str) -> None:
    with line.cursor() as cursor:
        cursor.execute(statement)
