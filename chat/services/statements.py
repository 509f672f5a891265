"""What every post asks of the database, as plain statements.

Django takes ten times as long to build these queries as the database takes to answer them. Posting is the one
path where that is felt by everybody, so its statements are written here; all others use querysets.
"""
# ruff: noqa: S608  (names of tables and columns come from our own models; values are always parameters)

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.db.models import Model

from chat.models import Membership, Message, Pause, Room

M = TypeVar("M", bound=Model)
ROOM, PLACE, PAUSE = (model._meta.db_table for model in (Room, Membership, Pause))
MESSAGE, SESSION = Message._meta.db_table, Session._meta.db_table
_SAID = ("id", "room_id", "seq", "author_id", "client_id", "body", "heads_up", "stored_at")
ROWS_AT_ONCE = 500  # of a dozen values each: databases take so many thousands of values in one statement
PLAIN = (int, str, bool, type(None))  # every database takes these as they are


def held(model: type[M], column: str, values: Iterable[Any], names: tuple[str, ...]) -> list[M]:
    """Rows whose `column` is among `values`, in key order so that two writers cannot wait for each other.

    They stay as they are until commit. On SQLite the transaction is immediate and holds the database already.
    Only the fields in `names` are read; Django reads another one when somebody asks for it.
    """
    wanted = list(values)
    listed, read = _columns(model, names)
    key = model._meta.pk.column
    sql = f'SELECT {listed} FROM "{model._meta.db_table}" WHERE "{column}" IN ({_marks(wanted)}) ORDER BY "{key}"'
    return [model.from_db("default", names, row) for row in read(_rows(sql + _hold(), wanted))] if wanted else []


def held_sessions(keys: Sequence[str], at: datetime) -> set[str]:
    """Those of the session keys that are still in force at `at`, held until commit."""
    sql = (
        f'SELECT session_key FROM "{SESSION}" WHERE session_key IN ({_marks(keys)}) AND expire_date > %s'
        " ORDER BY session_key"
    )
    until = connection.ops.adapt_datetimefield_value(at)
    return {key for (key,) in _rows(sql + _hold(), [*keys, until])}


def held_places(slugs: Sequence[str], member_ids: Sequence[int], at: datetime) -> dict[tuple[str, int], bool]:
    """The places these members have in these rooms, by (room slug, member id), held until commit.

    Each with whether the member may only read there at `at`.
    """
    now = connection.ops.adapt_datetimefield_value(at)
    paused = f'SELECT 1 FROM "{PAUSE}" x WHERE x.room_id = p.room_id AND x.member_id = p.member_id AND x.until > %s'
    sql = (
        f'SELECT r.slug, p.member_id, EXISTS({paused}) FROM "{PLACE}" p JOIN "{ROOM}" r ON r.id = p.room_id'
        f" WHERE r.slug IN ({_marks(slugs)}) AND p.member_id IN ({_marks(member_ids)}) ORDER BY p.id"
    )
    rows = _rows(sql + _hold(of="p"), [now, *slugs, *member_ids])
    return {(slug, member_id): bool(is_paused) for slug, member_id, is_paused in rows}


def stored_before(pairs: Sequence[tuple[int, UUID]]) -> bool:
    """True when one of these (author id, client id) is stored already, in whatever room."""
    field = Message._meta.get_field("client_id")
    values = [value for author, one in pairs for value in (author, field.get_db_prep_value(one, connection))]
    sql = f'SELECT 1 FROM "{MESSAGE}" WHERE (author_id, client_id) IN (VALUES {_marks(pairs, "(%s, %s)")}) LIMIT 1'
    return bool(pairs) and bool(_rows(sql, values))


def said_before(firsts: Mapping[tuple[int, int], int], since: datetime, most: int) -> list[Message]:
    """By (room id, author id): the last messages there before this seq that were stored after `since`, oldest first.

    At most so many of each, without those that were taken back. As they are stored, sealed ones unopened.
    """
    listed, read = _columns(Message, _SAID)
    wanted = [value for (room_id, author_id), seq in firsts.items() for value in (room_id, author_id, seq)]
    last = (
        f'SELECT id FROM "{MESSAGE}" x WHERE x.author_id = w.author AND x.stored_at > %s AND x.room_id = w.room'
        " AND x.seq < w.top AND x.withdrawn_at IS NULL AND x.body <> '' ORDER BY x.stored_at DESC, x.seq DESC"
        f" LIMIT {int(most)}"
    )
    sql = f"WITH w(room, author, top) AS (VALUES {_marks(firsts, '(%s, %s, %s)')}) SELECT {listed} FROM w"
    if connection.vendor == "sqlite":  # which knows no LATERAL, and answers this from the same index
        sql += f' CROSS JOIN "{MESSAGE}" m WHERE m.id IN ({last})'
    else:
        sql += f" CROSS JOIN LATERAL ({last.replace('id', '*', 1)}) m"
    rows = _rows(sql, [*wanted, connection.ops.adapt_datetimefield_value(since)]) if wanted else []
    found = [Message.from_db("default", _SAID, row) for row in read(rows)]
    return sorted(found, key=lambda one: (one.stored_at, one.seq))


