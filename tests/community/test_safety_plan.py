"""My safety plan is sealed with the member's own key: nobody else reads it, and nothing unreadable is overwritten."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import call_command
from django.db import connection

from community import fieldcrypt, ownkeys
from community.models import MemberKey, SafetyPlan
from community.services import members, plan
from community.services.plan import CannotOpen, Plan
from tests.chat.test_races import racing
from tests.factories import make_member

OLD, NEW = ("1:old-key-old-key-old-key-old-key-old", "2:new-key-new-key-new-key-new-key-new")
PLANTED = "the heron by the canal at Østerbro"
MINE = Plan(signs=("not answering anyone",), people=(PLANTED, "Mum, 01632 960 001"), remember="It passed before.")


@pytest.fixture
def ana(db):
    """A member with a plan."""
    ana = make_member("ana")
    plan.save(ana, MINE)
    return ana


def test_a_plan_comes_back_as_it_was_written(ana):
    assert plan.read(ana) == MINE
    assert plan.read(make_member("ben")) is None


def test_saving_again_replaces_it_and_keeps_the_key_and_the_choice(ana):
    key = MemberKey.objects.get().wrapped
    plan.keep_offline(ana, on=True)
    plan.save(ana, Plan(helps=("tea",)))
    assert plan.read(ana) == Plan(helps=("tea",))
    assert MemberKey.objects.get().wrapped == key
    assert plan.is_kept_offline(ana)


def test_the_same_words_are_never_stored_as_the_same_text(ana):
    before = SafetyPlan.objects.get().sealed
    plan.save(ana, MINE)
    assert SafetyPlan.objects.get().sealed != before


def test_r11_neither_the_database_nor_a_dump_of_it_holds_the_words(ana, tmp_path: Path, caplog):
    caplog.set_level(logging.DEBUG)
    plan.save(ana, MINE)
    dump = tmp_path / "dump.json"
    call_command("dumpdata", output=str(dump))
    raw = dump.read_bytes() + caplog.text.encode() + repr(plan.read(ana)).encode()
    if connection.vendor == "sqlite":
        raw += "\n".join(connection.connection.iterdump()).encode()
    for words in (PLANTED, "heron", "Østerbro", "01632", "not answering", "It passed"):
        assert words.encode() not in raw
        assert words.encode("unicode_escape") not in raw


def test_r11_the_ring_alone_does_not_open_a_plan(ana):
    """The ring opens the member's key; only that key opens the plan."""
    from community.fieldcrypt import NotReadable, unseal

    sealed = SafetyPlan.objects.get().sealed
    for purpose in ("safety-plan", f"safety-plan:{ana.pk}", f"own-key:{ana.pk}"):
        with pytest.raises(NotReadable):
            unseal(f"1:{sealed}", purpose=purpose)


def test_r11_without_its_key_in_the_ring_a_plan_stays_closed_and_as_it_was(ana, settings):
    stored = list(SafetyPlan.objects.values()), list(MemberKey.objects.values())
    settings.FIELD_KEYS = NEW
    for act in (lambda: plan.read(ana), lambda: plan.save(ana, Plan(helps=("something new",)))):
        with pytest.raises(CannotOpen):
            act()
    assert (list(SafetyPlan.objects.values()), list(MemberKey.objects.values())) == stored


def test_r11_a_changed_text_is_noticed_and_not_overwritten(ana):
    sealed = SafetyPlan.objects.get().sealed
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    for broken in (changed, sealed[:20], "", "not base64 é"):
        SafetyPlan.objects.update(sealed=broken)
        for act in (lambda: plan.read(ana), lambda: plan.save(ana, Plan())):
            with pytest.raises(CannotOpen):
                act()
        assert SafetyPlan.objects.get().sealed == broken


def test_r11_neither_a_plan_nor_a_key_opens_for_another_member(ana):
    ben = make_member("ben")
    plan.save(ben, Plan(helps=("walking",)))
    SafetyPlan.objects.filter(member=ben).update(sealed=SafetyPlan.objects.get(member=ana).sealed)
    with pytest.raises(CannotOpen):
        plan.read(ben)
    MemberKey.objects.filter(member=ben).update(wrapped=MemberKey.objects.get(member=ana).wrapped)
    with pytest.raises(CannotOpen):
        plan.read(ben)


