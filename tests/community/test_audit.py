"""The audit trail: chained, added to only, found out when changed; and an account can go without breaking it (D6)."""

from __future__ import annotations

import json
import logging
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from community import append_only, fieldcrypt
from community.models import AuditEntry, AuditHead, AuditName
from community.services import audit, audit_check, keyring
from tests.chat.test_races import racing
from tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    """Where heads are written outside, empty at first."""
    settings.AUDIT_HEADS = tmp_path / "outside" / "heads.log"
    return settings.AUDIT_HEADS


@pytest.fixture
def trail():
    """Ten entries by two people."""
    amara, theo = make_member("amara"), make_member("theo")
    return [audit.record(amara if n % 2 else theo, "flag.read", f"flag:{n}", reason="screening") for n in range(10)]


def behind_the_back(sql: str, *values: object) -> None:
    """What somebody does who owns the database."""
    append_only.lift(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    append_only.guard(connection)


def test_d6_a_trail_as_it_was_written_is_whole(trail):
    assert audit_check.write_head()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().startswith("Whole: 10 entries, 1 heads")
    assert [entry.number for entry in trail] == list(range(1, 11))


def test_d6_an_empty_trail_is_whole():
    assert audit_check.check() == audit_check.Outcome(0, 0, [])
    assert not audit_check.write_head()


@pytest.mark.parametrize("column", ["actor", "action", "thing", "about", "reason", "mac"])
def test_d6_a_changed_entry_is_found(trail, column):
    behind_the_back(f"UPDATE community_auditentry SET {column} = 'other' WHERE number = 4")
    [*_, last] = audit_check.check().troubles
    assert "4" in " ".join(audit_check.check().troubles)
    assert last


def test_d6_a_changed_time_is_found(trail):
    behind_the_back("UPDATE community_auditentry SET at = '2020-01-01 00:00:00+00:00' WHERE number = 4")
    assert any("Entry 4 " in one for one in audit_check.check().troubles)


def test_d6_a_removed_entry_is_found_and_the_command_fails(trail):
    behind_the_back("DELETE FROM community_auditentry WHERE number = 5")
    with pytest.raises(CommandError, match="5 to 5 are missing"):
        call_command("verify_audit")


def test_d6_entries_that_changed_places_are_found(trail):
    for old, new in ((3, 99), (4, 3), (99, 4)):
        behind_the_back("UPDATE community_auditentry SET number = %s WHERE number = %s", new, old)
    found = audit_check.check().troubles
    assert any("Entry 3 " in one for one in found)
    assert any("Entry 4 " in one for one in found)


def test_d6_a_trail_cut_off_at_its_end_is_found(trail):
    behind_the_back("DELETE FROM community_auditentry WHERE number > 7")
    assert audit_check.check().troubles == ["The trail ends at 7; its head says 10."]


def test_d6_a_trail_cut_off_together_with_its_head_is_found_by_the_head_outside(trail):
    audit_check.write_head()
    behind_the_back("DELETE FROM community_auditentry WHERE number > 7")
    AuditHead.objects.update(number=7, mac=AuditEntry.objects.get(number=7).mac)
    assert audit_check.check().troubles == ["Entry 10 was written outside, but the trail ends at 7."]


def test_d6_a_trail_begun_anew_is_found_by_the_head_outside(trail):
    audit_check.write_head()
    behind_the_back("DELETE FROM community_auditentry")
    AuditHead.objects.all().delete()
    assert audit_check.check().troubles == ["The head of the trail, with its key, is gone."]
    audit.record(None, "site.started")
    for _ in range(9):
        audit.record(None, "site.started")
    assert audit_check.check().troubles == ["Entry 10 differs from the head written outside."]


def test_d6_the_database_alone_cannot_chain_an_entry(trail, settings):
    settings.FIELD_KEYS = "9:another-key-that-the-database-does-not-know-of"
    with pytest.raises(fieldcrypt.NotReadable):
        audit.record(None, "site.started")
    assert audit_check.check().troubles == ["No key of FIELD_KEYS opens the key of the trail."]


def test_d6_turning_the_key_ring_leaves_the_trail_whole(trail, settings):
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = f"2:a-new-key-of-the-ring-that-is-long-enough,{old}"
    assert keyring.turn_all()["audit key"] == 1
    settings.FIELD_KEYS = settings.FIELD_KEYS.partition(",")[0]
    audit.record(None, "site.started")
    assert audit_check.check() == audit_check.Outcome(11, 0, [])


@pytest.mark.parametrize("sql", ["UPDATE community_auditentry SET reason = 'x'", "DELETE FROM community_auditentry"])
def test_d6_the_database_refuses_to_change_or_delete_an_entry(trail, sql):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.get(number=3).delete()
    assert audit_check.check().entries == 10


def test_d6_erasing_a_member_empties_their_name_and_leaves_the_chain(trail):
    alias = trail[0].actor
    assert audit.who({alias}) == {alias: "theo"}
    AuditName.objects.get(alias=alias).member.delete()
    assert audit.who({alias}) == {}
    assert audit_check.check() == audit_check.Outcome(10, 0, [])


def test_d4_no_name_stands_in_an_entry(trail):
    said = json.dumps(list(AuditEntry.objects.values()), default=str)
    assert "amara" not in said
    assert "theo" not in said


def test_an_act_that_was_not_done_leaves_no_entry(trail):
    with transaction.atomic():
        audit.record(None, "flag.decided", "flag:1")
        transaction.set_rollback(True)
    assert audit_check.check() == audit_check.Outcome(10, 0, [])


def test_the_head_is_written_outside_once_and_into_the_log(trail, heads: Path, caplog):
    with caplog.at_level(logging.INFO, logger="community.audit"):
        assert audit_check.write_head()
    assert not audit_check.write_head(), "it stands there already"
    [line] = heads.read_text().splitlines()
    assert json.loads(line)["number"] == 10
    assert trail[-1].mac in caplog.text


def test_a_line_of_the_heads_that_nobody_can_read_is_left_alone(trail, heads: Path):
    audit_check.write_head()
    heads.write_text("half a li\n" + heads.read_text())
    assert audit_check.check() == audit_check.Outcome(10, 1, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_d6_concurrent_writers_keep_one_chain():
    members = [make_member(f"writer-{n}") for n in range(6)]

    def write(member):
        for number in range(8):
            with transaction.atomic():
                audit.record(member, "flag.taken", f"flag:{number}", about=members[0])

    racing(write, members)
    assert audit_check.check() == audit_check.Outcome(48, 0, [])
    assert AuditName.objects.count() == 6