def insert(messages: Sequence[Message]) -> None:
    """Stores these messages, each of which gets its key."""
    rows = _inserted(Message, messages, "RETURNING id, room_id, seq").fetchall()
    keys = {(room_id, seq): key for key, room_id, seq in rows}
    for message in messages:
        message.pk = keys[message.room_id, message.seq]
        message._state.adding, message._state.db = False, "default"


def insert_new(rows: Sequence[Model]) -> None:
    """Stores these rows of one model; those that a constraint says are there already are left as they stand."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[start : start + ROWS_AT_ONCE]
        _inserted(type(some[0]), some, "ON CONFLICT DO NOTHING")


def _inserted(model: type[Model], rows: Sequence[Model], then: str) -> Any:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    listed, marks = ", ".join(f'"{field.column}"' for field in fields), f"({_marks(fields)})"
    values = [_stored(field, getattr(one, field.attname)) for one in rows for field in fields]
    return _run(f'INSERT INTO "{model._meta.db_table}" ({listed}) VALUES {_marks(rows, marks)} {then}', values)


def raise_tops(rooms: Iterable[Room]) -> None:
    """Stores how far these rooms have come, in one statement. Their rows must be held."""
    adapt = connection.ops.adapt_datetimefield_value
    moved = [(room.pk, room.top, adapt(room.last_message_at)) for room in rooms]
    sql = (
        f"WITH moved(id, top, at) AS (VALUES {_marks(moved, '(%s, %s, %s)')})"
        f' UPDATE "{ROOM}" SET top = moved.top, last_message_at = moved.at FROM moved WHERE "{ROOM}".id = moved.id'
    )
    if moved:
        _run(sql, [value for one in moved for value in one])


def group_names(member_ids: Iterable[int], names: Sequence[str]) -> list[tuple[int, str]]:
    """(member id, group name) for those of the groups called `names` that these members are in."""
    from community.models import Member

    wanted, through = list(member_ids), Member.groups.through._meta.db_table
    sql = (
        f'SELECT t.member_id, g.name FROM "{through}" t JOIN auth_group g ON g.id = t.group_id'
        f" WHERE t.member_id IN ({_marks(wanted)}) AND g.name IN ({_marks(names)})"
    )
    return _rows(sql, [*wanted, *names]) if wanted else []


def _rows(sql: str, values: Sequence[Any]) -> list[Any]:
    return _run(sql, values).fetchall()


def _run(sql: str, values: Sequence[Any]) -> Any:
    line = connections["default"]
    if line.vendor != "sqlite" or line.queries_logged or line.execute_wrappers:
        cursor = line.cursor()
        cursor.execute(sql, values)
        return cursor
    # SQLite answers in less time than Django's cursors take to ask.
    line.ensure_connection()
    line.validate_no_broken_transaction()
    with line.wrap_database_errors:
        return line.connection.execute(sql.replace("%s", "?"), values)


def _stored(field: Any, value: Any) -> Any:
    return value if type(value) in PLAIN else field.get_db_prep_save(value, connection)


def _marks(values: Collection[Any], one: str = "%s") -> str:
    return ", ".join([one] * len(values))


def _hold(of: str = "") -> str:
    if not connection.features.has_select_for_no_key_update:
        return ""
    return " FOR NO KEY UPDATE" + (f" OF {of}" if of else "")


def _columns(model: type[Model], names: tuple[str, ...]) -> tuple[str, Callable[[list[Any]], Iterable[Any]]]:
    # The columns of these fields, and what makes Python values of their rows.
    return _columns_on(connection.vendor, model, names)


@cache
def _columns_on(
    vendor: str, model: type[Model], names: tuple[str, ...]
) -> tuple[str, Callable[[list[Any]], Iterable[Any]]]:
    fields = [field for field in model._meta.concrete_fields if field.attname in names]  # in this order for from_db
    compiler = model._default_manager.all().query.get_compiler("default")
    converters = compiler.get_converters([field.get_col(model._meta.db_table) for field in fields])
    return ", ".join(f'"{field.column}"' for field in fields), partial(compiler.apply_converters, converters=converters)
