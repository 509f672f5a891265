"""What every post asks of the database, as plain statements.

Django takes ten times as long to build these queries as the database takes to answer them. Posting is the one
path where that is felt by everybody, so its statements are written here; all others use querysets.
"""
# ruff: noqa: S608  (names of tables and columns come from our own models; values are always parameters)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

from chat.models import Membership, Message, Room

M = TypeVar("M", bound=Model)
ROOM, PLACE, MESSAGE = (model._meta.db_table for model in (Room, Membership, Message))


def held(model: type[M], column: str, values: Iterable[Any]) -> list[M]:
    """Rows whose `column` is among `values`, in key order so that two writers cannot wait for each other.

    They stay as they are until commit. On SQLite the transaction is immediate and holds the database already.
    """
    wanted = list(values)
    key, names = model._meta.pk.column, [field.attname for field in model._meta.concrete_fields]
    listed = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    sql = f'SELECT {listed} FROM "{model._meta.db_table}" WHERE "{column}" IN ({_marks(wanted)}) ORDER BY "{key}"'
    compiler, converters = _converters(model)
    rows = compiler.apply_converters(_rows(sql + _hold(), wanted), converters) if wanted else []
    return [model.from_db("default", names, row) for row in rows]


def held_places(slugs: Sequence[str], member_ids: Sequence[int]) -> set[tuple[str, int]]:
    """(room slug, member id) of the places these members have in these rooms, held until commit."""
    sql = (
        f'SELECT r.slug, p.member_id FROM "{PLACE}" p JOIN "{ROOM}" r ON r.id = p.room_id'
        f" WHERE r.slug IN ({_marks(slugs)}) AND p.member_id IN ({_marks(member_ids)}) ORDER BY p.id"
    )
    return {(slug, member_id) for slug, member_id in _rows(sql + _hold(of="p"), [*slugs, *member_ids])}


def stored_before(pairs: Sequence[tuple[int, UUID]]) -> bool:
    """True when one of these (author id, client id) is stored already, in whatever room."""
    field = Message._meta.get_field("client_id")
    values = [value for author, one in pairs for value in (author, field.get_db_prep_value(one, connection))]
    sql = f'SELECT 1 FROM "{MESSAGE}" WHERE (author_id, client_id) IN (VALUES {_marks(pairs, "(%s, %s)")}) LIMIT 1'
    return bool(pairs) and bool(_rows(sql, values))


def insert(messages: Sequence[Message]) -> None:
    """Stores these messages, each of which gets its key."""
    fields = [field for field in Message._meta.concrete_fields if not field.primary_key]
    listed, marks = ", ".join(f'"{field.column}"' for field in fields), f"({_marks(fields)})"
    values = [field.get_db_prep_save(getattr(m, field.attname), connection) for m in messages for field in fields]
    rows = _rows(
        f'INSERT INTO "{MESSAGE}" ({listed}) VALUES {_marks(messages, marks)} RETURNING id, room_id, seq', values
    )
    keys = {(room_id, seq): key for key, room_id, seq in rows}
    for message in messages:
        message.pk = keys[message.room_id, message.seq]
        message._state.adding, message._state.db = False, "default"


def raise_tops(rooms: Iterable[Room]) -> None:
    """Stores how far these rooms have come. Their rows must be held."""
    with connection.cursor() as cursor:
        for room in rooms:
            at = connection.ops.adapt_datetimefield_value(room.last_message_at)
            cursor.execute(f'UPDATE "{ROOM}" SET top = %s, last_message_at = %s WHERE id = %s', [room.top, at, room.pk])


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
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _marks(values: Sequence[Any], one: str = "%s") -> str:
    return ", ".join([one] * len(values))


def _hold(of: str = "") -> str:
    if not connection.features.has_select_for_no_key_update:
        return ""
    return " FOR NO KEY UPDATE" + (f" OF {of}" if of else "")


@cache
def _converters(model: type[Model]) -> Any:
    compiler = model._default_manager.all().query.get_compiler("default")
    columns = [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]
    return compiler, compiler.get_converters(columns)
