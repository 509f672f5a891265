"""The file of an SQLite database, read as a thief would."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from tests.factories import join, make_member, make_room, post, talk


@pytest.mark.django_db(transaction=True)
def test_d4_the_database_file_holds_no_word_of_a_conversation():
    ana, ben = make_member("ana"), make_member("ben")
    evenings = make_room("evenings")
    join(ana, evenings)
    post(ana, evenings, "words of a room")
    post(ana, talk(ana, ben), "the nightjar sings at four")
    path = str(connection.settings_dict["NAME"])
    stored = b"".join(Path(one).read_bytes() for one in (path, f"{path}-wal") if Path(one).exists())
    assert b"words of a room" in stored
    assert b"nightjar" not in stored