def test_a_key_is_bound_to_its_member_even_when_it_is_the_same_key():
    one, other = (ownkeys.OwnKey(pk, AESGCM(b"k" * 32)) for pk in (1, 2))
    assert one.unseal(one.seal("words", purpose="p"), purpose="p") == "words"
    for reader, purpose in ((other, "p"), (one, "q")):
        with pytest.raises(ownkeys.NotReadable):
            reader.unseal(one.seal("words", purpose="p"), purpose=purpose)


def test_deleting_takes_the_key_with_it(ana):
    plan.delete(ana)
    assert (SafetyPlan.objects.count(), MemberKey.objects.count()) == (0, 0)
    plan.delete(ana)


def test_a_plan_whose_key_is_gone_can_be_deleted_and_written_anew(ana):
    row = SafetyPlan.objects.get()
    ownkeys.destroy(ana)
    with pytest.raises(CannotOpen):
        plan.save(ana, Plan(helps=("tea",)))
    assert SafetyPlan.objects.get().sealed == row.sealed
    assert not MemberKey.objects.exists(), "a refused plan leaves no key behind"
    plan.delete(ana)
    plan.save(ana, Plan(helps=("tea",)))
    assert plan.read(ana) == Plan(helps=("tea",))


@pytest.mark.parametrize("ends", [members.close_account, lambda member: member.delete()])
def test_r10_the_plan_ends_with_the_account(ana, ends):
    ends(ana)
    assert (SafetyPlan.objects.count(), MemberKey.objects.count()) == (0, 0)


def test_r11_keys_are_wrapped_anew_once_and_open_without_the_old_ring(db, settings):
    settings.FIELD_KEYS = OLD
    people = [make_member() for _ in range(3)]
    for person in people:
        plan.save(person, MINE)
    sealed = list(SafetyPlan.objects.order_by("pk").values_list("sealed", flat=True))
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert ownkeys.rewrap_all() == 3
    assert ownkeys.rewrap_all() == 0
    settings.FIELD_KEYS = NEW
    assert [plan.read(person) for person in people] == [MINE] * 3
    assert list(SafetyPlan.objects.order_by("pk").values_list("sealed", flat=True)) == sealed, "only keys are wrapped"


def test_r11_a_key_that_no_ring_opens_stays_as_it_is_and_holds_up_nobody(db, settings):
    settings.FIELD_KEYS = "9:lost-key-lost-key-lost-key-lost-key"
    lost = make_member()
    plan.save(lost, MINE)
    settings.FIELD_KEYS = OLD
    plan.save(make_member(), MINE)
    before = MemberKey.objects.get(member=lost).wrapped
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert ownkeys.rewrap_all() == 1
    assert MemberKey.objects.get(member=lost).wrapped == before


def test_r11_wrapping_anew_loses_nothing_that_was_written_meanwhile(ana, settings):
    settings.FIELD_KEYS = f"{NEW},{settings.FIELD_KEYS}"
    meanwhile = fieldcrypt.seal("another text", purpose="p")

    def purpose(row):
        MemberKey.objects.update(wrapped=meanwhile)
        return f"own-key:{row.pk}"

    assert fieldcrypt.rewrap(MemberKey.objects.all(), "wrapped", purpose=purpose) == 0
    assert MemberKey.objects.get().wrapped == meanwhile


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_two_devices_that_write_the_first_plan_at_once_leave_one_that_opens():
    ana = make_member("ana")
    plans = [Plan(helps=(f"device {n}",)) for n in range(6)]
    racing(lambda mine: plan.save(ana, mine), plans)
    assert plan.read(ana) in plans
    assert (SafetyPlan.objects.count(), MemberKey.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_writing_and_deleting_at_once_leave_a_whole_plan_or_none():
    ana = make_member("ana")
    for _ in range(5):
        racing(lambda act: act(ana), [lambda who: plan.save(who, MINE), plan.delete, lambda who: plan.save(who, MINE)])
        assert plan.read(ana) in (MINE, None)
        assert SafetyPlan.objects.count() <= MemberKey.objects.count() <= 1
