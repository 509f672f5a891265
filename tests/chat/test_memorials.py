"""Memorial rooms: terms at the door, extra care, a fixed end, and words for the family by two signatures."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Membership, MemorialTerms, Message, Room
from chat.models.memorial import READ_FOR
from chat.services import changes, hiding, memorials, rooms
from chat.services.memorials import Nameless, NotSigned, NotSoLong
from chat.services.messages import ReadOnly, SlowMode
from community.access import may
from community.models import AuditEntry
from community.refusals import NotYours
from tests.factories import make_member, post, session_of
from tests.moderation.console import at_console, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators", "leads"))


@pytest.fixture
def ada():
    return make_member("ada", roles=("admins",))


@pytest.fixture
def ana():
    return make_member("ana")


@pytest.fixture
def memorial(theo):
    return memorials.open_room(theo, about="Hazel", days=30)


def client_of(member):
    client = Client()
    client.force_login(member)
    return client


def come_in(member, memorial, *, hands_over=False):
    memorials.agree(member, memorial, hands_over=hands_over)


def write(member, memorial, words, **more):
    return post(member, memorial.room, words, session_key=session_of(member), **more)


# --- opening -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 6, 61, 10_000])
def test_it_is_open_for_seven_to_sixty_days(theo, days):
    with pytest.raises(NotSoLong):
        memorials.open_room(theo, about="Hazel", days=days)
    assert not Room.objects.filter(slug__startswith="memorial-").exists()


@pytest.mark.parametrize("about", ["", "   ", "\u200b\u202e"])
def test_it_remembers_somebody(theo, about):
    with pytest.raises(Nameless):
        memorials.open_room(theo, about=about, days=30)


def test_leads_open_it_and_nobody_else(ana):
    for member in (ana, make_member("mo", roles=("moderators",)), make_member("ho", roles=("hosts",))):
        with pytest.raises(NotYours):
            memorials.open_room(member, about="Hazel", days=30)


def test_its_end_is_moved_within_sixty_days_of_its_beginning_and_not_once_it_is_over(theo, memorial):
    memorials.set_end(theo, memorial, days=60)
    memorial.room.refresh_from_db()
    assert memorial.room.ends_at == memorial.opened_at + timedelta(days=60)
    with pytest.raises(NotSoLong):
        memorials.set_end(theo, memorial, days=61)
    with time_machine.travel(memorial.room.ends_at + timedelta(minutes=1)), pytest.raises(NotSoLong):
        memorials.set_end(theo, memorial, days=60)


# --- the door ----------------------------------------------------------------------------------------


def test_terms_are_read_before_one_comes_in(memorial, ana):
    client = client_of(ana)
    door = page(client.get(reverse("room", args=[memorial.room.slug])))
    assert "Before you come in" in door
    assert "We leave out how and where it happened" in door
    refused = client.post(reverse("room-join", args=[memorial.room.slug]))
    assert refused.status_code == 403
    assert not Membership.objects.filter(member=ana).exists()
    client.post(reverse("room-join", args=[memorial.room.slug]), {"agree": "yes"})
    assert Membership.objects.filter(member=ana, room=memorial.room).exists()
    assert MemorialTerms.objects.get(member=ana).hands_over is False


def test_no_other_way_leads_in_without_terms(memorial, ana):
    with pytest.raises(rooms.TermsFirst):
        rooms.join(ana, memorial.room)


def test_what_one_said_about_the_family_can_be_said_anew(memorial, ana):
    client, address = client_of(ana), reverse("room-join", args=[memorial.room.slug])
    client.post(address, {"agree": "yes", "hands-over": "yes"})
    assert MemorialTerms.objects.get(member=ana).hands_over
    client.post(address, {"agree": "yes"})
    assert not MemorialTerms.objects.get(member=ana).hands_over


# --- extra care --------------------------------------------------------------------------------------


def test_it_goes_slowly(memorial, ana):
    come_in(ana, memorial)
    write(ana, memorial, "I lit a candle")
    with pytest.raises(SlowMode):
        write(ana, memorial, "and another one")


def test_details_of_how_and_where_are_covered_even_in_words_that_worry_nobody(memorial, ana, settings):
    settings.SCREENING = True
    come_in(ana, memorial)
    write(ana, memorial, "We walked to the viaduct on Sundays, she and I.")
    message = Message.objects.get()
    assert "viaduct" not in hiding.words_for_others(message)
    assert "on Sundays, she and I." in hiding.words_for_others(message)


def test_what_worries_us_there_comes_a_band_sooner(memorial, ana, settings):
    from moderation.detector import Severity
    from moderation.models import Flag

    settings.SCREENING = True
    come_in(ana, memorial)
    write(ana, memorial, "I want to die too, I can't do this without her")
    assert Flag.objects.get().severity >= Severity.HIGH


# --- the end -----------------------------------------------------------------------------------------


def test_from_its_end_on_it_is_read_and_not_written_by_the_clock_alone(memorial, ana, theo):
    come_in(ana, memorial)
    write(ana, memorial, "I miss her")
    with time_machine.travel(memorial.room.ends_at):
        for member in (ana, theo):
            with pytest.raises(ReadOnly):
                write(member, memorial, "still")
        shown = page(client_of(ana).get(reverse("room", args=[memorial.room.slug])))
        assert "This room has ended" in shown
        assert "I miss her" in shown


def test_two_weeks_later_its_words_and_places_are_gone(memorial, ana):
    come_in(ana, memorial)
    write(ana, memorial, "I miss her")
    with time_machine.travel(memorial.room.ends_at + READ_FOR - timedelta(minutes=1)):
        assert memorials.empty_over() == 0
    with time_machine.travel(memorial.room.ends_at + READ_FOR):
        assert memorials.empty_over() == 1
        assert not Message.objects.exists()
        assert client_of(ana).get(reverse("room", args=[memorial.room.slug])).status_code == 404
        assert memorials.empty_over() == 0


# --- for the family ----------------------------------------------------------------------------------


@pytest.fixture
def written(memorial, ana):
    """Ana and Ben wrote; only Ana agreed that her words are given on. One of hers she took back."""
    ben = make_member("ben")
    come_in(ana, memorial, hands_over=True)
    come_in(ben, memorial)
    write(ana, memorial, "She taught me to bake")
    write(ben, memorial, "I owe her an umbrella")
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        write(ana, memorial, "I shouldn't have said this")
        changes.keep(Message.objects.get(seq=3), changes.withdraw, by=ana)
    return memorial


def test_only_two_signatures_open_it_and_only_what_was_agreed_to_is_in_it(written, ada, theo):
    memorials.ask_to_hand_over(ada, written)
    with pytest.raises(NotSigned):
        memorials.handed_over(ada, written)
    with pytest.raises(NotYours):
        memorials.sign(ada, written)
    memorials.sign(theo, written)


@pytest.mark.django_db(transaction=True)
def test_the_entry_is_in_the_trail_before_a_word_is_read(written, ada, theo):
    memorials.ask_to_hand_over(ada, written)
    memorials.sign(theo, written)
    assert [one.words for one in memorials.handed_over(ada, written)] == ["She taught me to bake"]
    done = list(AuditEntry.objects.order_by("-pk").values_list("action", flat=True)[:3])
    assert done == ["memorial.handed-over", "memorial.hand-over-signed", "memorial.hand-over-asked"]


def test_a_lead_does_not_read_it_and_an_admin_does_not_sign_their_own(written, ada, theo):
    with pytest.raises(NotYours):
        memorials.ask_to_hand_over(theo, written)
    memorials.ask_to_hand_over(ada, written)
    memorials.sign(theo, written)
    with pytest.raises(NotYours):
        memorials.handed_over(theo, written)


def test_the_page_leads_through_both_signatures(written, ada, theo):
    address = reverse("moderation:memorial", args=[written.room.slug])
    assert "1 member agreed" in page(at_console(theo).get(address))
    at_console(ada).post(address, {"do": "ask"})
    assert "waits for a second signature" in page(at_console(ada).get(address))
    at_console(theo).post(address, {"do": "sign"})
    assert "Show what they wrote" in page(at_console(ada).get(address))
    assert "Show what they wrote" not in page(at_console(theo).get(address))


def test_a_form_that_does_not_fit_keeps_what_was_typed(theo):
    answer = at_console(theo).post(reverse("moderation:memorials"), {"about": "Hazel", "days": "1e9"})
    assert answer.status_code == 400
    assert 'value="Hazel"' in page(answer)


def test_once_it_is_over_nothing_in_it_is_changed_any_more(memorial, ana):
    come_in(ana, memorial)
    near_end = memorial.room.ends_at - timedelta(minutes=2)
    with time_machine.travel(near_end):
        write(ana, memorial, "She knew every bird.")
    seq = Message.objects.get(room=memorial.room).seq
    with time_machine.travel(memorial.room.ends_at + timedelta(minutes=2)):
        act = changes.Act(ana.pk, session_of(ana), memorial.room.slug, seq, changes.editing("She knew some birds."))
        with pytest.raises(ReadOnly):
            changes.do(act)
        assert not may(ana, "message.edit", Message.objects.select_related("room").get(seq=seq, room=memorial.room))
        taken_back = changes.Act(ana.pk, session_of(ana), memorial.room.slug, seq, changes.withdraw)
        changes.do(taken_back)
    assert Message.objects.get(room=memorial.room).body != "She knew some birds."
